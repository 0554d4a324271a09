import type { Command, CommanderError } from "commander";
import { TidemarkError } from "../core/errors.ts";
import { nearName } from "../core/near-name.ts";
import { exampleOf } from "./help.ts";

/** What was typed, and what could have been. */
export interface Typed {
  readonly argv: readonly string[];
  readonly program: Command;
}

/** Commander's words as ours, with what was probably meant: `error: unknown option '--oot'\n(Did you mean --out?)`. */
export function usageError({ message }: Pick<CommanderError, "message">, typed: Typed): TidemarkError {
  const [said = "", suggestion] = message.replace(/^error: /, "").split("\n");
  const sentence = `${said.charAt(0).toUpperCase()}${said.slice(1).replace(/\.$/, "")}.`;
  return new TidemarkError("USAGE", sentence, { hint: suggestion?.replace(/^\((.*)\)$/, "$1") ?? hintOf(said, typed) });
}

function hintOf(said: string, { argv, program }: Typed): string | undefined {
  const [, value = "", choices] = /argument '([^']*)' is invalid\. Allowed choices are (.*)\.$/.exec(said) ?? [];
  if (choices !== undefined) {
    const near = nearName(value, choices.split(", "));
    return near === undefined ? undefined : `Did you mean ${near}?`;
  }
  const [, command] = /^unknown command '(.*)'$/.exec(said) ?? [];
  if (command !== undefined) return /\.ya?ml$/i.test(command) ? `Did you mean tidemark plan ${command}?` : "`tidemark --help` shows the commands.";
  const [, flags, option] = /^option '((?:-\w, )?(--[\w-]+)[^']*)' argument missing$/.exec(said) ?? [];
  const example = exampleOf(namedIn(argv, program), option);
  if (example === undefined && flags !== undefined) return `Write its value behind it: ${flags}.`;
  return example === undefined ? undefined : `For example: ${example}`;
}

/** The command that was meant, as far as it was named. */
function namedIn(argv: readonly string[], program: Command): Command {
  let command = program;
  for (const word of argv) {
    const child = command.commands.find((each) => each.name() === word);
    if (child) command = child;
  }
  return command;
}

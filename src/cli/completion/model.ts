import type { Argument, Command, Option } from "commander";

/**
 * What may stand somewhere: `plan` a plan file, `sync` one of its syncs, `code` what `explain` takes,
 * `confirmation` what `--confirm` does, `text` what nobody can guess, or one of the words.
 */
export type Value = "plan" | "file" | "folder" | "sync" | "code" | "confirmation" | "text" | readonly string[];

export interface CompletedOption {
  /** `--out`, `-o`. */
  readonly names: readonly string[];
  readonly description: string;
  /** undefined: it takes none. */
  readonly value: Value | undefined;
  /** It takes all words up to the next option. */
  readonly isMany: boolean;
}

/** A command or a command's command, with what can follow it. */
export interface CompletedCommand {
  /** `state rebuild`; "" for the program itself. */
  readonly path: string;
  readonly children: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly CompletedOption[];
  /** In order; the last stands for all that follow where `isVariadic`. */
  readonly arguments: readonly Value[];
  readonly isVariadic: boolean;
}

/** Everything that a command line may hold, from what the commands declare. */
export function completedCommands(program: Command): readonly CompletedCommand[] {
  const globals = optionsOf(program);
  const collect = (command: Command, path: string): CompletedCommand[] => {
    // Commander has no other way to tell which are hidden.
    const children = command
      .createHelp()
      .visibleCommands(command)
      .filter((child) => child.name() !== "help");
    const own: CompletedCommand = {
      path,
      children: children.map((child) => ({ name: child.name(), summary: child.summary() })),
      options: [...optionsOf(command), ...(command === program ? [] : globals), HELP],
      arguments: command.registeredArguments.map(valueOfArgument),
      isVariadic: command.registeredArguments.at(-1)?.variadic ?? false,
    };
    return [own, ...children.flatMap((child) => collect(child, path === "" ? child.name() : `${path} ${child.name()}`))];
  };
  return collect(program, "");
}

const HELP: CompletedOption = { names: ["--help", "-h"], description: "show this help", value: undefined, isMany: false };

function optionsOf(command: Command): CompletedOption[] {
  return command.options
    .filter((option) => !option.hidden)
    .map((option) => ({
      names: [option.long, option.short].filter((name) => typeof name === "string"),
      description: option.description,
      value: option.required || option.optional ? valueOfOption(option) : undefined,
      isMany: option.variadic,
    }));
}

/** Told by what stands in the angle brackets, which is also what the help shows. */
function valueOfOption({ argChoices, flags, long }: Option): Value {
  if (argChoices !== undefined) return argChoices;
  if (long === "--sync") return "sync";
  if (long === "--plan") return "plan";
  if (long === "--confirm") return "confirmation";
  const name = /<([a-z]+)/.exec(flags)?.[1];
  if (name === "file") return "file";
  if (name === "dir" || name === "place") return "folder";
  return "text";
}

function valueOfArgument(argument: Argument): Value {
  if (argument.argChoices !== undefined) return argument.argChoices;
  const name = argument.name().replaceAll(/[^A-Z|]/g, "");
  if (name === "PLAN" || name === "PLAN|RUN") return "plan";
  if (name === "PLAN|CHANGESET" || name === "CHANGESET" || name === "FILE") return "file";
  if (name === "SYNC") return "sync";
  return name === "CODE" ? "code" : "text";
}

import { Command, type Help } from "commander";
import { EXIT } from "./exit-codes.ts";

export interface CommandHelp {
  /** One line, in the list of commands. */
  readonly summary: string;
  /** Command lines that work as they stand, and what each is for. */
  readonly examples: readonly (readonly [line: string, use: string])[];
  readonly exits?: readonly (keyof typeof EXIT)[];
}

const HELP = new WeakMap<Command, CommandHelp>();

const EXIT_MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "done, or nothing to do",
  error: "error, wrong usage, or the plan is refused",
  changes: "there are changes or differences",
  partly: "applied in part: see the list of problems",
  outdated: "what was reviewed no longer holds: plan again",
  locked: "another run holds the destination",
  interrupted: "interrupted",
};

/** Gives a command what its help shows beside its arguments and options. */
export function describe(command: Command, help: CommandHelp): Command {
  HELP.set(command, help);
  return command.summary(help.summary).description(`${help.summary.charAt(0).toUpperCase()}${help.summary.slice(1)}.`);
}

const ROOT: CommandHelp = {
  summary: "",
  examples: [
    ["tidemark init media.yaml --from s3://archive/media --to ./media", "write a first plan"],
    ["tidemark plan media.yaml --out media.changes", "see what would happen, and keep it"],
    ["tidemark apply media.changes", "do exactly that"],
  ],
  exits: ["done", "error", "changes", "partly", "outdated", "locked", "interrupted"],
};

/** One screen: what it is for, examples, then the lists, then exit codes. */
export function formatHelp(command: Command, helper: Help): string {
  const isRoot = command.parent === null;
  const help = isRoot ? ROOT : HELP.get(command);
  const parts: string[] = [`${command.description()}\n`, section("Usage", [`  ${usage(command, helper)}`])];
  if (help && help.examples.length > 0) {
    parts.push(
      section(
        "Examples",
        help.examples.map(([line, use]) => `  # ${use}\n  ${line}`),
      ),
    );
  }
  const children = helper.visibleCommands(command).filter((child) => child.name() !== "help");
  parts.push(section("Commands", columns(children.map((child) => [child.name(), child.summary()]))));
  parts.push(section("Arguments", columns(helper.visibleArguments(command).map((argument) => [argument.name(), helper.argumentDescription(argument)]))));
  parts.push(section("Options", columns(options(command, helper))));
  if (!isRoot) parts.push("Every command takes --json, --no-color and --log-level <error|warn|info|debug>.\n");
  parts.push(section("Exit codes", columns((help?.exits ?? []).map((name) => [String(EXIT[name]), EXIT_MEANING[name]]))));
  if (isRoot) parts.push("`tidemark COMMAND --help` tells more about each.\n");
  return parts.filter((part) => part !== "").join("\n");
}

function usage(command: Command, helper: Help): string {
  const path = [command.name()];
  for (let parent = command.parent; parent !== null; parent = parent.parent) path.unshift(parent.name());
  const takes = helper.visibleCommands(command).length > 1 ? ["COMMAND"] : helper.visibleArguments(command).map((argument) => argument.name());
  return [...path, ...takes, "[options]"].join(" ");
}

function options(command: Command, helper: Help): [string, string][] {
  return helper.visibleOptions(command).map((option) => [helper.optionTerm(option), helper.optionDescription(option)]);
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}\n${lines.join("\n")}\n`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([term]) => term.length));
  return rows.map(([term, text]) => `  ${term.padEnd(width)}  ${text}`.trimEnd());
}

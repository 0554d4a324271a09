import type { Command, Help, Option } from "commander";
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

/**
 * A command line that works, for whoever got it wrong.
 *
 * @param option `--retry-failed`: one that shows it, or none
 */
export function exampleOf(command: Command, option?: string): string | undefined {
  const examples = HELP.get(command)?.examples ?? [];
  return examples.find(([line]) => option === undefined || line.split(" ").includes(option))?.[0];
}

/**
 * `help state unlock` as `state unlock --help`: commander's own `help` looks at one word only, and
 * answers an unknown one with the help of everything. An unknown command is left for it to refuse.
 */
export function withHelpOption(argv: readonly string[], program: Command): readonly string[] {
  const at = argv.indexOf("help");
  const before = argv.slice(0, at);
  if (at === -1 || before.some((word) => word.startsWith("-"))) return argv;
  let command: Command | undefined = program;
  for (const word of before) command = childOf(command, word);
  if (command === undefined || command.commands.length === 0) return argv;
  const path = [...before];
  const rest = argv.slice(at + 1);
  const options = rest.filter((word) => word.startsWith("-"));
  for (const word of rest) {
    if (word.startsWith("-")) continue;
    if (command.commands.length === 0) break;
    path.push(word);
    const child = childOf(command, word);
    if (child === undefined) return [...path, ...options];
    command = child;
  }
  return [...path, ...options, "--help"];
}

function childOf(command: Command | undefined, name: string): Command | undefined {
  return command?.commands.find((child) => child.name() === name);
}

const ROOT_EXAMPLES: readonly (readonly [string, string])[] = [
  ["tidemark init media.yaml", "write a first plan"],
  ["tidemark plan media.yaml --out media.changes", "see what would happen"],
  ["tidemark apply media.changes", "do exactly that"],
];

/** The way from nothing to an applied plan: each with a line of its own. */
const MAIN: readonly string[] = ["init", "validate", "check", "plan", "show", "review", "apply"];
/** The others, a line a group, so that all of it is one screen. What is in none is among the last. */
const GROUPS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ["runs", ["run", "status", "history", "report", "stop", "start", "cancel", "flow", "finish"]],
  ["data", ["compare", "state", "undo", "cleanup"]],
  ["help", []],
];

/** One screen: what it is for, examples, then the lists, then exit codes. */
export function formatHelp(command: Command, helper: Help): string {
  return command.parent === null ? rootHelp(command, helper) : commandHelp(command, helper);
}

/** Fits 24 lines of 80 columns. */
function rootHelp(command: Command, helper: Help): string {
  const children = helper.visibleCommands(command).filter((child) => child.name() !== "help");
  const main = children.filter((child) => MAIN.includes(child.name()));
  const grouped = new Set([...MAIN, ...GROUPS.flatMap(([, names]) => names)]);
  const groups = GROUPS.map(([title, names]): [string, string] => {
    const own = children.map((child) => child.name()).filter((name) => (names.length === 0 ? !grouped.has(name) : names.includes(name)));
    return [title, own.join(", ")];
  });
  const width = Math.max(...ROOT_EXAMPLES.map(([line]) => line.length));
  return [
    `${command.description()}\n`,
    section(
      "Examples",
      ROOT_EXAMPLES.map(([line, use]) => `  ${line.padEnd(width)}  ${use}`),
    ),
    section("Commands", columns([...main.map((child): [string, string] => [child.name(), child.summary()]), ...groups.filter(([, names]) => names !== "")])),
    "Options     -h --help, -V --version; everywhere --json, --no-color, --log-level",
    "Exit codes  0 done, 1 error or refused, 2 changes or differences, 3 applied in",
    "            part, 4 outdated: plan again, 11 locked, 130 interrupted\n",
    "`tidemark COMMAND --help` tells more, `tidemark explain CODE` what a code means.\n",
  ].join("\n");
}

function commandHelp(command: Command, helper: Help): string {
  const help = HELP.get(command);
  const width = helper.helpWidth ?? 80;
  const list = (rows: readonly (readonly [string, string])[]) => columns(rows, width);
  const children = helper.visibleCommands(command).filter((child) => child.name() !== "help");
  const parts = [
    `${command.description()}\n`,
    section("Usage", [`  ${usage(command, helper)}`]),
    section("Examples", help?.examples.map(([line, use]) => `  # ${use}\n${brokenExample(line, width)}`) ?? []),
    section("Commands", list(children.map((child) => [child.name(), child.summary()]))),
    section("Arguments", list(helper.visibleArguments(command).map((argument) => [argument.name(), helper.argumentDescription(argument)]))),
    section("Options", list(helper.visibleOptions(command).map((option) => [helper.optionTerm(option), optionText(option)]))),
    "Every command takes --json, --no-color and --log-level <error|warn|info|debug>.\n",
    section("Exit codes", list((help?.exits ?? []).map((name) => [String(EXIT[name]), EXIT_MEANING[name]]))),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** What it may be, and what it is where nothing is said. */
function optionText({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices === undefined ? "" : `: ${argChoices.join(", ")}`;
  return `${description}${choices}${typeof defaultValue === "string" ? `; default: ${defaultValue}` : ""}`;
}

/** Before options, as a shell takes it that is given all of the lines. */
function brokenExample(line: string, width: number): string {
  if (line.length + 2 <= width) return `  ${line}`;
  const lines: string[] = [];
  for (const part of line.split(/ (?=--)/)) {
    const last = lines.at(-1);
    // Two columns before it, and two for the mark that it goes on.
    if (last === undefined || last.length + 1 + part.length + 2 > width) lines.push(`${last === undefined ? "  " : "    "}${part}`);
    else lines[lines.length - 1] = `${last} ${part}`;
  }
  return lines.join(" \\\n");
}

/** `tidemark plan PLAN [options]`. */
function usage(command: Command, helper: Help): string {
  const path = [command.name()];
  for (let parent = command.parent; parent !== null; parent = parent.parent) path.unshift(parent.name());
  const takes = helper.visibleCommands(command).length > 1 ? ["COMMAND"] : helper.visibleArguments(command).map((argument) => argument.name());
  return [...path, ...takes, "[options]"].join(" ");
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}\n${lines.join("\n")}\n`;
}

/** Two columns. Texts that are too long for a line go on beneath where they began. */
function columns(rows: readonly (readonly [string, string])[], width = Number.POSITIVE_INFINITY): string[] {
  const first = Math.max(0, ...rows.map(([term]) => term.length));
  const room = Math.max(24, width - first - 4);
  return rows.flatMap(([term, text]) => broken(text, room).map((line, at) => `  ${(at === 0 ? term : "").padEnd(first)}  ${line}`.trimEnd()));
}

function broken(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

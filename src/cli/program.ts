import { Command, CommanderError, Option } from "commander";
import { TidemarkError } from "../core/errors.ts";
import { LOG_LEVELS } from "../report/messages.ts";
import { Output } from "../report/output.ts";
import type { Cli } from "./cli.ts";
import { applyCommand } from "./commands/apply.ts";
import { checkCommand } from "./commands/check.ts";
import { compareCommand } from "./commands/compare.ts";
import { completionCommand } from "./commands/completion.ts";
import { flowCommand } from "./commands/flow.ts";
import { historyCommand } from "./commands/history.ts";
import { initCommand } from "./commands/init.ts";
import { planCommand } from "./commands/plan.ts";
import { runCommand } from "./commands/run.ts";
import { schemaCommand } from "./commands/schema.ts";
import { showCommand } from "./commands/show.ts";
import { stateCommand } from "./commands/state.ts";
import { stopCommand } from "./commands/stop.ts";
import { validateCommand } from "./commands/validate.ts";
import { type Context, type GlobalOptions, type Host, makeContext, VERSION } from "./context.ts";
import { showError } from "./errors.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit-codes.ts";
import { formatHelp } from "./help.ts";

/**
 * Runs one command line from start to end.
 *
 * @param argv without node and script
 * @returns the exit code; never throws
 */
export async function runCli(argv: readonly string[], host: Host): Promise<ExitCode> {
  const out = new Output(host.stdout);
  const err = new Output(host.stderr);
  let exitCode: ExitCode = EXIT.done;
  let context: Context | undefined;

  const program = makeProgram(out, err, (handler) => async (...args) => {
    // Commander gives the arguments, the options, and the command itself last.
    const command: unknown = args.at(-1);
    if (!(command instanceof Command)) throw new TypeError("A command's action was called by something else than commander.");
    const options = command.optsWithGlobals<GlobalOptions>();
    context = makeContext(host, out, err, options);
    // SAFETY: the types are declared beside `.argument` and `.option`, which commander keeps to.
    exitCode = await handler(context, args.slice(0, -2) as never, options as never);
  });

  const currentContext = () => context ?? makeContext(host, out, err, { color: !argv.includes("--no-color"), logLevel: "info", json: argv.includes("--json") });
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    exitCode = failed(error, currentContext);
  }
  await out.settle();
  if (out.failure) {
    const lost = new TidemarkError("OUTPUT_NOT_WRITTEN", `The output could not be written: ${out.failure.message}.`, {
      hint: "Make room where it goes, and run it again.",
      cause: out.failure,
    });
    showError(currentContext(), lost);
    exitCode = EXIT.error;
  }
  await err.settle();
  return exitCode;
}

function failed(error: unknown, context: () => Context): ExitCode {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    // Help that nobody asked for was shown already; what is wrong with the usage is said here.
    if (error.code !== "commander.help") showError(context(), usageError(error.message));
    return EXIT.error;
  }
  showError(context(), error);
  return error instanceof TidemarkError ? exitCodeOf(error.code) : EXIT.error;
}

/** Commander's words, as ours: `error: unknown option '--oot'\n(Did you mean --out?)`. */
function usageError(message: string): TidemarkError {
  const [said = "", suggestion] = message.replace(/^error: /, "").split("\n");
  return new TidemarkError("USAGE", `${said.charAt(0).toUpperCase()}${said.slice(1).replace(/\.$/, "")}.`, { hint: suggestion?.replace(/^\((.*)\)$/, "$1") });
}

function makeProgram(out: Output, err: Output, handle: Cli["handle"]): Command {
  const program = new Command("tidemark");
  program
    .description("Plan and apply for data: says what a sync would do, then does exactly that.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .option("--json", "one JSON object a line on stdout")
    .option("--no-color", "no colours (also NO_COLOR)")
    .addOption(new Option("--log-level <level>", "how much is said on stderr").choices(LOG_LEVELS).default("info"))
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text), outputError: () => {} })
    .configureHelp({ formatHelp })
    .exitOverride()
    .showSuggestionAfterError();

  const cli: Cli = { handle, program };
  const commands = [
    initCommand,
    validateCommand,
    checkCommand,
    planCommand,
    showCommand,
    applyCommand,
    runCommand,
    historyCommand,
    stopCommand,
    flowCommand,
    compareCommand,
    stateCommand,
    schemaCommand,
    completionCommand,
  ];
  for (const make of commands) {
    const command = make(cli);
    inherit(program, command);
    program.addCommand(command);
  }
  return program;
}

/** Commander hands its settings on only to commands that it makes itself. */
function inherit(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent);
  command.helpOption("-h, --help", "show this help");
  for (const child of command.commands) inherit(command, child);
}

import { Command, CommanderError, Option } from "commander";
import { TidemarkError } from "../core/errors.ts";
import { LOG_LEVELS } from "../report/messages.ts";
import { Output } from "../report/output.ts";
import type { Cli } from "./cli.ts";
import { applyCommand } from "./commands/apply.ts";
import { checkCommand } from "./commands/check.ts";
import { compareCommand } from "./commands/compare.ts";
import { completeCommand } from "./commands/complete.ts";
import { completionCommand } from "./commands/completion.ts";
import { explainCommand } from "./commands/explain.ts";
import { flowCommand } from "./commands/flow.ts";
import { historyCommand } from "./commands/history.ts";
import { initCommand } from "./commands/init.ts";
import { planCommand } from "./commands/plan.ts";
import { reportCommand } from "./commands/report.ts";
import { reviewCommand } from "./commands/review.ts";
import { runCommand } from "./commands/run.ts";
import { schemaCommand } from "./commands/schema.ts";
import { showCommand } from "./commands/show.ts";
import { stateCommand } from "./commands/state.ts";
import { statusCommand } from "./commands/status.ts";
import { stopCommand } from "./commands/stop.ts";
import { validateCommand } from "./commands/validate.ts";
import { type Context, type GlobalOptions, type Host, makeContext, VERSION } from "./context.ts";
import { showError } from "./errors.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit-codes.ts";
import { formatHelp, withHelpOption } from "./help.ts";

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
    await program.parseAsync(withHelpOption(argv, program), { from: "user" });
  } catch (error) {
    exitCode = await failed(error, { argv, program, context: currentContext });
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

async function failed(
  error: unknown,
  { argv, program, context }: { readonly argv: readonly string[]; readonly program: Command; readonly context: () => Context },
): Promise<ExitCode> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    // Help that nobody asked for was shown already; what is wrong with the usage is said here.
    if (error.code !== "commander.help") showError(context(), (await import("./usage-error.ts")).usageError(error, { argv, program }));
    return EXIT.error;
  }
  showError(context(), error);
  return error instanceof TidemarkError ? exitCodeOf(error.code) : EXIT.error;
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
    reviewCommand,
    applyCommand,
    runCommand,
    statusCommand,
    historyCommand,
    reportCommand,
    stopCommand,
    flowCommand,
    compareCommand,
    stateCommand,
    explainCommand,
    schemaCommand,
    completionCommand,
  ];
  for (const make of commands) {
    const command = make(cli);
    inherit(program, command);
    program.addCommand(command);
  }
  program.addCommand(completeCommand(cli), { hidden: true });
  return program;
}

/** Commander hands its settings on only to commands that it makes itself. */
function inherit(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent);
  command.helpOption("-h, --help", "show this help");
  for (const child of command.commands) inherit(command, child);
}

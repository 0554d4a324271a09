import type { Command } from "commander";
import type { Context } from "./context.ts";
import type { ExitCode } from "./exit-codes.ts";

/** Runs a command's work and remembers how it ended. */
export type Handler<Args extends readonly unknown[], Options> = (context: Context, args: Args, options: Options) => Promise<ExitCode>;

/** Lets a command file declare its arguments and leave when to run them to the program. */
export interface Cli {
  /** @returns a commander action */
  handle<Args extends readonly unknown[], Options>(handler: Handler<Args, Options>): (...args: unknown[]) => Promise<void>;
  readonly program: Command;
}

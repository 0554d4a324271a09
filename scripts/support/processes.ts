import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

/** The repository, whatever directory a script was started in. */
export const ROOT = join(import.meta.dirname, "..", "..");

/** Programs of the development dependencies, the pinned Node among them, come before the machine's own. */
export const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [join(ROOT, "node_modules", ".bin"), join(ROOT, ".tools", "bin"), process.env["PATH"] ?? ""].join(delimiter),
};

export interface Finished {
  readonly code: number;
  /** Both streams in the order of their arrival; empty where they were passed on. */
  readonly output: string;
}

export interface RunOptions {
  /** Passes both streams to ours instead of collecting them. */
  readonly show?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

/** Runs a program to its end. Never rejects: a program that cannot be started has code 127. */
export function run(
  program: string,
  programArguments: readonly string[],
  { show = false, environment = {}, directory = ROOT }: RunOptions = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, programArguments, {
      cwd: directory,
      env: { ...ENVIRONMENT, ...environment },
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
    });
    const chunks: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
    const output = () => Buffer.concat(chunks).toString("utf8");
    child.once("error", (error) => resolve({ code: 127, output: `${output()}${error.message}\n` }));
    child.once("close", (code) => resolve({ code: code ?? 1, output: output() }));
  });
}

/** Runs one of our own TypeScript files on this very Node. */
export function runScript(file: string, scriptArguments: readonly string[] = [], options: RunOptions = {}): Promise<Finished> {
  return run(process.execPath, [join(ROOT, file), ...scriptArguments], options);
}

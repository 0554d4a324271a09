import { spawn } from "node:child_process";
import type { Job } from "./job.ts";
import { plainLog, say } from "./runner.ts";

export interface Finished {
  readonly exitCode: number;
  /** The last line of stdout, or nothing where it is longer than a summary can be. */
  readonly lastLine: string;
  /** All of stdout, where `collect` was asked for. */
  readonly stdout: string;
  /** The newest of what it said, at most `TAIL` characters. */
  readonly tail: string;
  /** The first match of `find`. */
  readonly found: string | undefined;
}

interface TidemarkOptions {
  /** Keeps stdout out of the log: it is data. */
  readonly quiet?: boolean;
  /** Keeps all of stdout, which is known to be short. */
  readonly collect?: boolean;
  /** Lets the runner obey annotations, which are the lines that tidemark made for it. */
  readonly annotations?: boolean;
  /** Looked for in every line. */
  readonly find?: RegExp;
}

const TAIL = 8000;
/** A summary of a thousand syncs, by far. */
const LONGEST_LINE = 16 * 2 ** 20;
const ANNOTATION = /^::(?:error|warning|notice) /;

/** Runs tidemark to its end. What it says goes to the log, where the runner obeys none of it but annotations. */
export function runTidemark(
  { root, tidemark: [program = "", ...first] }: Pick<Job, "root" | "tidemark">,
  args: readonly string[],
  options: TidemarkOptions = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], { cwd: root, env: childEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
    const said = plainLog();
    const annotations: string[] = [];
    let lastLine = "";
    let stdout = "";
    let tail = "";
    let found: string | undefined;
    const look = (line: string) => (found ??= options.find?.exec(line)?.[1]);
    const log = (line: string) => {
      tail = `${tail}${line}\n`.slice(-TAIL);
      said.line(line);
    };
    byLines(child.stdout, (line) => {
      if (line !== "") lastLine = line;
      if (options.collect) stdout += `${line}\n`;
      look(line);
      if (options.annotations && ANNOTATION.test(line)) annotations.push(line);
      else if (!options.quiet) log(line);
    });
    byLines(child.stderr, (line) => {
      look(line);
      log(line);
    });
    child.once("error", (error) => reject(new Error(`tidemark could not be started: ${error.message}`, { cause: error })));
    child.once("close", (code) => {
      said.end();
      for (const line of annotations) say(line);
      resolve({ exitCode: code ?? 130, lastLine, stdout, tail, found });
    });
  });
}

/** A line that is longer than any of ours is passed on in pieces, so that memory does not grow with it. */
function byLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
    if (rest.length <= LONGEST_LINE) return;
    onLine(rest);
    rest = "";
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}

/** Without the token and without what only the steps are told. */
function childEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== "TIDEMARK_TOKEN" && !name.startsWith("TIDEMARK_INPUT_")));
}

/** A file that begins with `-` is no option. */
export function asArgument(file: string): string {
  return file.startsWith("-") ? `./${file}` : file;
}

/** Fields of a line of JSON; empty where it is none. */
export function jsonFields(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** tidemark's own code of an error, from the last line of `--json`. */
export function errorCode(lastLine: string): string | undefined {
  const { type, code } = jsonFields(lastLine);
  return type === "error" && typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : undefined;
}

import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { Session } from "../../connect/session.ts";
import type { DumpResult } from "../wasm/messages.ts";
import { childEnvironment } from "./child-environment.ts";
import { unusable } from "./program-errors.ts";
import { SessionDoor } from "./session-door.ts";

export interface RunNativeOptions {
  /** Lent for the time of the dump, and of no use afterwards. */
  readonly session: Session;
  /** The program's path. */
  readonly program: string;
  /** Command line, without the connection and the output. */
  readonly words: readonly string[];
  readonly signal: AbortSignal;
}

/** What is kept of stderr, in characters. More than that is no message. */
const MOST_TEXT = 256 * 1024;

/**
 * Runs a pg_dump of this machine over a session of ours, and takes its archive from its standard output.
 *
 * @throws the signal's reason, after the program is gone; `DUMP_PROGRAM_UNUSABLE` where it cannot be
 * started. A dump that failed is a result with its code
 */
export async function runNativeDump({ session, program, words, signal }: RunNativeOptions): Promise<DumpResult> {
  signal.throwIfAborted();
  await using door = await SessionDoor.open(session);
  // Keywords of the connection count more than variables, which are not passed on either.
  const connection = `host=127.0.0.1 port=${door.port} user=tidemark sslmode=disable gssencmode=disable ${databaseWord(session.database)}`;
  let child: ChildProcessByStdio<null, Readable, Readable> | undefined;
  try {
    child = spawn(program, [...words, "--no-password", `--dbname=${connection}`], {
      env: childEnvironment({ PGPASSWORD: door.password }),
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    return await resultOf(child, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw unusable(program, error);
  } finally {
    if (child !== undefined) await end(child);
  }
}

/** A database as a word of a connection string, where blanks, quotes and backslashes mean something. */
export function databaseWord(name: string): string {
  return `dbname='${name.replaceAll(/[\\']/g, "\\$&")}'`;
}

async function resultOf(child: ChildProcessByStdio<null, Readable, Readable>, signal: AbortSignal): Promise<DumpResult> {
  const chunks: Buffer[] = [];
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.setEncoding("utf8").on("data", (more: string) => (text = (text + more).slice(0, MOST_TEXT)));
  // `close` comes when the program has ended and all it wrote was read.
  const [code, endedBy] = (await once(child, "close", { signal })) as [code: number | null, endedBy: string | null];
  const messages = text.split(/\r?\n/).filter((line) => line !== "");
  if (endedBy !== null) messages.push(`pg_dump was ended by ${endedBy}.`);
  return { code: code ?? -1, archive: code === 0 ? chunks : undefined, messages };
}

/** A pg_dump that writes to a pipe has nothing to put in order, so that it need not be asked to end. */
async function end(child: ChildProcess): Promise<void> {
  child.on("error", () => {});
  // Programs that it started may hold them open.
  child.stdout?.destroy();
  child.stderr?.destroy();
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

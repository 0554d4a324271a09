import { execFile } from "node:child_process";
import { readdir, realpath } from "node:fs/promises";
import { basename, delimiter, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { TidemarkError } from "../../../core/errors.ts";
import type { DumpPrograms } from "../../connect/dump-programs.ts";
import { childEnvironment } from "./child-environment.ts";
import { unusable } from "./program-errors.ts";

/** Newest server that the pg_dump that comes along can read. */
const NEWEST_MAJOR = 18;

/** What decides about the program: a session has it. */
export interface DumpedServer {
  /** `server_version_num`. */
  readonly version: number;
  readonly database: string;
  readonly dumpPrograms?: DumpPrograms | undefined;
}

export interface DumpProgram {
  /** A path, or a name that is looked for on the PATH. */
  readonly path: string;
  readonly major: number;
  /** As the program says it, e.g. `19.1`. */
  readonly version: string;
}

const FILE = process.platform === "win32" ? "pg_dump.exe" : "pg_dump";

/** Where packages put the programs of each major: a folder, what its folders are called, and the rest of the path. */
const USUAL: readonly (readonly [folder: string, name: RegExp, rest: string])[] = [
  ["/usr/lib/postgresql", /^\d+$/, "bin"],
  ["/usr", /^pgsql-\d+$/, "bin"],
  ["/usr/lib", /^postgresql\d+$/, "bin"],
  ["/usr/libexec", /^postgresql\d+$/, ""],
  ["/usr/local", /^pgsql$/, "bin"],
  ["/opt/homebrew/opt", /^(?:postgresql(?:@\d+)?|libpq)$/, "bin"],
  ["/usr/local/opt", /^(?:postgresql(?:@\d+)?|libpq)$/, "bin"],
  ["/home/linuxbrew/.linuxbrew/opt", /^(?:postgresql(?:@\d+)?|libpq)$/, "bin"],
  ["/opt/local/lib", /^postgresql\d+$/, "bin"],
  ["/Applications/Postgres.app/Contents/Versions", /^\d+$/, "bin"],
  ["/Library/PostgreSQL", /^\d+$/, "bin"],
  [String.raw`C:\Program Files\PostgreSQL`, /^\d+$/, "bin"],
];

/** It picks a version by rules of its own. What it picks from is beneath `/usr/lib/postgresql`. */
const DEBIANS_WRAPPER = "pg_wrapper";
const VERSION_MS = 10_000;

/**
 * The pg_dump of this machine that a server's definitions are read with: the one that the user named,
 * and for a server that is newer than the one that comes along, the oldest that can read it.
 *
 * @returns undefined for the one that comes along
 * @throws TidemarkError `DUMP_PROGRAM_UNUSABLE`, `DUMP_PROGRAM_TOO_OLD`, `DUMP_SERVER_TOO_NEW`
 */
export async function findProgram(server: DumpedServer, signal?: AbortSignal): Promise<DumpProgram | undefined> {
  const wanted = Math.floor(server.version / 10_000);
  const { named, searchPath = "" } = server.dumpPrograms ?? {};
  if (named !== undefined) {
    const program = await askVersion(named, signal);
    if (program.major < wanted) throw tooOld(server.database, wanted, program);
    return program;
  }
  if (wanted <= NEWEST_MAJOR) return undefined;
  const found: DumpProgram[] = [];
  for (const path of await candidates(searchPath)) {
    const program = await askVersion(path, signal).catch(() => undefined);
    signal?.throwIfAborted();
    if (program !== undefined) found.push(program);
  }
  // The archive of the oldest is the best known.
  const [best] = found.filter(({ major }) => major >= wanted).sort((a, b) => a.major - b.major);
  if (best !== undefined) return best;
  throw tooNew(server.database, wanted, found);
}

/** Asks a program what it is. */
async function askVersion(path: string, signal: AbortSignal | undefined): Promise<DumpProgram> {
  try {
    const options = {
      env: childEnvironment(),
      timeout: VERSION_MS,
      killSignal: "SIGKILL",
      windowsHide: true,
      ...(signal !== undefined && { signal }),
    } as const;
    const { stdout } = await promisify(execFile)(path, ["--version"], options);
    // `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `pg_dump (PostgreSQL) 19beta1`
    const [, version, major] = /^pg_dump \([^)]*\) ((\d+)\S*)/.exec(stdout) ?? [];
    if (version === undefined) throw new Error("it does not say its version as pg_dump does");
    return { path, version, major: Number(major) };
  } catch (error) {
    signal?.throwIfAborted();
    throw unusable(path, isEnded(error) ? new Error(`\`--version\` ${error.killed ? "took too long" : `ended with ${error.code}`}`, { cause: error }) : error);
  }
}

/** The error of a program that was started and did not end well: its command line is in the message. */
function isEnded(error: unknown): error is Error & { readonly killed: boolean; readonly code: number | null } {
  return error instanceof Error && "killed" in error && "code" in error && typeof error.code !== "string";
}

/** On the PATH and where packages put it, each once. */
async function candidates(searchPath: string): Promise<readonly string[]> {
  // A folder that is not absolute is another one wherever we are.
  const folders = searchPath.split(delimiter).filter((folder) => isAbsolute(folder));
  for (const [folder, name, rest] of USUAL) {
    const names = await readdir(folder).catch(() => []);
    folders.push(...names.filter((each) => name.test(each)).map((each) => join(folder, each, rest)));
  }
  const paths = await Promise.all(folders.map((folder) => realpath(join(folder, FILE)).catch(() => undefined)));
  return [...new Set(paths.filter((path) => path !== undefined))].filter((path) => basename(path) !== DEBIANS_WRAPPER);
}

function tooOld(database: string, wanted: number, { path, version }: DumpProgram): TidemarkError {
  return new TidemarkError("DUMP_PROGRAM_TOO_OLD", `${path} is pg_dump ${version}, and cannot read ${database}, whose server is PostgreSQL ${wanted}.`, {
    hint: `Let TIDEMARK_PG_DUMP name a pg_dump of PostgreSQL ${wanted} or later: it reads older servers too.`,
  });
}

function tooNew(database: string, wanted: number, found: readonly DumpProgram[]): TidemarkError {
  const there = found.map(({ path, version }) => `${path} is ${version}`).join(", ");
  return new TidemarkError(
    "DUMP_SERVER_TOO_NEW",
    `${database}: PostgreSQL ${wanted} is newer than what is here can read. The pg_dump that comes along reads up to ${NEWEST_MAJOR}, and ${
      there === "" ? "no other was found" : `no other is new enough: ${there}`
    }.`,
    { hint: `Install PostgreSQL's client programs of version ${wanted} or later, or let TIDEMARK_PG_DUMP name their pg_dump.` },
  );
}

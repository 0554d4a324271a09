import { TidemarkError } from "../../core/errors.ts";
import type { Session } from "../connect/session.ts";
import { qualifiedName, quoteName } from "../names.ts";
import { type DumpEntry, readArchive } from "./archive.ts";
import { findProgram } from "./native/find-program.ts";
import { databaseWord, runNativeDump } from "./native/run.ts";
import type { DumpResult } from "./wasm/messages.ts";
import { DumpThread } from "./wasm/run.ts";

/** All definitions of a database, in an order in which they can be created. */
export interface SchemaDump {
  /** `server_version_num` of the dumped server. */
  readonly version: number;
  readonly entries: readonly DumpEntry[];
  /** What pg_dump warned of. */
  readonly warnings: readonly string[];
}

export interface DumpSchemaOptions {
  /** Of no use afterwards: close it. */
  readonly session: Session;
  /** An exported snapshot to look through; undefined: one of its own. */
  readonly snapshot?: string | undefined;
  /** Left out, because their definition may not be read. */
  readonly withoutTables?: readonly { readonly schema: string; readonly name: string }[] | undefined;
  readonly withoutSchemas?: readonly string[] | undefined;
  /** Whose definitions are read without a lock, which the role may not take; as `qualifiedName` writes them. */
  readonly unlockable?: ReadonlySet<string> | undefined;
  /** How long to wait for a table that somebody else has locked. Milliseconds. */
  readonly lockTimeoutMs?: number | undefined;
  /** Used up by it, where a program of this machine is not used instead; undefined: one of its own. */
  readonly thread?: DumpThread | undefined;
  readonly signal: AbortSignal;
}

/**
 * Dumps every definition of a session's database, no rows, through one snapshot: by the pg_dump that comes
 * along, or by one of this machine where the user named it or the server is newer.
 *
 * @throws TidemarkError `DUMP_FAILED` with what pg_dump said, `DUMP_UNREADABLE`, `DUMP_SERVER_TOO_NEW`,
 * `DUMP_PROGRAM_TOO_OLD`, `DUMP_PROGRAM_UNUSABLE`
 */
export async function dumpSchema(options: DumpSchemaOptions): Promise<SchemaDump> {
  const { session, signal } = options;
  const words = wordsOf(options);
  const program = await findProgram(session, signal);
  const result = await (program === undefined ? runInThread(options, words) : runNativeDump({ session, program: program.path, words, signal }));
  if (result.code !== 0 || result.archive === undefined) {
    throw new TidemarkError(
      "DUMP_FAILED",
      `The definitions of ${session.database} could not be read: ${saidOf(result.messages) || `pg_dump ended with ${result.code}`}.`,
      {
        hint: "Often a permission is missing, or somebody holds a lock on a table: `tidemark check` looks at both.",
      },
    );
  }
  const warnings = result.messages.filter((line) => line.includes("warning:"));
  return { version: session.version, entries: readArchive(Buffer.concat(result.archive)).entries, warnings };
}

async function runInThread({ session, unlockable, thread: given, signal }: DumpSchemaOptions, words: readonly string[]): Promise<DumpResult> {
  await using thread = given ?? DumpThread.start(signal);
  return await thread.run({ session, words: [...words, "--username=tidemark", `--dbname=${databaseWord(session.database)}`], unlockable });
}

/** What went wrong, without the query in which it did, which may name a thousand tables, and what pg_dump says of where it lies. */
function saidOf(messages: readonly string[]): string {
  return messages.filter((line) => !/^could not find a "pg_dump"|^pg_dump: detail: Query was: /.test(line)).join(" ");
}

/** Without what differs between the programs: the connection, and where the archive goes to. */
function wordsOf({ snapshot, withoutTables = [], withoutSchemas = [], lockTimeoutMs }: DumpSchemaOptions): readonly string[] {
  return [
    "--format=custom",
    // Versions before 16 do not know `none`.
    "--compress=0",
    "--schema-only",
    ...(snapshot === undefined ? [] : [`--snapshot=${snapshot}`]),
    ...(lockTimeoutMs === undefined ? [] : [`--lock-wait-timeout=${lockTimeoutMs}`]),
    ...withoutTables.map(({ schema, name }) => `--exclude-table=${qualifiedName(schema, name)}`),
    ...withoutSchemas.map((schema) => `--exclude-schema=${quoteName(schema)}`),
  ];
}

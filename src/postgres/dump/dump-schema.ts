import { TidemarkError } from "../../core/errors.ts";
import type { Session } from "../connect/session.ts";
import { qualifiedName, quoteName } from "../names.ts";
import { type DumpEntry, readArchive } from "./archive.ts";
import { runDump } from "./wasm/run.ts";

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
  /** How long to wait for a table that somebody else has locked. Milliseconds. */
  readonly lockTimeoutMs?: number | undefined;
  readonly signal: AbortSignal;
}

/** Newest server that the pg_dump that comes along can read. */
export const NEWEST_MAJOR = 18;

/**
 * Dumps every definition of a session's database, no rows, through one snapshot.
 *
 * @throws TidemarkError `DUMP_FAILED` with what pg_dump said, `DUMP_SERVER_TOO_NEW`, `DUMP_UNREADABLE`
 */
export async function dumpSchema(options: DumpSchemaOptions): Promise<SchemaDump> {
  const { session, signal } = options;
  if (Math.floor(session.version / 10_000) > NEWEST_MAJOR) {
    throw new TidemarkError(
      "DUMP_SERVER_TOO_NEW",
      `The server of ${session.database} is PostgreSQL ${Math.floor(session.version / 10_000)}, and definitions are read up to ${NEWEST_MAJOR}.`,
      { hint: "Use a newer version of Tidemark." },
    );
  }
  const result = await runDump({ session, words: wordsOf(options), signal });
  if (result.code !== 0 || result.archive === undefined) {
    throw new TidemarkError(
      "DUMP_FAILED",
      `The definitions of ${session.database} could not be read: ${result.messages.join(" ") || `pg_dump ended with ${result.code}`}.`,
      {
        hint: "Often a permission is missing, or somebody holds a lock on a table: `tidemark check` looks at both.",
      },
    );
  }
  const warnings = result.messages.filter((line) => line.includes("warning:"));
  return { version: session.version, entries: readArchive(result.archive).entries, warnings };
}

function wordsOf({ session, snapshot, withoutTables = [], withoutSchemas = [], lockTimeoutMs }: DumpSchemaOptions): readonly string[] {
  return [
    "--format=custom",
    "--compress=none",
    "--schema-only",
    "--username=tidemark",
    `--dbname=dbname='${session.database.replaceAll(/[\\']/g, "\\$&")}'`,
    ...(snapshot === undefined ? [] : [`--snapshot=${snapshot}`]),
    ...(lockTimeoutMs === undefined ? [] : [`--lock-wait-timeout=${lockTimeoutMs}`]),
    ...withoutTables.map(({ schema, name }) => `--exclude-table=${qualifiedName(schema, name)}`),
    ...withoutSchemas.map((schema) => `--exclude-schema=${quoteName(schema)}`),
  ];
}

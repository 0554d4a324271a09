import { TidemarkError } from "../../core/errors.ts";
import { withoutPasswords } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { isSessionSetting } from "../dump/classify.ts";
import { definitionOf } from "../plan/definition.ts";
import { type Reader, writtenFor } from "../plan/written.ts";
import { isRewritten, withoutRoles } from "./rewrite.ts";

/** Types that reach outside of their database, or hold data, or are the database itself. No name in them is mapped. */
const OUTSIDE: ReadonlySet<string> = new Set([
  "DATABASE",
  "DATABASE PROPERTIES",
  "BLOB",
  "BLOB METADATA",
  "BLOBS",
  "SUBSCRIPTION",
  "SUBSCRIPTION TABLE",
  "USER MAPPING",
]);

/** Whether an entry is made in a shadow: what is not is either written anew or left as it is. */
export function isRestored(entry: DumpEntry): boolean {
  return !isSessionSetting(entry) && !OUTSIDE.has(entry.type) && !isRewritten(entry) && !entry.tag.startsWith("DATABASE ") && definitionOf(entry) !== "";
}

const SETTINGS = "SET check_function_bodies = false; SET default_tablespace = ''; SET synchronous_commit = off";
/** Statements in one transaction: all of it is done again, one by one, where one fails. */
const BATCH = 100;

export interface RestoreOptions extends Pick<Reader, "languages"> {
  readonly session: Session;
  readonly entries: readonly DumpEntry[];
  readonly signal: AbortSignal;
}

/**
 * Makes the definitions of a dump in an empty database, without owners, privileges and rows.
 *
 * @returns what could not be made, and why, by dumpId
 */
export async function restoreDefinitions({ session, entries, languages, signal }: RestoreOptions): Promise<ReadonlyMap<number, string>> {
  const statementOf = (entry: DumpEntry) => statementFor(entry, { version: session.version, languages });
  await session.query(SETTINGS);
  const failures = new Map<number, string>();
  const wanted = entries.filter(isRestored);
  for (let from = 0; from < wanted.length; from += BATCH) {
    signal.throwIfAborted();
    const batch = wanted.slice(from, from + BATCH);
    if ((await failureOf(session, batch.map(statementOf).join("\n"))) === undefined) continue;
    for (const entry of batch) {
      signal.throwIfAborted();
      const failure = await failureOf(session, statementOf(entry));
      if (failure !== undefined) failures.set(entry.dumpId, failure);
    }
  }
  return failures;
}

function statementFor(entry: DumpEntry, reader: Reader): string {
  const definition = writtenFor(entry, reader);
  return entry.type === "POLICY" ? withoutRoles(definition).without : definition;
}

async function failureOf(session: Session, sql: string): Promise<string | undefined> {
  try {
    await session.query(sql);
    return undefined;
  } catch (error) {
    if (session.isLost || !(error instanceof TidemarkError)) throw error;
    // Where it is tried out has a name of its own each time.
    return error.cause instanceof Error ? withoutPasswords(error.cause.message) : error.message;
  }
}

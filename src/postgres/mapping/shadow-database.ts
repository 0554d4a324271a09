import { createHash, randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { TidemarkError } from "../../core/errors.ts";
import { readNonEmpty, readRelations } from "../catalog/relations.ts";
import { sqlStateOf } from "../connect/errors.ts";
import { displayOf } from "../connect/identity.ts";
import type { ConnectionOptions } from "../connect/options.ts";
import { openSession, type Session } from "../connect/session.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { isSessionSetting } from "../dump/classify.ts";
import { dumpSchema } from "../dump/dump-schema.ts";
import { openMaintenance } from "../ends.ts";
import { qualifiedName, quoteName } from "../names.ts";
import { createDatabaseStatement } from "../plan/database.ts";

/** An empty database in which names are tried out, and to which connections can be made. */
export interface Shadow {
  readonly options: ConnectionOptions;
  /** `server_version_num`. */
  readonly version: number;
}

const TEMPORARY = /^tidemark_shadow_[0-9a-f]{16}$/;
const IN_USE = "55006";
/** How often a database that somebody is still connected to is tried again, and how long after: a session takes a moment to end. */
const TRIES = 20;
const TRY_MS = 100;

/** A name that no other run gives, and that tells for which destination it was given. */
export function temporaryName(database: string): string {
  return `${temporaryPrefix(database)}${randomBytes(4).toString("hex")}`;
}

export function temporaryPrefix(database: string): string {
  return `tidemark_shadow_${createHash("sha256").update(database).digest("hex").slice(0, 8)}`;
}

export interface TemporaryShadowOptions {
  /** Of the server; its database need not be there. */
  readonly server: ConnectionOptions;
  readonly name: string;
  /** The source's `DATABASE` entry: the shadow gets its encoding and locale, where the server has them. */
  readonly like: DumpEntry | undefined;
  /** Called when it is gone. */
  dropped(): Promise<void>;
}

/**
 * Creates a database of its own, and drops it whatever happens. Where that fails, as when the server went
 * away, it is left to whoever knows its name.
 */
export async function withTemporaryShadow<T>({ server, name, like, dropped }: TemporaryShadowOptions, use: (shadow: Shadow) => Promise<T>): Promise<T> {
  const session = await openMaintenance(server);
  try {
    try {
      await createShadow(session, name, like);
      return await use({ options: { ...server, database: name }, version: session.version });
    } finally {
      await dropShadow(session, name).then(dropped, () => {});
    }
  } finally {
    await session.close();
  }
}

async function createShadow(session: Session, name: string, like: DumpEntry | undefined): Promise<void> {
  try {
    if (like !== undefined) return void (await session.query(createDatabaseStatement(like, { name, version: session.version, placed: false })));
  } catch (error) {
    // A locale that the server does not have, most likely: no definition depends on it.
    if (session.isLost || sqlStateOf(error) === undefined) throw error;
  }
  await session.query(`CREATE DATABASE ${quoteName(name)} TEMPLATE template0`);
}

/**
 * Drops a database that a run made to try out names, if it is still there.
 *
 * @param name refused where it is not one that we give
 */
export async function dropShadow(session: Session, name: string): Promise<void> {
  if (!TEMPORARY.test(name)) return;
  for (let tried = 1; ; tried += 1) {
    try {
      await session.query(`DROP DATABASE IF EXISTS ${quoteName(name)}`);
      return;
    } catch (error) {
      if (sqlStateOf(error) !== IN_USE || tried === TRIES) throw error;
      // A session of a process that was killed does not notice by itself while it works.
      await session.query("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND usename = current_user", [name]);
      await wait(TRY_MS);
    }
  }
}

/** Made first and dropped last: what is in a database that has it is ours. */
const MARK = "tidemark_shadow";
/** A number that nothing else is likely to lock: "shadow". */
const LOCK = 0x7368_6164;

/**
 * Lends the database of a location that the user named for it, which has to be empty, and empties it
 * again whatever happens. What a process that was killed has left there is removed first.
 *
 * @throws TidemarkError `SHADOW_NOT_EMPTY`, `SHADOW_BUSY`
 */
export async function withNamedShadow<T>(options: ConnectionOptions, signal: AbortSignal, use: (shadow: Shadow) => Promise<T>): Promise<T> {
  const session = await openSession(options);
  try {
    const [lock] = await session.query<{ free: boolean }>(`SELECT pg_catalog.pg_try_advisory_lock(${LOCK}) AS free`);
    if (lock?.free !== true) {
      throw new TidemarkError("SHADOW_BUSY", `Another process tries out names in ${displayOf(options)}.`, { hint: "Try again when it has ended." });
    }
    await prepare(session, options, signal);
    await session.query(`CREATE SCHEMA IF NOT EXISTS ${MARK}`);
    try {
      return await use({ options, version: session.version });
    } finally {
      // Not under the caller's signal: it is emptied when the work is broken off too.
      await empty(session, options, AbortSignal.timeout(EMPTY_MS));
    }
  } finally {
    await session.close();
  }
}

const EMPTY_MS = 10 * 60_000;

async function prepare(session: Session, options: ConnectionOptions, signal: AbortSignal): Promise<void> {
  const found = await contentOf(options, signal);
  if (found.length === 0) return;
  const isOurs = found.some(({ type, tag }) => type === "SCHEMA" && tag === MARK);
  const tables = isOurs ? (await readRelations(session)).filter(({ relkind }) => relkind === "r") : [];
  // We never put a row there.
  const filled = await readNonEmpty(
    session,
    tables.map(({ schema, name }) => ({ sql: qualifiedName(schema, name) })),
  );
  if (isOurs && filled.size === 0) return empty(session, options, signal);
  throw new TidemarkError(
    "SHADOW_NOT_EMPTY",
    `${displayOf(options)} is named as shadow, and is not empty: it has ${found[0]?.type.toLowerCase()} ${found[0]?.tag}.`,
    {
      hint: "Name an empty database: definitions are made in it, and removed again.",
    },
  );
}

/** What a dump lists beside what every database has. */
async function contentOf(options: ConnectionOptions, signal: AbortSignal): Promise<readonly DumpEntry[]> {
  const session = await openSession(options);
  try {
    const { entries } = await dumpSchema({ session, signal });
    return entries.filter((entry) => !isSessionSetting(entry) && !isOfEvery(entry));
  } finally {
    await session.close();
  }
}

function isOfEvery({ type, tag }: DumpEntry): boolean {
  if (type === "DATABASE" || type === "DATABASE PROPERTIES" || type === "DEFAULT ACL") return true;
  return (type === "SCHEMA" && tag === "public") || (ABOUT.has(type) && /^(?:DATABASE |SCHEMA public$)/.test(tag));
}

const ABOUT: ReadonlySet<string> = new Set(["ACL", "COMMENT", "SECURITY LABEL"]);
const BATCH = 100;

/** How often what is left is looked at: an object that could not be dropped by itself goes with another one. */
const ROUNDS = 3;

/** Drops all that is in a database, in the opposite order of a dump: what needs something goes before it. */
async function empty(session: Session, options: ConnectionOptions, signal: AbortSignal): Promise<void> {
  let isEmpty = false;
  for (let round = 0; round < ROUNDS && !isEmpty; round += 1) isEmpty = await dropAll(session, await contentOf(options, signal));
  await session.query("CREATE SCHEMA IF NOT EXISTS public");
  // With the mark there, the next use goes on to empty it.
  if (isEmpty) await session.query(`DROP SCHEMA IF EXISTS ${MARK}`);
}

/** @returns whether all of it is known to be gone */
async function dropAll(session: Session, entries: readonly DumpEntry[]): Promise<boolean> {
  const statements = entries
    .toReversed()
    .filter(({ type, tag, dropStatement }) => dropStatement !== "" && !(type === "SCHEMA" && tag === MARK))
    .map(({ dropStatement }) => dropStatement);
  let isWhole = true;
  for (let from = 0; from < statements.length; from += BATCH) {
    const batch = statements.slice(from, from + BATCH);
    if (await isDone(session, batch.join("\n"))) continue;
    for (const statement of batch) if (!(await isDone(session, statement))) isWhole = false;
  }
  return isWhole;
}

async function isDone(session: Session, sql: string): Promise<boolean> {
  try {
    await session.query(sql);
    return true;
  } catch (error) {
    if (session.isLost || sqlStateOf(error) === undefined) throw error;
    return false;
  }
}

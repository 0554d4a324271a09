import { ItemError, TidemarkError } from "../../core/errors.ts";
import { PostgresError, sqlStateOf } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import { qualifiedName, quoteLiteral, shownName } from "../names.ts";

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

export interface HeldSnapshot {
  /** For `importSnapshot`, on as many sessions of the same database as wanted, while it is held. */
  readonly id: string;
  /** Tables that are not locked, each with why: their rows must not be read. In the order they were given in. */
  readonly refused: readonly { readonly table: TableName; readonly error: TidemarkError }[];
  /** Aborted with a TidemarkError SNAPSHOT_LOST as soon as the holder's connection is lost; not by `release`. */
  readonly lost: AbortSignal;
  /** Lets go of the snapshot and the locks; the session is idle then. Never throws. */
  release(): Promise<void>;
}

export interface SnapshotOptions {
  /** How long to wait for a lock, in milliseconds, and at most twice that for all of them; 0: for ever. */
  readonly lockTimeoutMs: number;
}

/** As many in one statement: a round trip each would take minutes for a large schema. */
const BATCH = 500;
/** Milliseconds. */
const SHORTEST = 100;

const OUT_OF_SHARED_MEMORY = "53200";
/** No such table, no such schema. */
const GONE: readonly string[] = ["42P01", "3F000"];
/** No such file, no such snapshot (from 17 on), its holder has just ended. */
const NO_SUCH_SNAPSHOT: readonly string[] = ["22023", "42704", "55000"];

/**
 * Begins the transaction in which a database is read as of one moment. A snapshot takes no locks: after its export
 * another session could empty or alter a table, and who imports it would read no rows and see no error. So
 * every table is locked first, and the snapshot is taken when all locks are there: what was committed while
 * waiting for one is part of it. LOCK itself takes no snapshot.
 *
 * Each table is locked alone (ONLY): those that inherit from it are on the list themselves. Works on a standby.
 *
 * @throws TidemarkError LOCK_TABLE_FULL, SNAPSHOT_LOST
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
 */
export async function holdSnapshot(session: Session, tables: readonly TableName[], { lockTimeoutMs }: SnapshotOptions): Promise<HeldSnapshot> {
  const { client } = session;
  const lost = new AbortController();
  const onEnd = () => lost.abort(snapshotLost());
  client.once("end", onEnd);
  const release = async () => {
    client.off("end", onEnd);
    if (!session.isLost) await session.query("ROLLBACK").catch(() => {});
  };
  try {
    await begin(session);
    const patience = patienceOf(lockTimeoutMs);
    const refused: { table: TableName; error: TidemarkError }[] = [];
    for (let at = 0; at < tables.length; at += BATCH) refused.push(...(await lockBatch(session, tables.slice(at, at + BATCH), patience)));
    const [row] = await session.query<{ id: string }>("SELECT pg_catalog.pg_export_snapshot() AS id");
    if (row === undefined) throw new Error("pg_export_snapshot() gave no row");
    return { id: row.id, refused, lost: lost.signal, release };
  } catch (error) {
    await release();
    throw session.isLost ? snapshotLost(error) : error;
  }
}

/**
 * Begins a transaction that reads in a snapshot that another session holds, and waits no longer for a lock than
 * is said: the holder has them all.
 *
 * @throws TidemarkError SNAPSHOT_LOST where nobody holds it any more
 */
export async function importSnapshot(session: Session, id: string, { lockTimeoutMs }: SnapshotOptions): Promise<void> {
  try {
    // Nothing may read before the snapshot is set.
    await begin(session, [`SET TRANSACTION SNAPSHOT ${quoteLiteral(id)}`, `SET LOCAL lock_timeout = ${milliseconds(lockTimeoutMs)}`]);
  } catch (error) {
    if (!session.isLost) await session.query("ROLLBACK").catch(() => {});
    throw NO_SUCH_SNAPSHOT.includes(sqlStateOf(error) ?? "") ? snapshotLost(error) : error;
  }
}

/** A transaction that may stay open and idle for as long as the longest copy takes. */
async function begin(session: Session, settings: readonly string[] = []): Promise<void> {
  const timeouts = ["idle_in_transaction_session_timeout", ...(session.version >= 170_000 ? ["transaction_timeout"] : [])];
  const unlimited = timeouts.map((name) => `SET LOCAL ${name} = 0`);
  await session.query(["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ...settings, ...unlimited].join("; "));
}

/** All at once, and one by one where that fails: so that one table does not lose the others their locks. */
async function lockBatch(session: Session, tables: readonly TableName[], patience: () => number): Promise<{ table: TableName; error: TidemarkError }[]> {
  if ((await tryLock(session, tables, patience())) === undefined) return [];
  const refused: { table: TableName; error: TidemarkError }[] = [];
  for (const table of tables) {
    const error = await tryLock(session, [table], patience());
    if (error !== undefined) refused.push({ table, error: notLocked(table, error) });
  }
  return refused;
}

/** @returns why they could not be locked; the locks that were there before are kept */
async function tryLock(session: Session, tables: readonly TableName[], patience: number): Promise<PostgresError | undefined> {
  const list = tables.map(({ schema, name }) => `ONLY ${qualifiedName(schema, name)}`).join(", ");
  try {
    await session.query(
      `SAVEPOINT tidemark_lock; SET LOCAL lock_timeout = ${patience}; LOCK TABLE ${list} IN ACCESS SHARE MODE; RELEASE SAVEPOINT tidemark_lock`,
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof PostgresError) || session.isLost) throw error;
    if (error.sqlState === OUT_OF_SHARED_MEMORY) throw lockTableFull(error);
    await session.query("ROLLBACK TO SAVEPOINT tidemark_lock; RELEASE SAVEPOINT tidemark_lock");
    return error;
  }
}

/** Where many tables are locked by others, not each of them is waited for as long as the first. */
function patienceOf(lockTimeoutMs: number): () => number {
  const full = milliseconds(lockTimeoutMs);
  if (full === 0) return () => 0;
  const end = Date.now() + 2 * full;
  return () => Math.max(Math.min(full, SHORTEST), Math.min(full, end - Date.now()));
}

function notLocked({ schema, name }: TableName, error: PostgresError): TidemarkError {
  const shown = shownName(schema, name);
  if (GONE.includes(error.sqlState ?? "")) {
    return new ItemError("stale", "SOURCE_CHANGED", `The source's table ${shown} is gone.`, { hint: "Plan again.", cause: error });
  }
  return new ItemError(error.fate, error.code, `The source's table ${shown} cannot be locked for reading: ${error.message}`, {
    hint: error.hint,
    cause: error,
  });
}

function lockTableFull(cause: PostgresError): TidemarkError {
  return new TidemarkError("LOCK_TABLE_FULL", `The source has no room for a lock on every selected table: ${cause.message}`, {
    hint: "Raise max_locks_per_transaction at the source, which takes a restart, or select fewer tables a sync.",
    cause,
  });
}

function snapshotLost(cause?: unknown): TidemarkError {
  const said = cause instanceof Error ? `: ${cause.message}` : ".";
  return new TidemarkError("SNAPSHOT_LOST", `The source's snapshot is lost, since the session that held it has ended${said}`, {
    hint: "Apply again: what is missing is copied as of a new moment.",
    cause,
  });
}

function milliseconds(value: number): number {
  return Math.max(0, Math.trunc(value));
}

import { shownName } from "../names.ts";
import { confirm, counted, type Finding, listed, pass } from "./findings.ts";
import { type SourceScope, sourceName } from "./scope.ts";
import { ofKinds, oidsOf } from "./select.ts";

/** A query of the relations that even a question for their size would wait for. */
export const KEPT_FROM_READERS = `SELECT l.relation FROM pg_catalog.pg_locks l WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
  AND l.relation IS NOT NULL AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`;

interface LockRow {
  readonly schema: string;
  readonly name: string;
  /** null: a prepared transaction. */
  readonly pid: number | null;
  readonly role: string | null;
}

/** Locks that reading has to wait for. Only ACCESS EXCLUSIVE keeps readers out; a queued one does so too. */
export async function checkLocks(scope: SourceScope): Promise<readonly Finding[]> {
  const { source, selected } = scope;
  const rows = await source.query<LockRow & Record<string, unknown>>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, l.pid, a.usename::text AS role
    FROM pg_catalog.pg_locks l JOIN pg_catalog.unnest($1::oid[]) AS s(id) ON s.id = l.relation
    JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) ORDER BY 1, 2`,
    [oidsOf(ofKinds(selected, "table", "sequence", "view", "materialized-view"))],
  );
  const held = rows.filter(({ pid }) => pid !== null);
  const prepared = rows.filter(({ pid }) => pid === null);
  return [await heldFinding(scope, held), await preparedFinding(scope, prepared), await roomFinding(scope)];
}

/** Sessions that lock every table at the same time: one holds the snapshot, one reads definitions. */
const LOCKERS = 2;

/** The server's table of locks has a size that is set when it starts. */
async function roomFinding(scope: SourceScope): Promise<Finding> {
  const { source, selected } = scope;
  const subject = `${sourceName(scope)}: room for locks`;
  const [row] = await source.query<{ each: number; holders: number; held: number }>(`
    SELECT pg_catalog.current_setting('max_locks_per_transaction')::int AS each,
      pg_catalog.current_setting('max_connections')::int + pg_catalog.current_setting('max_prepared_transactions')::int AS holders,
      (SELECT pg_catalog.count(*)::int FROM pg_catalog.pg_locks WHERE NOT fastpath) AS held`);
  if (!row) return pass("LOCKS_SHORT", subject, "The server does not tell how many there may be.");
  const wanted = LOCKERS * ofKinds(selected, "table", "foreign-table").length + row.held;
  const room = row.each * row.holders;
  if (wanted <= room) return pass("LOCKS_SHORT", subject, `There is room for the ${wanted} that are needed at once.`);
  return confirm(
    "LOCKS_SHORT",
    subject,
    `Every selected table is locked against changes of its definition: ${wanted} locks at once, and the server has room for about ${room}. It may say that it is out of shared memory.`,
    `Set max_locks_per_transaction = ${Math.ceil(wanted / row.holders)} or more and restart the server, or sync fewer tables at once.`,
  );
}

async function heldFinding(scope: SourceScope, held: readonly LockRow[]): Promise<Finding> {
  const subject = `${sourceName(scope)}: locks`;
  if (held.length === 0) return pass("LOCKS_HELD", subject, "Nobody keeps readers out of a selected table.");
  const names = held.map(
    ({ schema, name, pid, role }) => `${shownName(schema, name)} by process ${pid}${role === null ? "" : ` of ${shownName(undefined, role)}`}`,
  );
  return confirm(
    "LOCKS_HELD",
    subject,
    `Others have locked, or wait to lock, ${counted(names.length, "relation")} against all readers: ${listed(names)}.`,
    "Wait until they are done, or end them: SELECT pg_terminate_backend(…). Confirm where they will be done soon.",
  );
}

async function preparedFinding(scope: SourceScope, prepared: readonly LockRow[]): Promise<Finding> {
  const subject = `${sourceName(scope)}: prepared transactions`;
  if (prepared.length === 0) return pass("PREPARED_TRANSACTIONS", subject, "None keeps readers out of a selected table.");
  const open = await scope.source.query<{ gid: string }>(
    "SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = pg_catalog.current_database() ORDER BY prepared",
  );
  return confirm(
    "PREPARED_TRANSACTIONS",
    subject,
    `Prepared transactions keep readers out of ${listed(prepared.map(({ schema, name }) => shownName(schema, name)))}, and last until somebody ends them: ${listed(open.map(({ gid }) => `'${gid}'`))}.`,
    "COMMIT PREPARED or ROLLBACK PREPARED, as whoever prepared them.",
  );
}

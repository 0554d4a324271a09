import type { Session } from "../connect/session.ts";
import { makeTargetOf } from "../mapping/names.ts";
import { shownName } from "../names.ts";
import { KEPT_FROM_READERS } from "./locks.ts";
import { makeSelect } from "../plan/select.ts";
import { confirm, counted, fail, type Finding, listed, pass } from "./findings.ts";
import { type BothScope, destinationName, type SourceScope, sourceName } from "./scope.ts";
import { ofKinds, oidsOf, tablesWithRows } from "./select.ts";

interface TriggerRow {
  readonly name: string;
  readonly schema: string;
  readonly table: string;
}

/** Triggers of selected tables, which go along at database level only. */
export async function checkTriggers(scope: SourceScope): Promise<readonly Finding[]> {
  const { source, sync, selected } = scope;
  const name = sourceName(scope);
  const disabled = `${name}: disabled triggers`;
  const same = `${name}: names of triggers`;
  if (sync.level === "table") return [pass("TRIGGERS_DISABLED", disabled, "Triggers are not synced at table level.")];
  const select = makeSelect(sync);
  const tables = [oidsOf(ofKinds(selected, "table"))];
  const off = await source.query<TriggerRow & Record<string, unknown>>(
    `SELECT t.tgname::text AS name, n.nspname::text AS schema, c.relname::text AS table
    FROM pg_catalog.unnest($1::oid[]) AS s(id) JOIN pg_catalog.pg_trigger t ON t.tgrelid = s.id
    JOIN pg_catalog.pg_class c ON c.oid = s.id JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND t.tgenabled = 'D' AND (c.relkind = 'p' OR c.relispartition) ORDER BY 2, 3, 1`,
    tables,
  );
  const found = off.filter((each) => select("trigger", each.schema, each.name, { schema: each.schema, name: each.table }));
  const [twice] = await source.query<{ names: readonly string[] }>(
    // Each partition has its table's triggers under the same name: those are one.
    `SELECT ARRAY(SELECT t.tgname::text FROM pg_catalog.unnest($1::oid[]) AS s(id) JOIN pg_catalog.pg_trigger t ON t.tgrelid = s.id
      JOIN pg_catalog.pg_class c ON c.oid = s.id WHERE NOT t.tgisinternal AND NOT c.relispartition GROUP BY t.tgname HAVING count(*) > 1 ORDER BY 1) AS names`,
    tables,
  );
  const names = twice?.names ?? [];
  return [
    found.length === 0
      ? pass("TRIGGERS_DISABLED", disabled, "None on a partitioned table or a partition.")
      : fail(
          "TRIGGERS_DISABLED",
          disabled,
          `Disabled on partitioned tables or partitions: ${listed(found.map((each) => `${shownName(undefined, each.name)} on ${shownName(each.schema, each.table)}`))}. Partitions take their state from elsewhere than it is set.`,
          "ALTER TABLE … ENABLE TRIGGER at the source, drop the trigger, or exclude it by kind `trigger`.",
        ),
    pass(
      "TRIGGERS_SAME_NAME",
      same,
      names.length === 0
        ? "No two tables have a trigger of the same name."
        : `Several tables have a trigger ${listed(names.map((each) => shownName(undefined, each)))}; each goes to its own table.`,
    ),
  ];
}

/** Event triggers of the destination would fire on everything that is created. */
export async function checkEventTriggers(scope: BothScope): Promise<readonly Finding[]> {
  const { destination, selected } = scope;
  if (!destination) return [];
  const subject = `${destinationName(scope)}: event triggers`;
  const rows = await destination.query<{ name: string; event: string }>(
    "SELECT evtname::text AS name, evtevent::text AS event FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D' AND evtevent <> 'login' ORDER BY 1",
  );
  // Those that come from the source do there what they do here.
  const ours = new Set(ofKinds(selected, "event-trigger").map(({ name }) => name));
  const foreign = rows.filter(({ name }) => !ours.has(name));
  if (foreign.length === 0) return [pass("EVENT_TRIGGERS_FIRE", subject, "None fires that the sync does not bring itself.")];
  return [
    confirm(
      "EVENT_TRIGGERS_FIRE",
      subject,
      `They fire on what is created: ${listed(foreign.map(({ name, event }) => `${shownName(undefined, name)} (${event})`))}.`,
      "ALTER EVENT TRIGGER … DISABLE until the sync is done, or confirm where they do no harm.",
    ),
  ];
}

const PARAMETER_PRIVILEGES_FROM = 150_000;
/** Bit of pg_trigger.tgtype. A foreign key's triggers on the table that it refers to do not have it. */
const ON_INSERT = 4;

/** Tables without a single page. Asking for a size waits for whoever keeps readers out: those count as filled. */
async function readEmpty(source: Session, oids: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await source.query<{ oid: number }>(
    `SELECT s.id AS oid FROM pg_catalog.unnest($1::oid[]) AS s(id)
    WHERE s.id NOT IN (${KEPT_FROM_READERS}) AND pg_catalog.pg_relation_size(s.id::oid) = 0`,
    [oids],
  );
  return new Set(rows.map(({ oid }) => oid));
}

/**
 * Tables that are there already and empty: rows come into them while their triggers and foreign keys are
 * on, unless the role may set session_replication_role. Others get theirs after their rows.
 */
export async function checkTriggersOfExisting(scope: BothScope): Promise<readonly Finding[]> {
  const { source, destination, sync, selected } = scope;
  if (!destination) return [];
  const subject = `${destinationName(scope)}: tables that are there`;
  const targetOf = makeTargetOf(sync.map);
  const tables = tablesWithRows(sync, selected);
  const empty = await readEmpty(source, oidsOf(tables));
  const wanted = tables.filter(({ oid }) => !empty.has(oid)).map(({ schema = "", name }) => targetOf(schema, name));
  const rows = await destination.query<{ schema: string; name: string }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name
    FROM unnest($1::text[], $2::text[]) AS w(schema, name) JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind = 'r'
    WHERE pg_catalog.pg_relation_size(c.oid) = 0
      AND EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgenabled IN ('O', 'A') AND t.tgtype & ${ON_INSERT} <> 0) ORDER BY 1, 2`,
    [wanted.map(({ schema }) => schema), wanted.map(({ name }) => name)],
  );
  if (rows.length === 0) return [pass("TRIGGERS_ON_EXISTING", subject, "No empty one has triggers or foreign keys that rows would meet.")];
  const parameter = destination.version >= PARAMETER_PRIVILEGES_FROM ? "pg_catalog.has_parameter_privilege('session_replication_role', 'SET')" : "false";
  const [row] = await destination.query<{ may: boolean }>(`SELECT ${parameter} AS may`);
  const names = listed(rows.map(({ schema, name }) => shownName(schema, name)));
  if (destination.isSuperuser || row?.may === true) {
    return [pass("TRIGGERS_ON_EXISTING", subject, `Triggers and foreign keys can be held off by session_replication_role in ${names}.`)];
  }
  return [
    confirm(
      "TRIGGERS_ON_EXISTING",
      subject,
      `${counted(rows.length, "table")} with triggers or foreign keys will be filled while these are on, and ${destination.user} may not set session_replication_role: ${names}. Rows may be changed or refused.`,
      destination.version >= PARAMETER_PRIVILEGES_FROM
        ? `As a superuser: GRANT SET ON PARAMETER session_replication_role TO ${shownName(undefined, destination.user)}; or drop the tables, and they are created anew.`
        : "Drop the tables, and they are created anew; or apply as a superuser.",
    ),
  ];
}

import { confirm, fail, type Finding, listed, pass } from "./findings.ts";
import { type SourceScope, sourceName } from "./scope.ts";
import { oidsOf, tablesWithRows } from "./select.ts";
import { shownName } from "../names.ts";

/** A standby can be read as long as its primary does not take away what its snapshot needs. */
export async function checkStandby(scope: SourceScope): Promise<readonly Finding[]> {
  const { source, sync, selected } = scope;
  const name = sourceName(scope);
  if (!source.isStandby) return [pass("STANDBY_FEEDBACK", `${name}: standby`, "It is none.")];
  const [row] = await source.query<{ feedback: string; delay: string }>(
    "SELECT pg_catalog.current_setting('hot_standby_feedback') AS feedback, pg_catalog.current_setting('max_standby_streaming_delay') AS delay",
  );
  const delay = row?.delay === "-1" ? "and what conflicts with it waits as long as it takes" : `but changes that conflict with it end it after ${row?.delay}`;
  const unlogged = await source.query<{ schema: string; name: string }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name FROM pg_catalog.unnest($1::oid[]) AS s(id) JOIN pg_catalog.pg_class c ON c.oid = s.id
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence = 'u' AND c.relkind = 'r' ORDER BY 1, 2`,
    [oidsOf(tablesWithRows(sync, selected))],
  );
  return [
    row?.feedback === "on"
      ? pass(
          "STANDBY_FEEDBACK",
          `${name}: standby`,
          `hot_standby_feedback is on: the primary keeps what the snapshot reads, ${delay} (max_standby_streaming_delay).`,
        )
      : fail(
          "STANDBY_FEEDBACK",
          `${name}: standby`,
          "The source is a standby with hot_standby_feedback off: its primary may remove rows that are still to be read, and the copy breaks off.",
          "On the standby: ALTER SYSTEM SET hot_standby_feedback = on; SELECT pg_reload_conf(). Or read from the primary.",
        ),
    unlogged.length === 0
      ? pass("STANDBY_UNLOGGED", `${name}: unlogged tables`, "None is selected, which a standby could not read.")
      : confirm(
          "STANDBY_UNLOGGED",
          `${name}: unlogged tables`,
          `A standby has no rows of unlogged tables, and cannot even read them: ${listed(unlogged.map((table) => shownName(table.schema, table.name)))}.`,
          'Read from the primary, or leave their rows out: `tables: { "schema.table": { rows: false } }`.',
        ),
  ];
}

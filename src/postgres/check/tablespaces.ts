import { readTablespaces } from "../catalog/tablespaces.ts";
import { shownName } from "../names.ts";
import { confirm, counted, type Finding, listed, pass } from "./findings.ts";
import { type BothScope, destinationName } from "./scope.ts";
import { ofKinds, oidsOf } from "./select.ts";

/** Whether the destination has the tablespaces in which selected tables and their indexes lie, or the database itself. */
export async function checkTablespaces(scope: BothScope): Promise<readonly Finding[]> {
  const { source, server, destination, sync, selected } = scope;
  const subject = `${destinationName(scope)}: tablespaces`;
  const isCreated = destination === undefined && sync.level === "database";
  const used = await source.query<{ name: string; objects: number }>(
    `SELECT t.spcname::text AS name, count(*)::int AS objects FROM (
      SELECT c.reltablespace AS id FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
        JOIN pg_catalog.unnest($1::oid[]) AS s(id) ON s.id = coalesce(i.indrelid, c.oid)
      UNION ALL SELECT d.dattablespace FROM pg_catalog.pg_database d WHERE $2 AND d.datname = pg_catalog.current_database()
    ) AS used JOIN pg_catalog.pg_tablespace t ON t.oid = used.id WHERE t.spcname <> 'pg_default' GROUP BY 1 ORDER BY 1`,
    [oidsOf(ofKinds(selected, "table", "materialized-view")), isCreated],
  );
  if (used.length === 0) return [pass("TABLESPACE_MISSING", subject, "Everything that is selected lies in the usual one.")];
  const there = await readTablespaces(server);
  const lacking = used.filter(({ name }) => there.get(name) !== true);
  if (lacking.length === 0)
    return [pass("TABLESPACE_MISSING", subject, `All that are used are there: ${listed(used.map(({ name }) => shownName(undefined, name)))}.`)];
  const named = lacking.map(
    ({ name, objects }) => `${shownName(undefined, name)} (${counted(objects, "object")}${there.has(name) ? `, ${server.user} may not create in it` : ""})`,
  );
  return [
    confirm(
      "TABLESPACE_MISSING",
      subject,
      `What lies in ${counted(lacking.length, "tablespace")} of the source will go to the destination's usual one, which may be another disk: ${listed(named)}.`,
      "Create tablespaces of these names there and GRANT CREATE on them to the role, or confirm.",
    ),
  ];
}

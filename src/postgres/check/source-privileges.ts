import { makeSelect } from "../plan/select.ts";
import { shownName } from "../names.ts";
import { confirm, counted, fail, type Finding, listed, pass } from "./findings.ts";
import { type SourceScope, sourceName } from "./scope.ts";
import { ofKinds, oidsOf, tablesWithRows } from "./select.ts";

interface Closed {
  readonly schema: string;
  readonly name: string;
  readonly relkind: string;
  readonly usage: boolean;
  readonly may_select: boolean;
  readonly hidden: boolean;
}

/**
 * What the role may not read of what is selected. Tables without rows are asked for too: their
 * definition is read under a lock, and a lock asks for SELECT.
 */
export async function checkReadable(scope: SourceScope): Promise<readonly Finding[]> {
  const { source, sync, selected } = scope;
  const relations = ofKinds(selected, "table", "sequence");
  const rows = await source.query<Closed>(
    `SELECT * FROM (
      SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS relkind,
        pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usage, pg_catalog.has_table_privilege(c.oid, 'SELECT') AS may_select,
        pg_catalog.row_security_active(c.oid) AS hidden
      FROM pg_catalog.unnest($1::oid[]) AS s(id) JOIN pg_catalog.pg_class c ON c.oid = s.id JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    ) found WHERE NOT usage OR NOT may_select OR hidden ORDER BY 1, 2`,
    [oidsOf(relations)],
  );
  const withRows = new Set(tablesWithRows(sync, selected).map(({ schema, name }) => shownName(schema, name)));
  const name = sourceName(scope);
  const role = source.user;
  const closed = [...new Set(rows.filter(({ usage }) => !usage).map(({ schema }) => shownName(undefined, schema)))];
  const unreadable = rows.filter(({ may_select: may }) => !may);
  const tables = unreadable.filter(({ relkind }) => relkind !== "S").map(shown);
  const sequences = unreadable.filter(({ relkind }) => relkind === "S").map(shown);
  const hidden = rows.filter(({ hidden, may_select: may }) => hidden && may).map(shown);
  return [
    closed.length === 0
      ? pass("SOURCE_USAGE_MISSING", `${name}: schemas`, `${role} may use every schema that holds something selected.`)
      : fail(
          "SOURCE_USAGE_MISSING",
          `${name}: schemas`,
          `${role} may not use ${counted(closed.length, "schema")}: ${listed(closed)}.`,
          `As their owner: GRANT USAGE ON SCHEMA … TO ${shownName(undefined, role)}; or exclude them.`,
        ),
    tables.length === 0
      ? pass("SOURCE_SELECT_MISSING", `${name}: tables`, `${role} may read all of them: ${ofKinds(selected, "table").length}.`)
      : fail(
          "SOURCE_SELECT_MISSING",
          `${name}: tables`,
          `${role} may not read ${counted(tables.length, "table")}: ${listed(tables)}.`,
          `As their owner: GRANT SELECT ON ALL TABLES IN SCHEMA … TO ${shownName(undefined, role)}; or exclude them.`,
        ),
    sequences.length === 0
      ? pass("SOURCE_SELECT_MISSING", `${name}: sequences`, `${role} may read all of them: ${ofKinds(selected, "sequence").length}.`)
      : fail(
          "SOURCE_SELECT_MISSING",
          `${name}: sequences`,
          `${role} may not read ${counted(sequences.length, "sequence")}: ${listed(sequences)}.`,
          `As their owner: GRANT SELECT ON ALL SEQUENCES IN SCHEMA … TO ${shownName(undefined, role)}; or exclude them.`,
        ),
    ...checkHidden(
      name,
      role,
      hidden.filter((table) => withRows.has(table)),
    ),
    ...(await checkPasswords(scope)),
    ...(await checkLargeObjects(scope)),
  ];
}

function shown({ schema, name }: Closed): string {
  return shownName(schema, name);
}

function checkHidden(name: string, role: string, hidden: readonly string[]): readonly Finding[] {
  const subject = `${name}: row security`;
  if (hidden.length === 0) return [pass("ROWS_HIDDEN", subject, `No policy hides rows from ${role}.`)];
  return [
    fail(
      "ROWS_HIDDEN",
      subject,
      `Policies may hide rows of ${counted(hidden.length, "table")} from ${role}: ${listed(hidden)}. They cannot be copied whole.`,
      `Read as the tables' owner, or as a superuser: ALTER ROLE ${shownName(undefined, role)} BYPASSRLS. Tables with FORCE ROW LEVEL SECURITY hide rows from their owner too.`,
    ),
  ];
}

/** Passwords travel only where pg_authid may be read. */
async function checkPasswords(scope: SourceScope): Promise<readonly Finding[]> {
  const { source, sync } = scope;
  const subject = `${sourceName(scope)}: passwords`;
  if (sync.accounts.include === "none") return [];
  const [row] = await source.query<{ may: boolean }>(`SELECT pg_catalog.has_column_privilege('pg_catalog.pg_authid', 'rolname', 'SELECT')
    AND pg_catalog.has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'SELECT') AS may`);
  if (row?.may === true) return [pass("PASSWORDS_UNREADABLE", subject, "They can be read, and go along with new roles.")];
  return [
    confirm(
      "PASSWORDS_UNREADABLE",
      subject,
      `${source.user} may not read pg_catalog.pg_authid: new roles are made without a password, and cannot log in by one.`,
      `As a superuser: GRANT SELECT ON pg_catalog.pg_authid TO ${shownName(undefined, source.user)}; or set passwords afterwards; or write \`accounts: { include: none }\`.`,
    ),
  ];
}

async function checkLargeObjects(scope: SourceScope): Promise<readonly Finding[]> {
  const { source, sync } = scope;
  if (!makeSelect(sync)("large-object", undefined, "*", undefined)) return [];
  const [row] = await source.query<{ total: string; closed: string }>(`
    SELECT pg_catalog.count(*) AS total, pg_catalog.count(*) FILTER (WHERE NOT pg_catalog.pg_has_role(m.lomowner, 'USAGE') AND NOT EXISTS (
      SELECT FROM pg_catalog.aclexplode(m.lomacl) a
      WHERE a.privilege_type = 'SELECT' AND (a.grantee = 0 OR pg_catalog.pg_has_role(a.grantee, 'USAGE')))) AS closed
    FROM pg_catalog.pg_largeobject_metadata m`);
  const subject = `${sourceName(scope)}: large objects`;
  const closed = Number(row?.closed ?? 0);
  if (closed === 0) return [pass("LARGE_OBJECTS_UNREADABLE", subject, `All can be read: ${row?.total ?? 0}.`)];
  return [
    fail(
      "LARGE_OBJECTS_UNREADABLE",
      subject,
      `${source.user} may not read ${closed} of ${row?.total} large objects.`,
      "As their owners: GRANT SELECT ON LARGE OBJECT …; or exclude them by kind `large-object`.",
    ),
  ];
}

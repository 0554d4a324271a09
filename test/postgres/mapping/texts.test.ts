import { expect, test } from "vitest";
import type { NameMap } from "../../../src/core/sync-plan.ts";
import type { DumpEntry } from "../../../src/postgres/dump/archive.ts";
import { rewritten, withoutRoles, withRoles } from "../../../src/postgres/mapping/rewrite.ts";
import { SourceNames } from "../../../src/postgres/mapping/source-names.ts";
import { loadStaleNames } from "../../../src/postgres/mapping/stale-names.ts";

const MAP: NameMap = { database: undefined, schemas: { sales: "shop" }, tables: { "public.users": "crm.people" }, rename: [] };
let ids = 0;

function entry(over: Partial<DumpEntry>): DumpEntry {
  return {
    dumpId: (ids += 1),
    classOid: 1259,
    oid: ids,
    type: "TABLE",
    tag: "users",
    section: "pre-data",
    definition: "",
    dropStatement: "",
    schema: "public",
    tablespace: undefined,
    accessMethod: undefined,
    relkind: "r",
    owner: "postgres",
    dependencies: [],
    ...over,
  };
}

const users = entry({ definition: "CREATE TABLE public.users (id integer);", dropStatement: "DROP TABLE public.users;\n" });
const people = { ...users, schema: "crm", tag: "people", dropStatement: "DROP TABLE crm.people;\n" };
const names = new SourceNames(MAP, [users, entry({ schema: "sales", tag: "orders" })]);

test.each<[string, Partial<DumpEntry>, string, string]>([
  [
    "a table",
    { type: "ACL", tag: "TABLE users" },
    "GRANT SELECT ON TABLE public.users TO alice;\nREVOKE ALL ON TABLE public.users FROM bob;",
    "GRANT SELECT ON TABLE crm.people TO alice;\nREVOKE ALL ON TABLE crm.people FROM bob;",
  ],
  [
    "with blanks between its parts, as it is after roles were left out",
    { type: "ACL", tag: "TABLE users" },
    "GRANT SELECT ON TABLE public . users TO alice;",
    "GRANT SELECT ON TABLE crm.people TO alice;",
  ],
  ["a column", { type: "ACL", tag: "COLUMN users.id" }, "GRANT SELECT(id) ON TABLE public.users TO alice;", "GRANT SELECT(id) ON TABLE crm.people TO alice;"],
  [
    "roles of odd names",
    { type: "ACL", tag: "TABLE users" },
    `GRANT SELECT ON TABLE public.users TO "on public.users";`,
    `GRANT SELECT ON TABLE crm.people TO "on public.users";`,
  ],
  [
    "a label",
    { type: "SECURITY LABEL", tag: "COLUMN users.id" },
    "SECURITY LABEL FOR x ON COLUMN public.users.id IS 'on public.users';",
    "SECURITY LABEL FOR x ON COLUMN crm.people.id IS 'on public.users';",
  ],
  ["a schema", { type: "ACL", tag: "SCHEMA sales" }, `GRANT USAGE ON SCHEMA sales TO sales;`, `GRANT USAGE ON SCHEMA "shop" TO sales;`],
  [
    "privileges that are to come",
    { type: "DEFAULT ACL", tag: "DEFAULT PRIVILEGES FOR TABLES" },
    "ALTER DEFAULT PRIVILEGES FOR ROLE sales IN SCHEMA sales GRANT SELECT ON TABLES TO sales;",
    `ALTER DEFAULT PRIVILEGES FOR ROLE sales IN SCHEMA "shop" GRANT SELECT ON TABLES TO sales;`,
  ],
  [
    "an event trigger",
    { type: "EVENT TRIGGER", tag: "e" },
    "CREATE EVENT TRIGGER sales ON ddl_command_end\n   EXECUTE FUNCTION sales.f();\n",
    `CREATE EVENT TRIGGER sales ON ddl_command_end\n   EXECUTE FUNCTION "shop".f();\n`,
  ],
])("the new name of what a statement is about: %s", (_, over, sql, expected) => {
  expect(rewritten(sql, entry({ ...over, dependencies: [users.dumpId] }), names, { from: users, to: people })).toBe(expected);
});

test.each([
  [
    "CREATE POLICY p ON s.t TO alice, bob USING (true) WITH CHECK (a IN (SELECT 1));",
    " TO alice, bob",
    "CREATE POLICY p ON s.t USING (true) WITH CHECK (a IN (SELECT 1));",
  ],
  [
    'CREATE POLICY p ON s.t AS RESTRICTIVE FOR INSERT TO "to using" WITH CHECK (a);',
    ' TO "to using"',
    "CREATE POLICY p ON s.t AS RESTRICTIVE FOR INSERT WITH CHECK (a);",
  ],
  ["CREATE POLICY p ON s.t FOR SELECT TO alice;", " TO alice", "CREATE POLICY p ON s.t FOR SELECT ;"],
  ['CREATE POLICY "to" ON "using"."with" USING (((a)::text = \' TO x\'::text));', "", undefined],
])("the roles of a policy come out and go back in: %s", (sql, text, without) => {
  const clause = withoutRoles(sql);
  expect(clause).toEqual({ text, without: without ?? sql });
  expect(withRoles(clause.without, clause.text)).toBe(sql);
});

const sqlFunction = (body: string, more = "") =>
  entry({ type: "FUNCTION", tag: "f()", definition: `CREATE FUNCTION public.f() RETURNS integer\n    LANGUAGE sql${more}\n    AS $_$${body}$_$;` });
const plFunction = (body: string) =>
  entry({ type: "FUNCTION", tag: "f()", definition: `CREATE FUNCTION public.f() RETURNS integer\n    LANGUAGE plpgsql\n    AS $_$${body}$_$;` });

test.each<[string, DumpEntry, readonly string[]]>([
  ["a table with its schema", sqlFunction("SELECT 1 FROM sales.orders"), ["sales.orders"]],
  ["a table of another name, without its schema", sqlFunction("WITH x AS (SELECT 1) UPDATE users SET id = 1; DELETE FROM users"), ["users"]],
  ["a function, a type, whatever is in a schema", sqlFunction("SELECT sales.f(NULL::sales.mood)"), ["sales.f", "sales.mood"]],
  ["columns, aliases and queries of that name are none", sqlFunction("WITH users AS (SELECT 1 AS sales) SELECT users.sales, 'users' AS users FROM users"), []],
  ["comments are none", sqlFunction("SELECT 1 -- FROM sales.orders\n /* users */"), []],
  ["the search path", sqlFunction("SELECT 1", "\n    SET search_path TO 'sales', 'public'"), ["sales"]],
  ["what is put together and executed", plFunction("BEGIN EXECUTE 'DELETE FROM sales.orders WHERE x = ''a'''; RETURN 1; END"), ["sales.orders"]],
  [
    "a declaration, an assignment, a query",
    plFunction(
      "DECLARE r sales.orders%ROWTYPE; n int := (SELECT count(*) FROM users); BEGIN FOR r IN SELECT * FROM sales.orders LOOP n := n + 1; END LOOP; RETURN n; END",
    ),
    ["sales.orders", "users"],
  ],
  ["a body that does not parse", plFunction("BEGIN SELCT * FROM users; x.y := 1; END"), ["users"]],
  ["nothing", plFunction("BEGIN RETURN (SELECT count(*) FROM public.others); END"), []],
])("stale names: %s", async (_, each, expected) => {
  const staleIn = await loadStaleNames(names);
  expect(staleIn(each)).toEqual(expected);
});

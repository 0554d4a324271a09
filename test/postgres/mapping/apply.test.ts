import { describe, expect, test } from "vitest";
import type { PostgresSync } from "../../../src/core/sync-plan.ts";
import { Secret } from "../../../src/core/secret.ts";
import { COMPARE_LEVELS } from "../../../src/driver/sync-driver.ts";
import { createPostgresDriver } from "../../../src/postgres/driver.ts";
import { quoteName } from "../../../src/postgres/names.ts";
import { temporaryPrefix } from "../../../src/postgres/mapping/shadow-database.ts";
import { DatabaseWorkplace, listed } from "../../support/postgres/database-workplace.ts";
import { makeDatabase, type TestDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { postgresLocation } from "../../support/sync-plans.ts";
import { shopSchema } from "./shop.ts";

const MAP: PostgresSync["map"] = {
  database: undefined,
  schemas: { sales: "shop" },
  tables: { "sales.customers": "crm.people", "stock.items": "shop.goods" },
  rename: [{ from: "^old_(.*)$", to: "new_$1" }],
};
const never = new AbortController().signal;
const COMMON = { map: MAP, accounts: { include: "none", exclude: [] } } as const satisfies Partial<PostgresSync>;

/** Databases in which names are tried out for a destination. */
function shadows(db: TestDatabase) {
  return db.sql(`SELECT datname FROM pg_database WHERE starts_with(datname::text, '${temporaryPrefix(db.name)}')`);
}

function shadowAt(db: TestDatabase) {
  return postgresLocation("scratch", { url: new Secret(db.url, "${SHADOW}") });
}

/** A role on the servers of some databases, dropped when it goes out of scope. */
async function roleAt(...databases: readonly TestDatabase[]): Promise<AsyncDisposable & { readonly name: string }> {
  const name = uniqueName("role");
  const servers = [...new Map(databases.map((db) => [db.port, db])).values()];
  for (const db of servers) await db.sql(`CREATE ROLE ${name}`);
  return {
    name,
    async [Symbol.asyncDispose]() {
      for (const db of databases) await db.sql(`DROP OWNED BY ${name}`);
      for (const db of servers) await db.sql(`DROP ROLE ${name}`);
    },
  };
}

const ROWS = (customers: string, items: string, orders: string, places: string, sums: string) => `SELECT
  (SELECT string_agg(name, ',' ORDER BY id) FROM ${customers}) AS customers, (SELECT sum(half)::text FROM ${items}) AS items,
  (SELECT count(*)::int FROM ${orders}) AS orders, (SELECT sum(item)::int FROM ${places}) AS places, (SELECT sum(orders)::int FROM ${sums}) AS sums`;

describe.each([
  [13, 15, false],
  [15, 15, true],
  [15, 18, false],
  [13, 18, true],
] as const)("from %i to %i, with a shadow of its own: %s", (from, to, hasShadow) => {
  test("everything arrives under its new name, and so does whatever names it", async () => {
    await using source = await makeDatabase(from);
    await using target = await makeDatabase(to);
    await using scratch = await makeDatabase(to);
    await using role = await roleAt(source, target);
    await source.sql(shopSchema(role.name));
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const over = { ...COMMON, ...(hasShadow && { shadow: shadowAt(scratch) }) };
    const changeset = await work.plan(over);
    expect(listed(changeset, "conflict", "notSynced").filter((line) => !line.startsWith("privilege SCHEMA public "))).toEqual([]);
    expect(listed(changeset, "create")).toEqual(expect.arrayContaining(["table sales.customers absent", "schema crm absent", "schema sales absent"]));
    expect((await work.apply(changeset, over)).status, work.problems.join("\n")).toBe("applied");
    expect(work.problems).toEqual([]);
    expect(await shadows(target)).toEqual([]);
    if (hasShadow) expect(await scratch.sql("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$'")).toEqual([{ nspname: "public" }]);

    expect(await target.sql(ROWS("ONLY crm.people", "shop.goods", "shop.orders", "stock.new_places", "shop.sums"))).toEqual(
      await source.sql(ROWS("ONLY sales.customers", "stock.items", "sales.orders", "stock.old_places", "sales.sums")),
    );
    const [facts] = await target.sql<Record<string, unknown>>(`SELECT
      pg_get_viewdef('public.everything') LIKE '%shop.totals%shop.goods%' AS view,
      (SELECT string_agg(pg_get_expr(adbin, adrelid), '; ' ORDER BY adnum) FROM pg_attrdef WHERE adrelid = 'crm.people'::regclass) AS defaults,
      (SELECT string_agg(pg_get_constraintdef(oid), '; ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'shop.orders'::regclass AND contype = 'f' AND confrelid = 'crm.people'::regclass) AS key,
      (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'crm.people'::regclass AND pg_get_constraintdef(oid) LIKE '%tableoid%') AS check,
      (SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polname = 'own') AS policy,
      (SELECT array_agg(r.rolname::text) FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)) AS roles,
      (SELECT pg_get_ruledef(oid) FROM pg_rewrite WHERE rulename = 'keep') AS rule,
      (SELECT tgrelid::regclass::text || ' ' || tgfoid::regproc FROM pg_trigger WHERE tgname = 'shout it') AS trigger,
      (SELECT string_agg(inhrelid::regclass::text, ',' ORDER BY inhrelid::regclass::text) FROM pg_inherits WHERE inhparent IN ('shop.orders'::regclass, 'crm.people'::regclass)) AS children,
      obj_description('crm.people'::regclass) AS comment, col_description('crm.people'::regclass, 2) AS column, obj_description('shop'::regnamespace) AS schema,
      has_table_privilege('${role.name}', 'crm.people', 'SELECT') AND has_column_privilege('${role.name}', 'crm.people', 'name', 'INSERT') AND has_schema_privilege('${role.name}', 'shop', 'USAGE')
        AND has_type_privilege('${role.name}', 'shop.mood', 'USAGE') AND has_sequence_privilege('${role.name}', 'shop.numbers', 'USAGE') AS privileges,
      (SELECT defaclnamespace::regnamespace::text FROM pg_default_acl) AS later, pg_get_serial_sequence('crm.people', 'id') AS serial, pg_get_serial_sequence('shop.goods', 'id') AS identity`);
    expect(facts).toEqual({
      view: true,
      defaults: expect.stringMatching(/^nextval\('crm\.customers_id_seq'::regclass\); 'happy'::shop\.mood; nextval\('shop\.numbers'::regclass\)$/),
      check: "CHECK ((tableoid <> ('shop.numbers'::regclass)::oid))",
      key: "FOREIGN KEY (customer) REFERENCES crm.people(id) ON DELETE CASCADE",
      policy: expect.stringContaining("shop.vip"),
      roles: [role.name],
      rule: expect.stringMatching(/shop\.goods[^]*stock\.new_places/),
      trigger: "crm.people shop.shout",
      children: "shop.orders_2023,shop.orders_2024,shop.vip",
      comment: "who buys",
      column: "in full",
      schema: "what is sold",
      privileges: true,
      later: "shop",
      serial: "crm.customers_id_seq",
      identity: "shop.items_id_seq",
    });
    // Whatever is in the database still works.
    await target.sql("INSERT INTO crm.people (name) VALUES ('new'); CREATE TABLE shop.more (id int)");
    expect(await target.sql("SELECT id, name, number FROM crm.people WHERE name = 'NEW'")).toEqual([{ id: 52, name: "NEW", number: 52 }]);
    expect(await target.sql(`SELECT has_table_privilege('${role.name}', 'shop.more', 'SELECT') AS later`)).toEqual([{ later: true }]);
    await target.sql("DELETE FROM crm.people WHERE id = 52; SELECT setval('crm.customers_id_seq', 51), setval('shop.numbers', 51); DROP TABLE shop.more");

    const names = await target.sql<{
      name: string;
      bytes: number;
    }>(`SELECT conname AS name, octet_length(conname) AS bytes FROM pg_constraint c WHERE conrelid = ANY ('{crm.people,shop.goods,shop.orders_2023,stock.new_places}'::regclass[])
      AND contype IN ('p', 'u', 'x', 'f') AND coninhcount = 0
      UNION ALL SELECT relname, octet_length(relname) FROM pg_index JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = ANY ('{crm.people,shop.goods,shop.orders,shop.orders_2023,stock.new_places}'::regclass[])`);
    expect(names.filter(({ name, bytes }) => !/^[ic]_[0-9a-f]{10}.*_key$/.test(name) || bytes > 63)).toEqual([]);
    expect(names.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^i_[0-9a-f]{10}größe und länge der bestellungen nach kunde _key$/));

    const again = await work.plan(over);
    expect([listed(again, "create", "replace", "copyRows"), listed(again, "conflict")]).toEqual([[], []]);
    expect((await work.apply(again, over)).run).toBeUndefined();

    // Who knows of no earlier run has to compare.
    await using other = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const differences: string[] = [];
    const context = { signal: never, emit: () => {}, levels: new Set(COMPARE_LEVELS), openIntents: async () => [], download: false, sorted: false };
    for await (const page of createPostgresDriver({ env: {} }).compare(other.sync(over), context)) {
      differences.push(...page.differences.map(({ key, difference, reason }) => `${key} ${difference} ${reason}`));
    }
    const told = differences.filter((line) => !line.startsWith("privilege SCHEMA public "));
    if (hasShadow) expect(told).toEqual([]);
    else expect(new Set(told.map((line) => line.replace(/.* (?=unknown )/, "")))).toEqual(new Set(["unknown not-comparable"]));
  });
});

describe("what is said before", () => {
  test("with a shadow the definitions are those that are run, without one the source's with the new names beside", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using scratch = await makeDatabase(15);
    await source.sql("CREATE SCHEMA sales; CREATE TABLE sales.users (id int PRIMARY KEY); CREATE VIEW v AS SELECT * FROM sales.users");
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const map = { ...MAP, tables: { "sales.users": "crm.people" } };
    const detailOf = async (over: Partial<PostgresSync>, key: string) => {
      const changeset = await work.plan({ ...COMMON, map, ...over });
      return Array.from(changeset.actions({ kinds: ["create", "copyRows"] })).find((action) => action.key === key)?.detail;
    };
    expect(await detailOf({ shadow: shadowAt(scratch) }, "view public.v")).toContain("FROM crm.people");
    const plain = await work.plan({ ...COMMON, map });
    const details = new Map(Array.from(plain.actions({ kinds: ["create", "copyRows"] }), ({ key, detail }) => [key, detail ?? ""]));
    expect(details.get("view public.v")).toContain("FROM sales.users");
    expect(details.get("table sales.users")).toContain('"remark":"As table crm.people."');
    expect(details.get("rows sales.users")).toContain('"table":"crm.people"');
    expect(plain.summary.syncs[0]?.notices.map(({ code }) => code)).toEqual(["MAPPING_AT_APPLY"]);
    expect(await shadows(target)).toEqual([]);
  });

  test("texts that go on to name what was renamed", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using role = await roleAt(source);
    await source.sql(shopSchema(role.name));
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const changeset = await work.plan(COMMON);
    const found = changeset.summary.syncs[0]?.notices
      .filter(({ code }) => code === "MAPPING_STALE_NAME")
      .map(({ message }) => message.replace(/ in its text.*/, ""));
    expect(found).toEqual([
      "function public.counted() goes on to name customers, sales, stock.old_places",
      "function sales.is_vip(sales.customers, sales.mood[]) goes on to name sales.vip",
      "procedure stock.tidy() goes on to name stock.old_places",
    ]);
  });

  test("two tables of one name are refused, whether by a rule or by a schema that another one joins", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql("CREATE SCHEMA sales; CREATE TABLE public.users (); CREATE TABLE public.old_users (); CREATE TABLE sales.users ()");
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const clash = (map: Partial<PostgresSync["map"]>) => work.plan({ ...COMMON, map: { ...MAP, schemas: {}, tables: {}, rename: [], ...map } });
    await expect(clash({ rename: [{ from: "^old_", to: "" }] })).rejects.toMatchObject({
      code: "MAPPING_CLASH",
      message: "table public.old_users and table public.users would both be public.users at the destination.",
    });
    await expect(clash({ schemas: { sales: "public" } })).rejects.toMatchObject({ code: "MAPPING_CLASH" });
    await expect(clash({ rename: [{ from: "^users$", to: "u".repeat(64) }] })).rejects.toMatchObject({ code: "MAPPING_NAME" });
    await expect(clash({ rename: [{ from: ".*", to: "" }] })).rejects.toMatchObject({ code: "MAPPING_NAME" });
  });

  test("functions of one signature, which only PostgreSQL can tell", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using scratch = await makeDatabase(15);
    await source.sql(
      "CREATE SCHEMA sales; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION sales.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    );
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const over = { ...COMMON, map: { ...MAP, schemas: { sales: "public" }, tables: {}, rename: [] } };
    await expect(work.plan({ ...over, shadow: shadowAt(scratch) })).rejects.toMatchObject({ code: "MAPPING_CLASH", message: expect.stringContaining("f()") });
    expect(await scratch.sql("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")).toEqual([]);
    expect((await work.run(over)).syncs["shop"]?.outcomes).toMatchObject({ applied: 0, refused: 2 });
    expect(work.problems[0]).toContain("MAPPING_CLASH");
    expect(await shadows(target)).toEqual([]);
  });
});

describe("names as they come", () => {
  test.each([true, false])("quotes, blanks, dots, dollars and other letters are names like any other; with a shadow: %s", async (hasShadow) => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using scratch = await makeDatabase(15);
    const [schema, table, other] = [`Sch"ema; DROP`, `ta.b'le $$ "x"`, "ümläut -- /*"];
    const q = quoteName;
    await source.sql(`CREATE SCHEMA ${q(schema)}; CREATE TABLE ${q(schema)}.${q(table)} (${q("a b")} serial PRIMARY KEY, "user" text DEFAULT 'it''s'); CREATE TABLE ${q(schema)}.${q(other)} (id int REFERENCES ${q(schema)}.${q(table)});
      CREATE INDEX ${q("i $1 x")} ON ${q(schema)}.${q(table)} ("user"); COMMENT ON COLUMN ${q(schema)}.${q(table)}."user" IS 'c'; COMMENT ON TABLE ${q(schema)}.${q(table)} IS 'table'; CREATE VIEW v AS SELECT * FROM ${q(schema)}.${q(table)};
      CREATE FUNCTION ${q(schema)}.${q("f(")}(${q(schema)}.${q(table)}) RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMENT ON FUNCTION ${q(schema)}.${q("f(")}(${q(schema)}.${q(table)}) IS 'f';
      INSERT INTO ${q(schema)}.${q(table)} DEFAULT VALUES; INSERT INTO ${q(schema)}.${q(other)} VALUES (1)`);
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const map = {
      database: undefined,
      schemas: { [schema]: 'new "one"' },
      tables: { [`${schema}.${table}`]: "order.user" },
      rename: [{ from: "^ümläut -- /\\*$", to: "é'tat \\" }],
    };
    const over = { ...COMMON, map, ...(hasShadow && { shadow: shadowAt(scratch) }) };
    expect((await work.run(over)).status, work.problems.join("\n")).toBe("applied");
    expect(await target.sql(`SELECT "a b", "user" FROM "order"."user"`)).toEqual([{ "a b": 1, user: "it's" }]);
    expect(await target.sql(`SELECT id FROM "new ""one"""."é'tat \\"`)).toEqual([{ id: 1 }]);
    expect(
      await target.sql("SELECT obj_description('\"order\".\"user\"'::regclass) AS c, (SELECT obj_description(oid) FROM pg_proc WHERE proname = 'f(') AS f"),
    ).toEqual([{ c: "table", f: "f" }]);
    const again = await work.plan(over);
    expect([listed(again, "create", "replace", "copyRows"), listed(again, "conflict", "notSynced")]).toEqual([[], []]);
  });
});

test("the schema public is mapped, and another one joins it there", async () => {
  await using source = await makeDatabase(13);
  await using target = await makeDatabase(15);
  await source.sql(
    `CREATE SCHEMA more; CREATE TABLE public.a (id serial PRIMARY KEY); CREATE TABLE more.b (a int REFERENCES a, n bigint GENERATED ALWAYS AS IDENTITY); CREATE TYPE more.t AS ENUM ('x'); CREATE FUNCTION more.f(more.t) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE OPERATOR more.@@@ (LEFTARG = more.t, FUNCTION = more.f); CREATE VIEW more.v AS SELECT b.*, more.f('x') FROM more.b; CREATE EXTENSION hstore SCHEMA public; ALTER TABLE a ADD h hstore; COMMENT ON SCHEMA public IS 'other';
    INSERT INTO a (h) VALUES ('a=>1'); INSERT INTO more.b VALUES (1)`.replace("@@@ (LEFTARG", "@@@ (RIGHTARG"),
  );
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  const over = { ...COMMON, map: { database: undefined, schemas: { public: "all", more: "all" }, tables: {}, rename: [] } };
  expect((await work.run(over)).status, work.problems.join("\n")).toBe("applied");
  expect(await target.sql(`SELECT a.id, a.h::text, v.f FROM "all".a a JOIN "all".v v ON v.a = a.id`)).toEqual([{ id: 1, h: '"a"=>"1"', f: 1 }]);
  expect(await target.sql("SELECT extnamespace::regnamespace::text AS schema FROM pg_extension WHERE extname = 'hstore'")).toEqual([{ schema: '"all"' }]);
  expect(listed(await work.plan(over), "create", "copyRows", "conflict", "notSynced")).toEqual([]);
});

import { describe, expect, test } from "vitest";
import type { DatabaseSelector, PostgresSync } from "../../../src/core/sync-plan.ts";
import { isOlder } from "../../../src/postgres/check/extensions.ts";
import { look, makeDatabase, makeRole, uniqueName } from "./look.ts";

const selector = (kind: string, name: string): DatabaseSelector => ({ kind, schema: undefined, name });
const excluding = (...exclude: readonly DatabaseSelector[]): Partial<PostgresSync> => ({ objects: { include: "default", exclude } });
const including = (...include: readonly DatabaseSelector[]): Partial<PostgresSync> => ({ objects: { include, exclude: [] } });
const NO_MAP: PostgresSync["map"] = { database: undefined, schemas: {}, tables: {}, rename: [] };

describe("extensions", () => {
  test("what the server does not have", async () => {
    // adminpack is gone from 17 on.
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(18);
    await source.sql("CREATE EXTENSION adminpack; CREATE EXTENSION hstore");
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["EXTENSION_MISSING fail"]);
    expect(found.of("EXTENSION_MISSING").message).toMatch(/1 extension: adminpack 2\.\d+\.$/);
    expect((await look({ from: source.url, to: target.url, sync: excluding(selector("extension", "adminpack")) })).problems).toEqual([]);
    await using missing = await makeDatabase(18, { create: false, name: uniqueName("new") });
    expect((await look({ from: source.url, to: missing.url })).problems).toEqual(["EXTENSION_MISSING fail"]);
  });

  test("one that is installed in an older version", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql("CREATE EXTENSION hstore");
    await target.sql("CREATE EXTENSION hstore VERSION '1.4'");
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["EXTENSION_OLDER confirm"]);
    expect(found.of("EXTENSION_OLDER").message).toContain("hstore 1.4 (source: 1.8)");
    await target.sql("ALTER EXTENSION hstore UPDATE");
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
  });

  test.each([
    ["1.4", "1.8", true],
    ["1.9", "1.10", true],
    ["1.10", "1.9", false],
    ["3", "3.0", false],
    ["2.0", "2.0.1", true],
    ["unpackaged", "1.0", false],
  ])("%s is older than %s: %s", (version, than, is) => {
    expect(isOlder(version, than)).toBe(is);
  });

  test("those that only a superuser may create, and those that anybody may", async () => {
    await using source = await makeDatabase(13);
    await using target = await makeDatabase(13);
    await using role = await makeRole([target]);
    await target.sql(`ALTER DATABASE "${target.name}" OWNER TO ${role.name}`);
    await source.sql("CREATE EXTENSION hstore; CREATE EXTENSION dblink");
    const found = await look({ from: source.url, to: target.urlAs(role.name) });
    expect(found.problems).toEqual(["EXTENSION_NOT_PERMITTED confirm"]);
    expect(found.of("EXTENSION_NOT_PERMITTED").message).toMatch(/may create dblink\.$/);
    // Somebody created it before.
    await target.sql("CREATE EXTENSION dblink");
    expect((await look({ from: source.url, to: target.urlAs(role.name) })).problems).toEqual([]);
    await target.sql(`ALTER DATABASE "${target.name}" OWNER TO postgres`);
  });

  test("one that is installed in another schema", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql("CREATE EXTENSION hstore");
    await target.sql("CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext");
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["EXTENSION_ELSEWHERE fail"]);
    expect(found.of("EXTENSION_ELSEWHERE").message).toContain("hstore in ext (source: public)");
    expect((await look({ from: source.url, to: target.url, sync: { map: { ...NO_MAP, schemas: { public: "ext" } } } })).problems).toEqual([]);
  });
});

describe("triggers", () => {
  const PARTED = `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TABLE parted (id int) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (9);
    CREATE TABLE plain (id int);
    CREATE TRIGGER watch AFTER INSERT ON parted FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER watch AFTER INSERT ON plain FOR EACH ROW EXECUTE FUNCTION f();`;

  test("disabled on a partitioned table", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql(`${PARTED} ALTER TABLE plain DISABLE TRIGGER watch`);
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
    await source.sql("ALTER TABLE ONLY parted DISABLE TRIGGER watch");
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["TRIGGERS_DISABLED fail"]);
    expect(found.of("TRIGGERS_DISABLED").message).toContain("watch on public.parted");
    expect((await look({ from: source.url, to: target.url, sync: { level: "table" } })).problems).toEqual([]);
    expect((await look({ from: source.url, to: target.url, sync: excluding(selector("trigger", "watch")) })).problems).toEqual([]);
  });

  test("of the same name are only worth a word, and a partition's are its table's", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql(PARTED);
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual([]);
    expect(found.of("TRIGGERS_SAME_NAME").message).toContain("watch");
    await source.sql("DROP TRIGGER watch ON plain");
    expect((await look({ from: source.url, to: target.url })).of("TRIGGERS_SAME_NAME").message).toContain("No two tables");
  });

  test("event triggers of the destination that the sync does not bring", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await target.sql(
      `CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER audit ON ddl_command_end EXECUTE FUNCTION f()`,
    );
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["EVENT_TRIGGERS_FIRE confirm"]);
    expect(found.of("EVENT_TRIGGERS_FIRE").message).toContain("audit (ddl_command_end)");
    await source.sql(
      `CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER audit ON ddl_command_end EXECUTE FUNCTION f()`,
    );
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
    await source.sql("DROP EVENT TRIGGER audit");
    await target.sql("ALTER EVENT TRIGGER audit DISABLE");
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
  });

  test.each([13, 15] as const)("of empty tables that are there, on %i", async (major) => {
    await using source = await makeDatabase(13);
    await using target = await makeDatabase(major);
    await using role = await makeRole([target]);
    const tables = "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int REFERENCES parent)";
    await source.sql(`${tables}; CREATE TABLE bare (id int REFERENCES parent)`);
    await target.sql(
      `${tables}; ALTER TABLE parent OWNER TO ${role.name}; ALTER TABLE child OWNER TO ${role.name}; GRANT ALL ON SCHEMA public TO ${role.name}`,
    );
    // Where there are no rows to come, nothing meets them.
    expect((await look({ from: source.url, to: target.urlAs(role.name) })).problems).toEqual([]);
    await source.sql("INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1)");
    const found = await look({ from: source.url, to: target.urlAs(role.name) });
    expect(found.problems).toEqual(["TRIGGERS_ON_EXISTING confirm"]);
    // Rows of the table that is referred to meet no trigger.
    expect(found.of("TRIGGERS_ON_EXISTING").message).toMatch(/^1 table with.*: public\.child\. /);
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
    if (major === 15) {
      await target.sql(`GRANT SET ON PARAMETER session_replication_role TO ${role.name}`);
      expect((await look({ from: source.url, to: target.urlAs(role.name) })).problems).toEqual([]);
      await target.sql(`REVOKE SET ON PARAMETER session_replication_role FROM ${role.name}`);
    }
    // What has rows is not filled.
    await target.sql("INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1)");
    expect((await look({ from: source.url, to: target.urlAs(role.name) })).problems).toEqual([]);
  });
});

describe("dependencies that are not selected together", () => {
  test.each([10, 13, 15, 18] as const)("of every kind are named, on %i", async (major) => {
    await using source = await makeDatabase(major);
    await using target = await makeDatabase(18);
    await source.sql(`
      CREATE SCHEMA other; CREATE TYPE other.mood AS ENUM ('x'); CREATE DOMAIN other.positive AS int CHECK (VALUE > 0);
      CREATE TABLE other.parent (id int PRIMARY KEY); CREATE TABLE other.base (a int); CREATE SEQUENCE other.seq;
      CREATE FUNCTION other.now() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE FUNCTION other.fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE COLLATION other.plain FROM "C"; CREATE EXTENSION hstore SCHEMA other;
      CREATE TABLE typed (m other.mood); CREATE TABLE listing (m other.mood[]); CREATE TABLE bounded (p other.positive);
      CREATE TABLE child (id int REFERENCES other.parent); CREATE TABLE heir () INHERITS (other.base); CREATE TABLE numbered (id int DEFAULT nextval('other.seq'));
      CREATE TABLE computed (a int DEFAULT other.now()); CREATE TABLE indexed (a int); CREATE INDEX ON indexed ((a + other.now()));
      CREATE TABLE watched (a int); CREATE TRIGGER watch AFTER INSERT ON watched FOR EACH ROW EXECUTE PROCEDURE other.fired();
      CREATE TABLE guarded (a int); CREATE POLICY p ON guarded USING (a = other.now());
      CREATE TABLE sorted (t text COLLATE other.plain); CREATE TABLE stored (h other.hstore); CREATE TABLE rowed (r other.base);
      CREATE VIEW seen AS SELECT id FROM other.parent; CREATE FUNCTION given(other.mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE TABLE free (id serial, g int GENERATED BY DEFAULT AS IDENTITY)`);
    const found = await look({
      from: source.url,
      to: target.url,
      sync: excluding(selector("schema", "other"), selector("extension", "hstore")),
    });
    expect(found.problems).toEqual(["DEPENDENCIES_NOT_SELECTED fail"]);
    expect(found.of("DEPENDENCIES_NOT_SELECTED").message).toMatch(/^1\d selected objects need what is not selected: /);
    // The first ten, in the order of their names.
    for (const line of [
      "function public.given(other.mood) needs type other.mood",
      "table public.bounded needs type other.positive",
      "table public.child (child_id_fkey) needs table other.parent",
      "table public.computed needs function other.now()",
      "table public.guarded (p) needs function other.now()",
      "table public.heir needs table other.base",
      "table public.indexed (indexed_expr_idx) needs function other.now()",
      "table public.listing needs type other.mood",
      "table public.numbered needs sequence other.seq",
    ])
      expect(found.of("DEPENDENCIES_NOT_SELECTED").message).toContain(line);
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
  });

  test("the rest of them: views, row types, extensions, triggers, collations", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql(`CREATE SCHEMA other; CREATE TABLE other.base (a int); CREATE EXTENSION hstore SCHEMA other; CREATE COLLATION other.plain FROM "C";
      CREATE FUNCTION other.fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TABLE rowed (r other.base[]); CREATE VIEW seen AS SELECT a FROM other.base; CREATE TABLE stored (h other.hstore); CREATE TABLE sorted (t text COLLATE other.plain);
      CREATE TABLE watched (a int); CREATE TRIGGER watch AFTER INSERT ON watched FOR EACH ROW EXECUTE PROCEDURE other.fired()`);
    const sync = excluding(selector("schema", "other"), selector("extension", "hstore"));
    const { message } = (await look({ from: source.url, to: target.url, sync })).of("DEPENDENCIES_NOT_SELECTED");
    expect(message).toBe(
      "5 selected objects need what is not selected: table public.rowed needs table other.base, view public.seen needs table other.base, " +
        "table public.sorted needs collation other.plain, table public.stored needs extension hstore, table public.watched (watch) needs function other.fired().",
    );
    // A trigger that is left out needs no function.
    const without = { objects: { include: "default", exclude: [...(sync.objects?.exclude ?? []), selector("trigger", "watch")] } } as const;
    expect((await look({ from: source.url, to: target.url, sync: without })).of("DEPENDENCIES_NOT_SELECTED").message).not.toContain("watch");
    // At table level neither triggers nor extensions go along.
    const tables = await look({ from: source.url, to: target.url, sync: { level: "table" } });
    expect(tables.of("DEPENDENCIES_NOT_SELECTED").message).toBe(
      "2 selected objects need what is not selected: table public.sorted needs collation other.plain, table public.stored needs extension hstore.",
    );
  });

  test("what the destination has is not missing, under its mapped name too", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql(
      `CREATE TYPE mood AS ENUM ('x'); CREATE FUNCTION f(mood) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE t (m mood, n int DEFAULT f('x'))`,
    );
    expect((await look({ from: source.url, to: target.url, sync: { level: "table" } })).problems).toEqual(["DEPENDENCIES_NOT_SELECTED fail"]);
    const types = (schema: string) =>
      `CREATE TYPE ${schema}.mood AS ENUM ('x'); CREATE FUNCTION ${schema}.f(${schema}.mood) RETURNS int LANGUAGE sql AS 'SELECT 1'`;
    await target.sql(types("public"));
    const found = await look({ from: source.url, to: target.url, sync: { level: "table" } });
    expect(found.problems).toEqual([]);
    expect(found.of("DEPENDENCIES_NOT_SELECTED").message).toContain("at the destination already: 2");
    const map = { ...NO_MAP, schemas: { public: "Shop" } };
    expect((await look({ from: source.url, to: target.url, sync: { level: "table", map } })).problems).toEqual(["DEPENDENCIES_NOT_SELECTED fail"]);
    await target.sql(`CREATE SCHEMA "Shop"; CREATE TYPE "Shop".mood AS ENUM ('x')`);
    const half = await look({ from: source.url, to: target.url, sync: { level: "table", map } });
    expect(half.of("DEPENDENCIES_NOT_SELECTED").message).toBe(
      "1 selected object needs what is not selected: table public.t needs function public.f(public.mood).",
    );
  });

  test("a partition needs its table, and a table without its partitions is to be confirmed", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql("CREATE TABLE parted (id int) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (9)");
    const child = await look({ from: source.url, to: target.url, sync: including(selector("table", "part")) });
    expect(child.of("DEPENDENCIES_NOT_SELECTED").message).toContain("table public.part needs table public.parted");
    const parent = await look({ from: source.url, to: target.url, sync: including(selector("table", "parted")) });
    expect(parent.problems).toEqual(["PARTITIONS_NOT_SELECTED confirm"]);
    expect(parent.of("PARTITIONS_NOT_SELECTED").message).toContain("public.part of public.parted");
    expect((await look({ from: source.url, to: target.url, sync: including(selector("table", "part*")) })).problems).toEqual([]);
  });

  test("what is never synced leaves behind what needs it", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql(`CREATE FUNCTION len(text) RETURNS int LANGUAGE internal IMMUTABLE AS 'textlen'; CREATE TABLE t (a text, CHECK (len(a) > 0))`);
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["DEPENDENCIES_NEVER_SYNCED confirm"]);
    expect(found.of("DEPENDENCIES_NEVER_SYNCED").message).toContain("table public.t (t_a_check) needs function public.len(pg_catalog.text)");
    expect((await look({ from: source.url, to: target.url, sync: { objects: { include: "all", exclude: [] } } })).problems).toEqual([]);
  });
});

test("names that other tools stumble over are only worth a word", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  expect((await look({ from: source.url, to: target.url })).of("NAMES_UNUSUAL").message).toMatch(/^None/);
  await source.sql(`CREATE TABLE "it's" (a int); CREATE TABLE plain ("a""b" int); CREATE SCHEMA "a.b"`);
  const found = await look({ from: source.url, to: target.url });
  expect(found.problems).toEqual([]);
  expect(found.of("NAMES_UNUSUAL").message).toMatch(/"a\.b", public\."it's", public\.plain\."a""b"\.$/);
});

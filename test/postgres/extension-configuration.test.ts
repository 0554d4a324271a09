import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import pg from "pg";
import { configurationCondition } from "../../src/postgres/catalog/configuration.ts";
import { quoteName } from "../../src/postgres/names.ts";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";
import { makeDatabase, uniqueName } from "../support/postgres/databases.ts";
import { type ExtensionFolder, extensionFolder } from "../support/postgres/extension-folder.ts";
import { type PostgresServer, startPostgres } from "../support/postgres/servers.ts";

const SCRIPT = `
  CREATE TABLE marked (id int PRIMARY KEY, body text, builtin bool NOT NULL DEFAULT false);
  INSERT INTO marked VALUES (1, 'shipped', true), (2, 'shipped too', true);
  SELECT pg_catalog.pg_extension_config_dump('marked', 'WHERE NOT marked.builtin -- what users added');
  CREATE TABLE settings (name text PRIMARY KEY, value text);
  INSERT INTO settings VALUES ('interval', '5'), ('mode', 'slow');
  SELECT pg_catalog.pg_extension_config_dump('settings', '');
  CREATE TABLE child (id int PRIMARY KEY, marked int REFERENCES marked, "Odd ""n" int);
  SELECT pg_catalog.pg_extension_config_dump('child', $$WHERE "Odd ""n" > 0 ORDER BY "Odd ""n"$$);
  CREATE SEQUENCE numbers;
  SELECT pg_catalog.pg_extension_config_dump('numbers', '');
  CREATE TABLE internal (id int);
  INSERT INTO internal VALUES (1);
  CREATE SEQUENCE internal_numbers;`;

const USERS = `
  INSERT INTO ext.marked VALUES (3, 'mine', false), (4, 'mine too', false);
  UPDATE ext.marked SET body = 'changed' WHERE id = 1;
  UPDATE ext.settings SET value = '60' WHERE name = 'interval'; INSERT INTO ext.settings VALUES ('colour', 'red');
  INSERT INTO ext.child VALUES (1, 3, 7), (2, 1, 0);
  SELECT setval('ext.numbers', 42);
  INSERT INTO ext.internal VALUES (2);
  SELECT setval('ext.internal_numbers', 42)`;

const ROWS = `SELECT (SELECT string_agg(id || ' ' || body, ', ' ORDER BY id) FROM ext.marked) AS marked,
  (SELECT string_agg(name || ' ' || value, ', ' ORDER BY name) FROM ext.settings) AS settings,
  (SELECT string_agg(id || ' ' || marked, ', ' ORDER BY id) FROM ext.child) AS child,
  (SELECT string_agg(id::text, ', ' ORDER BY id) FROM ext.internal) AS internal,
  (SELECT last_value::int FROM ext.numbers) AS numbers, (SELECT last_value::int FROM ext.internal_numbers) AS internal_numbers`;

const ARRIVED = {
  // Of the rows that came along there, none is changed.
  marked: "1 shipped, 2 shipped too, 3 mine, 4 mine too",
  settings: "colour red, interval 60, mode slow",
  child: "1 3",
  internal: "1",
  numbers: 42,
  internal_numbers: 1,
};
const OVER = { accounts: { include: "none" as const, exclude: [] } };
const EFFECTS = ["create", "copyRows", "replace", "conflict"] as const;

describe("tables of an extension that hold its users' configuration", () => {
  let extensions: ExtensionFolder;
  let server: PostgresServer;
  let target: string;
  beforeAll(async () => {
    extensions = await extensionFolder({ tidemark_test: SCRIPT });
    server = await startPostgres(18, { settings: [extensions.setting] });
    await sql("postgres", "CREATE DATABASE source");
    await sql("source", `CREATE SCHEMA ext; CREATE EXTENSION tidemark_test WITH SCHEMA ext; ${USERS}`);
  });
  afterAll(async () => {
    await server.stop();
    await extensions[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    target = uniqueName("copy");
  });

  const sql = (database: string, text: string) => query(server.url(database), text);
  const workplace = () => DatabaseWorkplace.make({ from: server.url("source"), to: server.url(target) });
  const prepare = async (more: string) => {
    await sql("postgres", `CREATE DATABASE ${target}`);
    await sql(target, `CREATE SCHEMA ext; CREATE EXTENSION tidemark_test WITH SCHEMA ext`);
    await sql(target, more);
  };

  test("arrive with it: their users' rows, and nothing else of the extension's", async () => {
    await using work = await workplace();
    const changeset = await work.plan(OVER);
    expect(listed(changeset, "copyRows").toSorted()).toEqual([
      "rows ext.child absent",
      "rows ext.marked absent",
      "rows ext.settings absent",
      "sequence-value ext.numbers absent",
    ]);
    expect((await work.apply(changeset, OVER)).status).toBe("applied");
    expect(work.problems).toEqual([]);
    expect(await sql(target, ROWS)).toEqual([ARRIVED]);

    const again = await work.plan(OVER, { compare: true });
    expect(listed(again, ...EFFECTS)).toEqual([]);
    expect(again.summary.syncs[0]?.reasons).toMatchObject({ "rows-equal": 3 });
    await sql(target, "UPDATE ext.marked SET body = 'another' WHERE id = 3");
    expect(listed(await work.plan(OVER, { compare: true }), "conflict")).toEqual(["rows ext.marked rows-differ"]);
    await sql(target, "UPDATE ext.marked SET body = 'mine' WHERE id = 3; UPDATE ext.marked SET body = 'theirs' WHERE id = 2");
    expect(listed(await work.plan(OVER, { compare: true }), "conflict")).toEqual([]);
  });

  test("take their users' rows where the extension is there already, and only its own rows with it", async () => {
    await prepare("SELECT 1");
    await using work = await workplace();
    const changeset = await work.plan(OVER);
    expect(listed(changeset, "conflict")).toEqual([]);
    expect(listed(changeset, "copyRows").toSorted()).toEqual([
      "rows ext.child empty",
      "rows ext.marked empty",
      "rows ext.settings shipped-rows",
      "sequence-value ext.numbers value",
    ]);
    expect((await work.apply(changeset, OVER)).status).toBe("applied");
    expect(work.problems).toEqual([]);
    expect(await sql(target, ROWS)).toEqual([ARRIVED]);
  });

  test("are a conflict where somebody has written to them, unless the plan replaces rows: never what came with the extension", async () => {
    await prepare(
      "INSERT INTO ext.settings VALUES ('theirs', '1'); INSERT INTO ext.marked VALUES (9, 'theirs', false); UPDATE ext.marked SET body = 'new' WHERE builtin",
    );
    await using work = await workplace();
    expect(listed(await work.plan(OVER), "conflict")).toEqual(["rows ext.marked rows-exist", "rows ext.settings rows-exist"]);
    const replace = { ...OVER, rows: { onDifferent: "replace" as const } };
    expect((await work.run(replace)).status).toBe("applied");
    expect(work.problems).toEqual([]);
    expect(await sql(target, ROWS)).toEqual([{ ...ARRIVED, marked: "1 new, 2 new, 3 mine, 4 mine too" }]);
  });

  test("that somebody writes to after the review are left alone", async () => {
    await prepare("SELECT 1");
    await using work = await workplace();
    const changeset = await work.plan(OVER);
    await sql(target, "UPDATE ext.settings SET value = '7' WHERE name = 'interval'");
    expect((await work.apply(changeset, OVER)).status).toBe("partly");
    expect(work.problems.map((problem) => problem.split(" ").slice(0, 3).join(" "))).toEqual(["rows ext.settings: DESTINATION_NOT_EMPTY"]);
    expect(await sql(target, ROWS)).toEqual([{ ...ARRIVED, settings: "interval 7, mode slow" }]);
  });

  test("lose at the destination what their users removed at the source", async () => {
    const emptied = uniqueName("emptied");
    await sql("postgres", `CREATE DATABASE ${emptied}`);
    await sql(emptied, "CREATE EXTENSION tidemark_test; DELETE FROM settings");
    for (const isThere of [false, true]) {
      target = uniqueName("copy");
      if (isThere) await sql("postgres", `CREATE DATABASE ${target}`);
      if (isThere) await sql(target, "CREATE EXTENSION tidemark_test");
      await using work = await DatabaseWorkplace.make({ from: server.url(emptied), to: server.url(target) });
      expect((await work.run(OVER)).status).toBe("applied");
      expect(await sql(target, "SELECT count(*)::int AS rows FROM settings")).toEqual([{ rows: 0 }]);
      expect(listed(await work.plan(OVER), ...EFFECTS)).toEqual([]);
    }
  });

  test("stay behind where the plan says so: by the table's rules, by its name, with the extension, at table level", async () => {
    await using work = await workplace();
    const rows = async (over: Parameters<typeof work.plan>[0]) =>
      listed(await work.plan({ ...OVER, ...over }), "copyRows")
        .filter((key) => key.startsWith("rows"))
        .toSorted();
    expect(await rows({ tables: { "ext.settings": { where: undefined, columns: undefined, rows: false } } })).toEqual([
      "rows ext.child absent",
      "rows ext.marked absent",
    ]);
    expect(await rows({ objects: { include: "default", exclude: [{ kind: "table", schema: "ext", name: "child" }] } })).toEqual([
      "rows ext.marked absent",
      "rows ext.settings absent",
    ]);
    expect(await rows({ objects: { include: "default", exclude: [{ kind: "extension", schema: undefined, name: "*" }] } })).toEqual([]);
    expect(await rows({ level: "table" })).toEqual([]);
    expect(await rows({ objects: { include: [{ kind: "extension", schema: undefined, name: "tidemark_test" }], exclude: [] } })).toHaveLength(3);
  });

  test("keep to a condition of the plan beside the extension's", async () => {
    await using work = await workplace();
    const over = { ...OVER, tables: { "ext.marked": { where: "id = 3 OR builtin -- and so on", columns: undefined, rows: true } } };
    expect((await work.run(over)).status).toBe("applied");
    expect(work.problems).toEqual([]);
    expect(await sql(target, "SELECT id FROM ext.marked ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(listed(await work.plan(over, { compare: true }), ...EFFECTS)).toEqual([]);
  });

  test("go with their extension into another schema", async () => {
    await using work = await workplace();
    const over = { ...OVER, map: { database: undefined, schemas: { ext: "other" }, tables: {}, rename: [] } };
    expect((await work.run(over)).status).toBe("applied");
    expect(work.problems).toEqual([]);
    expect(await sql(target, ROWS.replaceAll("ext.", "other."))).toEqual([ARRIVED]);
  });

  test("that the role may not read are not synced, and said not to be", async () => {
    const role = uniqueName("reader");
    await sql("source", `CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA ext TO ${role}; GRANT SELECT ON ext.marked TO ${role}`);
    await using work = await DatabaseWorkplace.make({ from: server.url("source").replace("postgres@", `${role}@`), to: server.url(target) });
    expect(listed(await work.plan(OVER), "notSynced")).toEqual(
      expect.arrayContaining(["rows ext.child configuration-closed", "rows ext.settings configuration-closed"]),
    );
    expect((await work.run(OVER)).status).toBe("applied");
    expect(work.problems).toEqual([]);
  });
});

test.for([10, 13] as const)("the tables of an extension on PostgreSQL %i are found too", async (from) => {
  await using source = await makeDatabase(from);
  await using target = await makeDatabase(18);
  const claimed = `CREATE EXTENSION hstore; CREATE TABLE conf (id int, own bool); ALTER EXTENSION hstore ADD TABLE conf;
    UPDATE pg_extension SET extconfig = ARRAY['conf'::regclass::oid], extcondition = ARRAY['WHERE own'] WHERE extname = 'hstore'`;
  for (const database of [source, target]) await database.sql(claimed);
  await source.sql("INSERT INTO conf VALUES (1, true), (2, false)");
  await target.sql("INSERT INTO conf VALUES (3, false)");
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  expect((await work.run(OVER)).status).toBe("applied");
  expect(work.problems).toEqual([]);
  expect(await target.sql("SELECT id FROM conf ORDER BY id")).toEqual([{ id: 1 }, { id: 3 }]);
});

test("what an extension says of its rows becomes a condition", () => {
  const table = { schema: "s", name: 'T"' };
  const sqlOf = (text: string) => {
    const found = configurationCondition(text, table);
    return typeof found === "object" ? found.sql : found;
  };
  expect(sqlOf("")).toBeUndefined();
  expect(sqlOf("  -- nothing\n")).toBeUndefined();
  expect(sqlOf("where NOT (a ORDER)")).toBe("NOT (a ORDER)");
  expect(sqlOf("WHERE a = 'ORDER BY' -- b")).toBe("a = 'ORDER BY' -- b");
  expect(sqlOf("WHERE a LIMIT 5")).toBe(`ctid IN (SELECT ctid FROM ONLY ${quoteName("s")}.${quoteName('T"')} WHERE a LIMIT 5\n)`);
  expect(sqlOf("ORDER BY a")).toContain("ctid IN");
  expect(sqlOf("WHERE a) OR (b")).toBe("malformed");
  expect(sqlOf("WHERE a; DROP TABLE b")).toBe("malformed");
});

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = (await client.query<Record<string, unknown>>(text)) as pg.QueryResult<Record<string, unknown>> | pg.QueryResult<Record<string, unknown>>[];
    return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? [];
  } finally {
    await client.end();
  }
}

import { expect, test } from "vitest";
import { compareRows } from "../../../src/postgres/compare/compare-rows.ts";
import { makeDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { startPostgres } from "../../support/postgres/servers.ts";
import { compare, compareOne, pairOf, sessionTo } from "./compare-databases.ts";

test("dropped columns, another order of columns, and generated columns left out", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  await source.sql(
    "CREATE TABLE t (gone int, a int PRIMARY KEY, b text, g int GENERATED ALWAYS AS (a * 2) STORED); ALTER TABLE t DROP COLUMN gone; INSERT INTO t VALUES (1, 'x'), (2, NULL)",
  );
  await destination.sql(
    "CREATE TABLE t (b text, g int GENERATED ALWAYS AS (a * 3) STORED, a int PRIMARY KEY); INSERT INTO t (a, b) VALUES (2, NULL), (1, 'x')",
  );
  expect(await compareOne(source, destination, pairOf("t", ["a", "b"], { primaryKey: ["a"] }))).toMatchObject({ equal: true });
});

test("names that mean something else in SQL", async () => {
  await using source = await makeDatabase(10);
  await using destination = await makeDatabase(18);
  const setup = `
    CREATE TABLE one (one text); INSERT INTO one VALUES ('a');
    CREATE TABLE "count" ("count" int PRIMARY KEY, "sum" int, "rows" int, k int, t int, r int, v int, "select" int); INSERT INTO "count" VALUES (1, 1, 1, 1, 1, 1, 1, 1), (2, 2, 2, 2, 2, 2, 2, 2);
    CREATE TABLE "Odd ""name"" '; --" ("Odd ""name""" int PRIMARY KEY, "$1" text, "e0" float8[]); INSERT INTO "Odd ""name"" '; --" VALUES (1, '\\''; SELECT', '{0.1}');
  `.replaceAll("'\\''; SELECT'", "'''; SELECT'");
  await Promise.all([source, destination].map((db) => db.sql(setup)));
  const pairs = [
    pairOf("one", ["one"]),
    pairOf("count", ["count", "sum", "rows", "k", "t", "r", "v", "select"], { primaryKey: ["count"] }),
    pairOf(`Odd "name" '; --`, ['Odd "name"', "$1", "e0"], { primaryKey: ['Odd "name"'] }),
  ];
  expect((await compare(source, destination, pairs)).map(({ equal, problem }) => [equal, problem])).toEqual(pairs.map(() => [true, undefined]));
  await destination.sql(`UPDATE one SET one = 'b'; UPDATE "count" SET k = 3, "select" = 4 WHERE "count" = 2; UPDATE "Odd ""name"" '; --" SET e0 = '{0.2}'`);
  const results = await compare(source, destination, pairs);
  expect(results.map(({ differences }) => differences.map(({ columns }) => columns))).toEqual([[undefined, undefined], [["k", "select"]], [["e0"]]]);
});

test("tables without columns, and with 1600", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  const columns = Array.from({ length: 1600 }, (_, i) => `c${i}`);
  const setup = `CREATE TABLE none (); INSERT INTO none DEFAULT VALUES; INSERT INTO none DEFAULT VALUES;
    CREATE TABLE wide (${columns.map((name) => `${name} ${name === "c0" ? "int PRIMARY KEY" : name === "c1599" ? "numeric" : "bool"}`).join(", ")}); INSERT INTO wide (c0, c1599) VALUES (1, 1), (2, 2)`;
  await Promise.all([source, destination].map((db) => db.sql(setup)));
  const pairs = [pairOf("none", []), pairOf("wide", columns, { primaryKey: ["c0"] })];
  expect((await compare(source, destination, pairs)).map(({ equal, problem }) => [equal, problem])).toEqual(pairs.map(() => [true, undefined]));
  await destination.sql("INSERT INTO none DEFAULT VALUES; UPDATE wide SET c1599 = 1.0, c3 = true WHERE c0 = 1");
  const [none, wide] = await compare(source, destination, pairs);
  expect(none).toMatchObject({ equal: false, rows: { source: 2, destination: 3 }, differences: [{ difference: "extra" }] });
  expect(wide?.differences).toEqual([{ difference: "different", rowKey: "(c0)=(1)", columns: ["c3", "c1599"] }]);
});

test("parents are read without their children, partitioned tables with their partitions", async () => {
  await using source = await makeDatabase(13);
  await using destination = await makeDatabase(15);
  await source.sql(`
    CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2);
    CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE low PARTITION OF parted FOR VALUES FROM (0) TO (10); CREATE TABLE high PARTITION OF parted FOR VALUES FROM (10) TO (20); INSERT INTO parted VALUES (1), (11)`);
  await destination.sql(`
    CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (3);
    CREATE TABLE parted (id int PRIMARY KEY); INSERT INTO parted VALUES (1), (12)`);
  const [own, all, parted] = await compare(source, destination, [
    pairOf("parent", ["id"]),
    { ...pairOf("parent", ["id"], { only: false }), key: "rows all" },
    pairOf("parted", ["id"], { primaryKey: ["id"] }),
  ]);
  expect(own).toMatchObject({ equal: true, rows: { source: 1, destination: 1 } });
  expect(all).toMatchObject({ equal: false, rows: { source: 2, destination: 2 } });
  expect(parted?.differences.map(({ rowKey }) => rowKey)).toEqual(["(id)=(11)", "(id)=(12)"]);
});

test("settings of a database or a role change nothing", async () => {
  await using source = await makeDatabase(10);
  await using destination = await makeDatabase(18);
  const setup = `CREATE TABLE t (id int PRIMARY KEY, d timestamptz, i interval, f float8, b bytea, m money, r regclass);
    INSERT INTO t VALUES (1, '2024-02-01 03:04:05+00', '1 day 2 hours', 0.1, '\\xff', 12.34::numeric::money, 'pg_catalog.pg_class');`;
  await Promise.all([source, destination].map((db) => db.sql(setup)));
  const settings = {
    DateStyle: "SQL, DMY",
    IntervalStyle: "iso_8601",
    TimeZone: "Asia/Tokyo",
    extra_float_digits: "-3",
    bytea_output: "escape",
    quote_all_identifiers: "on",
    search_path: "public, pg_catalog",
  };
  for (const [name, value] of Object.entries(settings))
    await destination.sql(`ALTER DATABASE ${destination.name} SET ${name} = ${name === "search_path" ? value : `'${value}'`}`);
  expect(await compareOne(source, destination, pairOf("t", ["id", "d", "i", "f", "b", "m", "r"], { primaryKey: ["id"] }))).toMatchObject({
    equal: true,
    problem: undefined,
  });
});

test("a collation that calls different texts equal hides nothing", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  const setup = `CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
    CREATE TABLE t (id text COLLATE blind PRIMARY KEY, v text COLLATE blind); INSERT INTO t VALUES ('a', 'x'), ('b', 'y')`;
  await Promise.all([source, destination].map((db) => db.sql(setup)));
  await destination.sql("UPDATE t SET v = 'X' WHERE id = 'a'; UPDATE t SET id = 'B' WHERE id = 'b'");
  const { differences } = await compareOne(source, destination, pairOf("t", ["id", "v"], { primaryKey: ["id"] }));
  expect(differences).toEqual([
    { difference: "extra", rowKey: "(id)=(B)", columns: undefined },
    { difference: "different", rowKey: "(id)=(a)", columns: ["v"] },
    { difference: "missing", rowKey: "(id)=(b)", columns: undefined },
  ]);
});

test("a not-a-number is one, whatever its bits", async () => {
  await using source = await makeDatabase(10);
  await using destination = await makeDatabase(18);
  await source.sql("CREATE TABLE t (f float8, a float8[]); INSERT INTO t SELECT x, ARRAY[x] FROM (SELECT 'Infinity'::float8 - 'Infinity'::float8 AS x) AS n");
  await destination.sql("CREATE TABLE t (f float8, a float8[]); INSERT INTO t VALUES ('NaN', '{NaN}')");
  expect(await compareOne(source, destination, pairOf("t", ["f", "a"]))).toMatchObject({ equal: true });
});

test("rows that row security hides are a problem, not a difference", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  const role = uniqueName("role");
  const setup = `CREATE ROLE ${role} LOGIN; CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2); GRANT SELECT ON t TO ${role};
    CREATE TABLE closed (id int); CREATE TABLE open (id int); GRANT SELECT ON open TO ${role}`;
  await Promise.all([source, destination].map((db) => db.sql(setup)));
  try {
    await destination.sql("ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (id = 1)");
    const results = await compare(source, destination, [pairOf("t", ["id"], { primaryKey: ["id"] }), pairOf("closed", ["id"]), pairOf("open", ["id"])], {
      openSource: () => sessionTo(source, role),
      openDestination: () => sessionTo(destination, role),
    });
    expect(results.map(({ equal, problem }) => [equal, problem?.code])).toEqual([
      [false, "COMPARE_TABLE_FAILED"],
      [false, "COMPARE_TABLE_FAILED"],
      [true, undefined],
    ]);
    expect(results[0]?.problem?.message).toContain("public.t could not be read at the destination");
    expect(results[0]?.problem?.hint).toContain("BYPASSRLS");
  } finally {
    for (const db of [source, destination]) await db.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test("databases of different encodings", async () => {
  await using source = await makeDatabase(15, { create: false });
  await using destination = await makeDatabase(18);
  const admin = await source.connect(source.url.replace(source.name, "postgres"));
  await admin.query(`CREATE DATABASE ${source.name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
  await Promise.all([source, destination].map((db) => db.sql("CREATE TABLE t (id text PRIMARY KEY, v text); INSERT INTO t VALUES ('ä', 'é'), ('z', 'ü')")));
  const pair = pairOf("t", ["id", "v"], { primaryKey: ["id"] });
  expect(await compareOne(source, destination, pair)).toMatchObject({ equal: true });
  await destination.sql("UPDATE t SET v = 'è' WHERE id = 'ä'");
  expect((await compareOne(source, destination, pair)).differences).toEqual([{ difference: "different", rowKey: "(id)=(ä)", columns: ["v"] }]);
});

test("keys whose type's equality is not on the search path", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  const setup =
    "CREATE EXTENSION citext; CREATE TABLE t (id citext, m int4range, v hstore_like, PRIMARY KEY (id, m)); INSERT INTO t VALUES ('A', '[1,2)', ROW(1)), ('b', 'empty', NULL)";
  await Promise.all([source, destination].map((db) => db.sql(`CREATE TYPE hstore_like AS (a int); ${setup}`)));
  await destination.sql("UPDATE t SET v = ROW(NULL) WHERE id = 'b'");
  const { differences } = await compareOne(source, destination, pairOf("t", ["id", "m", "v"], { primaryKey: ["id", "m"] }));
  expect(differences).toEqual([{ difference: "different", rowKey: "(id, m)=(b, empty)", columns: ["v"] }]);
});

test("each side is one snapshot, and its tables are locked", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  const names = Array.from({ length: 6 }, (_, i) => `t${i}`);
  await Promise.all(
    [source, destination].map((db) => db.sql(names.map((name) => `CREATE TABLE ${name} (id int); INSERT INTO ${name} VALUES (1), (2);`).join(""))),
  );
  const other = await destination.connect();
  const results = [];
  const pairs = names.map((name) => pairOf(name, ["id"]));
  for await (const result of compareRows({
    pairs,
    openSource: () => sessionTo(source),
    openDestination: () => sessionTo(destination),
    sessions: 1,
    signal: new AbortController().signal,
    depth: "values",
    maxRowDifferences: 1,
  })) {
    if (results.length === 0) {
      await other.query(names.map((name) => `INSERT INTO ${name} VALUES (3)`).join(";"));
      await expect(other.query("SET lock_timeout = '50ms'; TRUNCATE t5")).rejects.toMatchObject({ code: "55P03" });
    }
    results.push(result);
  }
  expect(results.map(({ equal }) => equal)).toEqual(names.map(() => true));
  // Nothing holds them any longer.
  await other.query("TRUNCATE t5");
});

test("a snapshot that was exported before is what is looked at", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  await Promise.all([source, destination].map((db) => db.sql("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")));
  const holder = await source.connect();
  await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  const { rows } = await holder.query<{ snapshot: string }>("SELECT pg_export_snapshot() AS snapshot");
  await source.sql("INSERT INTO t VALUES (2)");
  expect(await compareOne(source, destination, pairOf("t", ["id"]), { snapshots: { source: rows[0]?.snapshot } })).toMatchObject({ equal: true });
  expect(await compareOne(source, destination, pairOf("t", ["id"]))).toMatchObject({ equal: false });
});

test("an abort ends what the servers are doing", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  // The view waits for a lock that a test can see.
  const setup =
    "CREATE FUNCTION wait() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM (SELECT pg_advisory_xact_lock(42)) AS l'; CREATE VIEW slow AS SELECT public.wait() AS id";
  await Promise.all([source, destination].map((db) => db.sql(setup)));
  await source.sql("SELECT pg_advisory_lock(42)");
  const controller = new AbortController();
  const running = compareOne(source, destination, pairOf("slow", ["id"]), { signal: controller.signal });
  const watcher = await source.connect();
  const waiting = async () =>
    (
      await watcher.query(
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      )
    ).rowCount;
  await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
  controller.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
});

test("a server with little room for connections is compared by fewer", async () => {
  const server = await startPostgres(15, { settings: ["max_connections=5", "superuser_reserved_connections=0", "max_wal_senders=0"] });
  try {
    await using destination = await makeDatabase(18);
    const source = { ...destination, port: server.port, name: "postgres" };
    const setup = Array.from({ length: 12 }, (_, i) => `CREATE TABLE t${i} (id int); INSERT INTO t${i} VALUES (1);`).join("");
    await destination.sql(setup);
    const session = await sessionTo(source);
    await session.query(setup.replaceAll("CREATE TABLE ", "CREATE TABLE public.").replaceAll("INTO ", "INTO public."));
    const results = await compare(
      source,
      destination,
      Array.from({ length: 12 }, (_, i) => pairOf(`t${i}`, ["id"])),
      { sessions: 10 },
    );
    expect(results.map(({ equal }) => equal)).toEqual(Array.from({ length: 12 }, () => true));
    await session.close();
  } finally {
    await server.stop();
  }
});

test("a lost connection ends the comparison", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  await source.sql(
    "CREATE FUNCTION die() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM (SELECT pg_terminate_backend(pg_backend_pid())) AS l'; CREATE VIEW slow AS SELECT public.die() AS id",
  );
  await destination.sql("CREATE VIEW slow AS SELECT 1 AS id");
  await expect(compareOne(source, destination, pairOf("slow", ["id"]))).rejects.toMatchObject({ code: "POSTGRES_CONNECTION_LOST" });
});

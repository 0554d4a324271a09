import { expect, test } from "vitest";
import { makeDatabase } from "../../support/postgres/databases.ts";
import type { Major } from "../../support/postgres/servers.ts";
import { compare, compareOne, pairOf } from "./compare-databases.ts";

const PAIRS: readonly (readonly [Major, Major])[] = [
  [10, 18],
  [10, 10],
  [13, 15],
  [15, 18],
  [18, 18],
];

const USERS =
  "CREATE TABLE users (id int PRIMARY KEY, name text, note text); INSERT INTO users SELECT i, 'user ' || i, CASE WHEN i % 3 = 0 THEN 'x' END FROM generate_series(1, 3000) i;";

test.each(PAIRS)("%d to %d: finds exactly the rows that are missing, extra and different", async (from, to) => {
  await using source = await makeDatabase(from);
  await using destination = await makeDatabase(to);
  const pair = pairOf("users", ["id", "name", "note"], { primaryKey: ["id"] });
  await Promise.all([source, destination].map((db) => db.sql(USERS)));

  expect(await compareOne(source, destination, pair)).toEqual({
    key: "rows public.users",
    rows: { source: 3000, destination: 3000 },
    equal: true,
    differences: [],
    more: 0,
    problem: undefined,
  });

  await destination.sql(`
    DELETE FROM users WHERE id IN (1, 2999);
    INSERT INTO users VALUES (-5, 'below', NULL), (2147483647, 'above', NULL);
    UPDATE users SET name = 'other', note = 'null' WHERE id = 40;
    UPDATE users SET note = '' WHERE id = 41;
  `);
  const result = await compareOne(source, destination, pair);
  expect(result).toMatchObject({ rows: { source: 3000, destination: 3000 }, equal: false, more: 0 });
  expect(result.differences).toEqual([
    { difference: "extra", rowKey: "(id)=(-5)", columns: undefined },
    { difference: "missing", rowKey: "(id)=(1)", columns: undefined },
    { difference: "different", rowKey: "(id)=(40)", columns: ["name", "note"] },
    { difference: "different", rowKey: "(id)=(41)", columns: ["note"] },
    { difference: "missing", rowKey: "(id)=(2999)", columns: undefined },
    { difference: "extra", rowKey: "(id)=(2147483647)", columns: undefined },
  ]);
});

test.each(PAIRS)("%d to %d: values that changed places between rows are different", async (from, to) => {
  await using source = await makeDatabase(from);
  await using destination = await makeDatabase(to);
  await Promise.all([source, destination].map((db) => db.sql(USERS)));
  await destination.sql("UPDATE users SET name = 'user ' || (15 - id) WHERE id IN (7, 8)");
  const { equal, differences } = await compareOne(source, destination, pairOf("users", ["id", "name", "note"], { primaryKey: ["id"] }));
  expect(equal).toBe(false);
  expect(differences.map(({ rowKey, columns }) => [rowKey, columns])).toEqual([
    ["(id)=(7)", ["name"]],
    ["(id)=(8)", ["name"]],
  ]);
});

test.each(PAIRS)("%d to %d: a table without a key is a multiset", async (from, to) => {
  await using source = await makeDatabase(from);
  await using destination = await makeDatabase(to);
  const pair = pairOf("log", ["at", "line"]);
  await source.sql("CREATE TABLE log (at int, line text); INSERT INTO log VALUES (1, 'a'), (1, 'a'), (1, 'a'), (2, 'b'), (3, NULL), (3, NULL)");
  await destination.sql("CREATE TABLE log (line text, at int); INSERT INTO log VALUES (NULL, 3), ('b', 2), ('a', 1), (NULL, 3), ('a', 1), ('a', 1)");
  expect(await compareOne(source, destination, pair)).toMatchObject({ equal: true });

  // The same rows, another number of each.
  await destination.sql("DELETE FROM log WHERE ctid = (SELECT min(ctid::text)::tid FROM log WHERE at = 1); INSERT INTO log VALUES ('b', 2), ('c', 4)");
  const result = await compareOne(source, destination, pair);
  expect(result).toMatchObject({ equal: false, rows: { source: 6, destination: 7 } });
  expect(result.differences.map(({ difference }) => difference).sort()).toEqual(["extra", "extra", "missing"]);
  expect(result.differences.every(({ rowKey }) => /^row hash [0-9a-f]{16}$/.test(rowKey))).toBe(true);
});

test("depth count counts and looks at nothing else", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  await Promise.all([source, destination].map((db) => db.sql(USERS)));
  await destination.sql("UPDATE users SET name = ''");
  const pair = pairOf("users", ["id", "name", "note"], { primaryKey: ["id"] });
  expect(await compareOne(source, destination, pair, { depth: "count" })).toMatchObject({ equal: true, differences: [] });
  await destination.sql("DELETE FROM users WHERE id < 11");
  expect(await compareOne(source, destination, pair, { depth: "count" })).toMatchObject({
    equal: false,
    rows: { source: 3000, destination: 2990 },
    differences: [],
  });
});

test("a filter holds for the source: the destination is to have those rows and no others", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  await Promise.all([source, destination].map((db) => db.sql(USERS)));
  const pair = pairOf("users", ["id", "name", "note"], { primaryKey: ["id"], where: "users.id <= 10 -- the first" });
  await destination.sql("DELETE FROM users WHERE id > 12");
  const { rows, differences } = await compareOne(source, destination, pair);
  expect(rows).toEqual({ source: 10, destination: 12 });
  expect(differences.map(({ difference, rowKey }) => [difference, rowKey])).toEqual([
    ["extra", "(id)=(11)"],
    ["extra", "(id)=(12)"],
  ]);
});

test("differences beyond the limit are counted", async () => {
  await using source = await makeDatabase(13);
  await using destination = await makeDatabase(15);
  await Promise.all([source, destination].map((db) => db.sql(USERS)));
  await destination.sql("UPDATE users SET name = ''; DELETE FROM users WHERE id > 2500; INSERT INTO users VALUES (9000, '', '')");
  const result = await compareOne(source, destination, pairOf("users", ["id", "name", "note"], { primaryKey: ["id"] }), { maxRowDifferences: 7 });
  expect(result.differences).toHaveLength(7);
  expect(result.more).toBe(3001 - 7);
  const none = await compareOne(source, destination, pairOf("users", ["id", "name", "note"]), { maxRowDifferences: 0 });
  // Without a key a changed row is one missing and one extra.
  expect(none).toMatchObject({ equal: false, differences: [], more: 3000 + 2501 });
});

test.each([
  ["a number", "id int8", "i * 7 - 100000", "(id)=(-30000)"],
  [
    "a number far from the others",
    "id int8",
    "CASE WHEN i = 10000 THEN 9223372036854775807 WHEN i = 1 THEN -9223372036854775808 ELSE i END",
    "(id)=(9223372036854775807)",
  ],
  ["a uuid", "id uuid", "md5(i::text)::uuid", undefined],
  ["a text", "id text", "'Ä' || i", "(id)=(Ä10000)"],
  ["a timestamp", "id timestamptz", "timestamptz '2020-01-01 00:00:00+00' + i * interval '1 minute'", "(id)=(2020-01-07 22:40:00+00)"],
])("a large table whose key is %s is narrowed down to the rows that differ", async (_, column, value, shown) => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  const filling = `CREATE TABLE big (${column} PRIMARY KEY, filler char(400), n numeric); INSERT INTO big SELECT ${value}, 'x', i FROM generate_series(1, 20000) i`;
  await Promise.all([source, destination].map((db) => db.sql(filling)));
  await destination.sql("UPDATE big SET n = 10000.0 WHERE n = 10000");
  const pair = pairOf("big", ["id", "filler", "n"], { primaryKey: ["id"] });
  const { differences, more } = await compareOne(source, destination, pair);
  expect(more).toBe(0);
  expect(differences).toMatchObject([{ difference: "different", columns: ["n"] }]);
  if (shown !== undefined) expect(differences[0]?.rowKey).toBe(shown);
  // And without looking at the key.
  expect((await compareOne(source, destination, { ...pair, primaryKey: undefined })).differences.map(({ difference }) => difference).sort()).toEqual([
    "extra",
    "missing",
  ]);
});

test("rows of the destination outside of the source's keys are found, nulls among them", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(15);
  await source.sql("CREATE TABLE big (id int PRIMARY KEY, filler char(400)); INSERT INTO big SELECT i, 'x' FROM generate_series(1, 20000) i");
  await destination.sql("CREATE TABLE big (id int, filler char(400)); INSERT INTO big SELECT i, 'x' FROM generate_series(1, 20000) i");
  await destination.sql("INSERT INTO big VALUES (NULL, 'y'), (-1, 'y'), (2000000000, 'y'), (15, 'x')");
  const { differences } = await compareOne(source, destination, pairOf("big", ["id", "filler"], { primaryKey: ["id"] }));
  expect(differences.map(({ difference, rowKey }) => `${difference} ${rowKey}`).sort()).toEqual([
    "extra (id)=(-1)",
    "extra (id)=(15)",
    "extra (id)=(2000000000)",
    "extra (id)=(null)",
  ]);
});

test("a source without rows, and a destination without", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  const filling = "CREATE TABLE big (id int PRIMARY KEY, filler char(400)); INSERT INTO big SELECT i, 'x' FROM generate_series(1, 10000) i";
  await source.sql(filling);
  await destination.sql("CREATE TABLE big (id int PRIMARY KEY, filler char(400))");
  const pair = pairOf("big", ["id", "filler"], { primaryKey: ["id"] });
  expect(await compareOne(source, destination, pair)).toMatchObject({ rows: { source: 10_000, destination: 0 }, more: 9900 });
  const back = await compareOne(destination, source, pair);
  expect(back).toMatchObject({ rows: { source: 0, destination: 10_000 }, more: 9900 });
  expect(back.differences[0]?.difference).toBe("extra");
});

test("a composite key, and one that holds everything", async () => {
  await using source = await makeDatabase(13);
  await using destination = await makeDatabase(18);
  const filling = `CREATE TABLE parts ("order" int, "Line ""no""" text, n int, PRIMARY KEY ("order", "Line ""no"""));
    INSERT INTO parts VALUES (1, 'a,b', 1), (1, '(', 2), (1, E'new\\nline', 3), (2, '', 4), (2, '"', 5), (2, E'back\\\\slash', 6)`;
  await Promise.all([source, destination].map((db) => db.sql(filling)));
  const pair = pairOf("parts", ["order", 'Line "no"', "n"], { primaryKey: ["order", 'Line "no"'] });
  expect(await compareOne(source, destination, pair)).toMatchObject({ equal: true });
  await destination.sql(`UPDATE parts SET n = -n`);
  const { differences } = await compareOne(source, destination, pair);
  expect(differences).toHaveLength(6);
  expect(differences.every(({ columns }) => columns?.join() === "n")).toBe(true);
  expect(differences[0]?.rowKey).toBe('(order, Line "no")=(1, ()');
});

test("many tables at once, and one that cannot be read stops no other", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  const make = Array.from(
    { length: 40 },
    (_, i) => `CREATE TABLE t${i} (id int PRIMARY KEY, v text); INSERT INTO t${i} SELECT g, 'v' FROM generate_series(1, ${i}) g;`,
  ).join("");
  await Promise.all([source, destination].map((db) => db.sql(make)));
  await destination.sql("UPDATE t7 SET v = 'w' WHERE id = 3; DROP TABLE t9; ALTER TABLE t10 DROP COLUMN v");
  await source.sql("CREATE VIEW broken AS SELECT 1 / (g - 1) AS id, g AS v FROM generate_series(1, 2) g");
  await destination.sql("CREATE VIEW broken AS SELECT 1 AS id, 2 AS v");
  const names = [...Array.from({ length: 40 }, (_, i) => `t${i}`), "broken"];
  const results = await compare(
    source,
    destination,
    names.map((name) => pairOf(name, ["id", "v"], { primaryKey: ["id"] })),
    { sessions: 3 },
  );
  expect(results).toHaveLength(41);
  expect(results.filter(({ equal }) => !equal).map(({ key, problem }) => [key, problem?.code])).toEqual([
    ["rows public.t7", undefined],
    ["rows public.t9", "COMPARE_TABLE_MISSING"],
    ["rows public.t10", "COMPARE_TABLE_MISSING"],
    ["rows public.broken", "COMPARE_TABLE_FAILED"],
  ]);
  expect(results.at(-1)?.problem?.message).toMatch(/^public\.broken could not be read at the source: .*division by zero/);
});

test("one session to each side is enough", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  await Promise.all([source, destination].map((db) => db.sql(USERS)));
  await destination.sql("DELETE FROM users WHERE id = 5");
  const result = await compareOne(source, destination, pairOf("users", ["id", "name", "note"], { primaryKey: ["id"] }), { sessions: 1 });
  expect(result.differences).toMatchObject([{ difference: "missing", rowKey: "(id)=(5)" }]);
});

test("a table of 500 columns, of which each alone differs in a row, and domains among them", async () => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  const types = ["int4", "text", "bool", "int8", "count", "word", "uuid", "varchar(9)", "char(3)", "numeric"];
  const names = Array.from({ length: 500 }, (_, at) => `c${at}`);
  const values = ["NULL", "NULL", "false", "4294967296", "0", "''", "NULL", "'a'", "NULL", "1.0"];
  for (const db of [source, destination]) {
    await db.sql(`CREATE DOMAIN count AS int4 CHECK (value >= 0); CREATE DOMAIN word AS text CHECK (value <> 'null');
      CREATE TABLE wide (id int PRIMARY KEY, ${names.map((name, at) => `${name} ${types[at % 10]}`).join(", ")});
      INSERT INTO wide SELECT i, ${names.map((_, at) => values[at % 10]).join(", ")} FROM generate_series(0, 499) i`);
  }
  // What a null and its neighbours could be taken for.
  const others = ["0", "''", "NULL", "0", "NULL", "NULL", "'00000000-0000-0000-0000-000000000000'", "'a '", "''", "1.00"];
  await destination.sql(names.map((name, at) => `UPDATE wide SET ${name} = ${others[at % 10]} WHERE id = ${at}`).join(";"));
  const { differences } = await compareOne(source, destination, pairOf("wide", ["id", ...names], { primaryKey: ["id"] }), { maxRowDifferences: 500 });
  expect(differences.map(({ rowKey, columns }) => [rowKey, columns])).toEqual(names.map((name, at) => [`(id)=(${at})`, [name]]));
});

test.each([1, 3, 7])("a table that is read in slices of %d blocks by several sessions: every row once", async (sliceBlocks) => {
  await using source = await makeDatabase(15);
  await using destination = await makeDatabase(18);
  for (const db of [source, destination])
    await db.sql("CREATE TABLE sliced (id int, b text); INSERT INTO sliced SELECT i, repeat('x', 500) FROM generate_series(1, 700) i");
  // Other blocks, the same rows.
  await destination.sql("UPDATE sliced SET id = id WHERE id % 3 = 0");
  const pair = pairOf("sliced", ["id", "b"]);
  expect(await compareOne(source, destination, pair, { sliceBlocks, sessions: 3 })).toMatchObject({ equal: true, rows: { source: 700, destination: 700 } });
  await destination.sql("DELETE FROM sliced WHERE id = 700; INSERT INTO sliced VALUES (1, 'again'), (1, 'again')");
  const { rows, differences } = await compareOne(source, destination, pair, { sliceBlocks, sessions: 3 });
  expect(rows).toEqual({ source: 700, destination: 701 });
  expect(differences.map(({ difference }) => difference).sort()).toEqual(["extra", "extra", "missing"]);
});

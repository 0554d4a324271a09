import { expect, test } from "vitest";
import { DatabaseWorkplace } from "../support/postgres/database-workplace.ts";
import { makeDatabase } from "../support/postgres/databases.ts";

const TABLES = 40;
const names = Array.from({ length: TABLES }, (_, at) => `t${String(at).padStart(2, "0")}`);
const counted = names.map((name) => `SELECT '${name}' AS name, count(*)::int AS rows FROM ${name}`).join(" UNION ALL ");

test("of small tables that are filled together, the one that cannot be is told, and all others arrive with their indexes", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  // True at the source only: the copy of its rows fails, after those of others in the same transaction.
  await source.sql(`CREATE FUNCTION at_home(int) RETURNS bool LANGUAGE sql AS $$ SELECT current_database() = '${new URL(source.url).pathname.slice(1)}' $$`);
  for (const name of names)
    await source.sql(`CREATE TABLE ${name} (id int PRIMARY KEY, v text UNIQUE); INSERT INTO ${name} SELECT i, i FROM generate_series(1, 7) i`);
  await source.sql("ALTER TABLE t09 ADD CHECK (at_home(id)); TRUNCATE t20");
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  const result = await work.run();
  expect(result.status).toBe("partly");
  expect(work.problems).toEqual([expect.stringMatching(/^rows public\.t09: .*violates check constraint/)]);
  expect(await target.sql(counted)).toEqual(names.map((name) => ({ name, rows: name === "t09" || name === "t20" ? 0 : 7 })));
  expect(await target.sql("SELECT count(*)::int AS indexes FROM pg_index WHERE indrelid::regclass::text ~ '^t[0-9]+$' AND indisvalid")).toEqual([
    { indexes: 2 * TABLES },
  ]);
  // Bytes are counted once, whether or not a table was tried twice.
  const done = work.events.filter((event) => event.type === "transferred" && event.key === "rows public.t00");
  expect(done).toHaveLength(1);

  await source.sql("ALTER TABLE t09 DROP CONSTRAINT t09_id_check");
  await target.sql("ALTER TABLE t09 DROP CONSTRAINT t09_id_check");
  expect((await work.run()).status).toBe("applied");
  expect(await target.sql("SELECT count(*)::int AS rows FROM t09")).toEqual([{ rows: 7 }]);
});

test("an index that cannot be built is told, and those of other small tables are there", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await source.sql(
    `CREATE FUNCTION halved(int) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT CASE WHEN current_database() = '${new URL(source.url).pathname.slice(1)}' THEN $1 ELSE 1 / ($1 - 3) END $$`,
  );
  for (const name of names) await source.sql(`CREATE TABLE ${name} (id int PRIMARY KEY); INSERT INTO ${name} SELECT i FROM generate_series(1, 7) i`);
  await source.sql("CREATE INDEX t05_halved ON t05 (halved(id))");
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  expect((await work.run()).status).toBe("partly");
  expect(work.problems).toEqual([expect.stringMatching(/^index public\.t05_halved: .*division by zero/)]);
  expect(await target.sql(counted)).toEqual(names.map((name) => ({ name, rows: 7 })));
  expect(await target.sql("SELECT count(*)::int AS keys FROM pg_constraint WHERE contype = 'p' AND conrelid::regclass::text ~ '^t[0-9]+$'")).toEqual([
    { keys: TABLES },
  ]);
});

import { expect, test } from "vitest";
import { makeDatabase, uniqueName } from "../support/postgres/databases.ts";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";

const ROWS = 20_000;
const FILLING = `CREATE TABLE wide (id int PRIMARY KEY, pad text); INSERT INTO wide SELECT i, repeat('x', 200) FROM generate_series(1, ${ROWS}) i`;
const SUM = "SELECT count(*)::int AS rows, sum(hashtext(wide::text)::bigint)::text AS sum FROM wide";

test.for([
  [10, 18],
  [15, 15],
] as const)("a large table is copied in parts, from PostgreSQL %i to %i, and its key is made when all are there", { timeout: 60_000 }, async ([from, to]) => {
  await using source = await makeDatabase(from);
  await source.sql(FILLING);
  await using target = await makeDatabase(to, { name: uniqueName("copy"), create: false });
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });

  expect((await work.run()).status).toBe("applied");
  expect(work.problems).toEqual([]);
  expect(await target.sql(SUM)).toEqual(await source.sql(SUM));
  // Each part is a transaction of its own: rows of one transaction only would have come in one.
  const [parts] = await target.sql<{ transactions: number }>("SELECT count(DISTINCT xmin::text)::int AS transactions FROM wide");
  expect(parts?.transactions).toBeGreaterThan(1);
  expect(listed(await work.plan(), "create", "copyRows")).toEqual([]);
});

test("a part that fails leaves the table unfilled, and the next run begins it anew", { timeout: 60_000 }, async () => {
  await using source = await makeDatabase(15);
  await source.sql(FILLING);
  await using target = await makeDatabase(15);
  await target.sql(`CREATE TABLE wide (id int PRIMARY KEY, pad text);
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = 15000 THEN RAISE 'refused'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON wide FOR EACH ROW EXECUTE FUNCTION refuse();
    ALTER TABLE wide ENABLE ALWAYS TRIGGER refuse`);
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });

  await work.run();
  expect(work.problems).toEqual([expect.stringMatching(/^rows public\.wide: POSTGRES_ERROR .*refused/)]);
  await target.sql("DROP TRIGGER refuse ON wide");
  work.events.length = 0;
  await work.run();
  expect(work.problems).toEqual([]);
  expect(await target.sql(SUM)).toEqual(await source.sql(SUM));
});

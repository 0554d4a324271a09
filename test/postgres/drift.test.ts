import { expect, test } from "vitest";
import { makeDatabase, uniqueName } from "../support/postgres/databases.ts";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";

/** Its check is printed in other words once it was restored. */
const SOURCE = `
  CREATE TABLE goods (id int PRIMARY KEY, kind varchar(10) CHECK (kind IN ('a', 'b')), price numeric DEFAULT 1);
  CREATE VIEW cheap AS SELECT id FROM goods WHERE price < 10;
  CREATE FUNCTION double(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2'`;

test.for([
  { change: "ALTER TABLE goods ADD CHECK (price > 0)", key: "table public.goods" },
  { change: "ALTER TABLE goods ALTER price SET DEFAULT 2", key: "table public.goods" },
  { change: "ALTER TABLE goods ALTER kind TYPE text", key: "table public.goods" },
  { change: "ALTER TABLE goods DROP price CASCADE", key: "table public.goods" },
  { change: "CREATE OR REPLACE VIEW cheap AS SELECT id FROM goods WHERE price < 20", key: "view public.cheap" },
  { change: "CREATE OR REPLACE FUNCTION double(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 3'", key: "function public.double(integer)" },
])("what somebody changed at the destination since is told: $change", { timeout: 60_000 }, async ({ change, key }) => {
  await using source = await makeDatabase(15);
  await source.sql(SOURCE);
  await using target = await makeDatabase(15, { name: uniqueName("copy"), create: false });
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  await work.run();
  expect(work.problems).toEqual([]);
  expect(listed(await work.plan(), "create", "copyRows", "replace", "conflict")).toEqual([]);

  await target.sql(change);
  expect(listed(await work.plan(), "conflict")).toContain(`${key} different`);
});

test("tables that somebody changed are told between majors, too", { timeout: 60_000 }, async () => {
  await using source = await makeDatabase(13);
  await source.sql(SOURCE);
  await using target = await makeDatabase(18, { name: uniqueName("copy"), create: false });
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  await work.run();
  expect(listed(await work.plan(), "create", "copyRows", "replace", "conflict")).toEqual([]);

  await target.sql("ALTER TABLE goods ADD CHECK (price > 0)");
  expect(listed(await work.plan(), "conflict")).toContain("table public.goods different");
});

test("settings of a database are the same in whichever order they are read", { timeout: 60_000 }, async () => {
  await using source = await makeDatabase(13);
  await source.sql(`ALTER DATABASE ${source.name} SET work_mem = '5MB'`);
  await source.sql(`ALTER DATABASE ${source.name} SET lock_timeout = '7s'`);
  await using target = await makeDatabase(15, { name: uniqueName("copy"), create: false });
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  await work.run();
  expect(work.problems).toEqual([]);
  await target.sql(`ALTER DATABASE ${target.name} RESET work_mem`);
  await target.sql(`ALTER DATABASE ${target.name} SET work_mem = '5MB'`);
  // Without a record of what was created.
  await using other = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  expect(listed(await other.plan(), "create", "conflict")).toEqual([]);

  await source.sql(`ALTER DATABASE ${source.name} RESET work_mem`);
  await source.sql(`ALTER DATABASE ${source.name} SET work_mem = '5MB'`);
  expect(listed(await work.plan(), "create", "conflict")).toEqual([]);

  await target.sql(`ALTER DATABASE ${target.name} SET work_mem = '6MB'`);
  expect(listed(await work.plan(), "conflict")).toHaveLength(1);
});

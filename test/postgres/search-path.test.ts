import { expect, test } from "vitest";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";
import { makeDatabase } from "../support/postgres/databases.ts";

const OVER = { accounts: { include: "none" as const, exclude: [] } };

test("functions that find names by search_path: the hint says so, and names them", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await source.sql(`
    CREATE TABLE conf (v int);
    CREATE FUNCTION floor_of() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT v FROM conf); END $$;
    CREATE FUNCTION helper(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper(t)';
    CREATE FUNCTION outer_one(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT helper(t)';
    CREATE TABLE checked (n int CHECK (n >= floor_of()));
    CREATE TABLE indexed (t text);
    INSERT INTO conf VALUES (1); INSERT INTO checked VALUES (2); INSERT INTO indexed VALUES ('a'); 
    CREATE INDEX by_helper ON indexed (outer_one(t));
    CREATE MATERIALIZED VIEW seen AS SELECT floor_of() AS a;`);
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  await work.run(OVER);
  const hints = work.events.flatMap((event) => (event.type === "itemProblem" ? [[event.key, event.code, event.hint]] : []));
  const hint = (name: string) =>
    expect.stringMatching(new RegExp(`^The function ${name.replaceAll(/[()]/g, "\\$&")} finds names by search_path, which is empty here\\. .*ALTER FUNCTION`));
  expect(hints.toSorted(([one], [other]) => String(one).localeCompare(String(other)))).toEqual([
    ["index public.by_helper", "POSTGRES_STATEMENT", hint("outer_one")],
    ["refresh public.seen", "POSTGRES_STATEMENT", hint("public.floor_of()")],
    ["rows public.checked", "POSTGRES_STATEMENT", hint("public.floor_of()")],
  ]);
});

test("an index whose function in SQL finds names by search_path costs only itself: its rows and all else arrive", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await source.sql(`
    CREATE FUNCTION helper(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper(t)';
    CREATE FUNCTION outer_one(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT helper(t)';
    CREATE TABLE indexed (t text); INSERT INTO indexed VALUES ('a'), ('b');
    CREATE INDEX by_helper ON indexed (outer_one(t));
    CREATE TABLE fine (a int); INSERT INTO fine VALUES (1);
    CREATE TABLE empty (a int);`);
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  const result = await work.run(OVER);
  expect(result.status).toBe("partly");
  expect(work.problems).toEqual([expect.stringMatching(/^index public\.by_helper: POSTGRES_STATEMENT /)]);
  expect(await target.sql("SELECT (SELECT count(*) FROM indexed)::int AS indexed, (SELECT count(*) FROM fine)::int AS fine")).toEqual([
    { indexed: 2, fine: 1 },
  ]);

  // With a path of its own it arrives.
  await source.sql("ALTER FUNCTION outer_one SET search_path = public; ALTER FUNCTION helper SET search_path = public; REINDEX INDEX by_helper");
  const again = await work.plan(OVER);
  expect(listed(again, "conflict")).toEqual(["function public.outer_one(text) different", "function public.helper(text) different"].toSorted());
});

import { expect, test } from "vitest";
import type { PostgresSync, TableRules } from "../../../src/core/sync-plan.ts";
import { type Findings, look, makeDatabase, uniqueName } from "./look.ts";

const TABLES = `
  CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, made date NOT NULL DEFAULT now(), twice int GENERATED ALWAYS AS (id * 2) STORED, note text);
  CREATE TABLE events (day int, what text) PARTITION BY RANGE (day);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10);`;

test("rules that hold: conditions, columns, a partition", async () => {
  await using source = await makeDatabase(15);
  await source.sql(TABLES);
  const tables = {
    "public.people": { where: "id < 5 AND note ~ 'x' -- only these", columns: ["id", "name", "twice"] },
    "public.events_1": { where: "day < 5" },
    "public.events": { rows: true },
  };
  const found = await lookAt(source, tables);
  expect(found.problems).toEqual([]);
  expect(found.of("TABLE_RULES_WITHOUT_TABLE").message).toContain("3 tables");
});

test("a table that the source does not have: what was to be left out would travel", async () => {
  await using source = await makeDatabase(15);
  await source.sql(TABLES);
  const found = await lookAt(source, { "public.peopel": { where: "id < 5" } });
  expect(found.problems).toEqual(["TABLE_RULES_WITHOUT_TABLE confirm"]);
  expect(found.of("TABLE_RULES_WITHOUT_TABLE").message).toContain("public.peopel");
});

test.each([{ where: "day < 5" }, { columns: ["day"] }, { rows: false }])(
  "a partitioned table has no rows of its own: %j would change nothing",
  async (rules) => {
    await using source = await makeDatabase(10);
    await source.sql(TABLES.replace(", twice int GENERATED ALWAYS AS (id * 2) STORED", ""));
    const found = await lookAt(source, { "public.events": rules });
    expect(found.problems).toEqual(["TABLE_RULES_PARTITIONED fail"]);
    expect(found.of("TABLE_RULES_PARTITIONED").message).toContain("public.events");
  },
);

test("columns that the table does not have, and columns without which the destination takes no row", async () => {
  await using source = await makeDatabase(15);
  await source.sql(TABLES);
  const check = async (columns: readonly string[]) => lookAt(source, { "public.people": { columns } });
  const misspelt = await check(["id", "nmae", "name"]);
  expect(misspelt.problems).toEqual(["TABLE_RULES_COLUMNS fail"]);
  expect(misspelt.of("TABLE_RULES_COLUMNS").message).toContain("public.people.nmae");
  const without = await check(["id", "note"]);
  expect(without.problems).toEqual(["TABLE_RULES_NOT_NULL fail"]);
  expect(without.of("TABLE_RULES_NOT_NULL").message).toMatch(/: public\.people\.name\.$/);
});

test.each([
  ["a column that is not there", "nosuch > 5", 'column "nosuch" does not exist'],
  ["no condition", "id + 1", "argument of WHERE must be type boolean"],
  ["another type", "id = 'x'", "invalid input syntax"],
  ["a function found by search_path", "secret(id)", "function secret(integer) does not exist"],
])("a condition that the server does not take: %s", async (_, where, said) => {
  await using source = await makeDatabase(15);
  await source.sql(`${TABLES} CREATE FUNCTION secret(int) RETURNS bool LANGUAGE sql AS 'SELECT true'`);
  const found = await lookAt(source, { "public.people": { where } });
  expect(found.problems).toEqual(["TABLE_RULES_WHERE fail"]);
  expect(found.of("TABLE_RULES_WHERE").message).toContain("public.people");
  expect(found.of("TABLE_RULES_WHERE").message).toContain(said);
});

async function lookAt(source: { readonly url: string }, tables: Readonly<Record<string, Partial<TableRules>>>): Promise<Findings> {
  await using target = await makeDatabase(15, { create: false, name: uniqueName("new") });
  const whole = Object.entries(tables).map(([key, rules]) => [key, { where: undefined, columns: undefined, rows: true, ...rules }] as const);
  const sync: Partial<PostgresSync> = { tables: Object.fromEntries(whole) };
  return await look({ from: source.url, to: target.url, sync });
}

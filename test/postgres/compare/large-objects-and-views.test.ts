import { expect, test } from "vitest";
import type { DatabaseSelector, PostgresSync } from "../../../src/core/sync-plan.ts";
import type { CompareLevel, Difference } from "../../../src/driver/sync-driver.ts";
import { createPostgresDriver } from "../../../src/postgres/driver.ts";
import { DatabaseWorkplace, listed } from "../../support/postgres/database-workplace.ts";
import { makeDatabase } from "../../support/postgres/databases.ts";

const ROLES = { accounts: { include: "none" as const, exclude: [] } };

async function compared(
  work: DatabaseWorkplace,
  over: Partial<PostgresSync> = {},
  levels: readonly CompareLevel[] = ["objects", "values"],
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  const context = {
    signal: new AbortController().signal,
    emit: () => {},
    levels: new Set(levels),
    openIntents: async () => [],
    download: false,
    sorted: false,
  };
  for await (const page of createPostgresDriver({ env: {} }).compare(work.sync({ ...ROLES, ...over }), context)) differences.push(...page.differences);
  return differences;
}

test("a materialized view that is filled at the source only is a difference, unless views are not filled", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  const views = (filled: string) =>
    `CREATE MATERIALIZED VIEW filled AS SELECT 1 AS a WITH ${filled}; CREATE MATERIALIZED VIEW empty AS SELECT 1 AS a WITH NO DATA`;
  await source.sql(views("DATA"));
  await target.sql(views("NO DATA"));
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  expect(await compared(work)).toEqual([{ key: "refresh public.filled", difference: "different", reason: "unpopulated" }]);
  expect(await compared(work, { synchronize: { indexes: true, populateMaterializedViews: false } })).toEqual([]);
  await target.sql("REFRESH MATERIALIZED VIEW filled");
  expect(await compared(work)).toEqual([]);
});

test("large objects: one that is missing, one with other bytes, one that only the destination has", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await source.sql("SELECT lo_from_bytea(1001, '\\x00ff'), lo_from_bytea(1002, '\\x01'), lo_from_bytea(1003, ''), lo_from_bytea(1004, 'same')");
  await target.sql("SELECT lo_from_bytea(1001, '\\x00fe'), lo_from_bytea(1003, ''), lo_from_bytea(1004, 'same'), lo_from_bytea(1005, 'x')");
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  expect(await compared(work)).toEqual([
    { key: "large-object 1001", difference: "different", reason: "values" },
    { key: "large-object 1002", difference: "missing", reason: "not-in-destination" },
    { key: "large-object 1005", difference: "extra", reason: "not-in-source" },
  ]);
  expect(await compared(work, {}, ["counts"])).toEqual([]);
  // Not part of a sync of tables.
  expect(await compared(work, { level: "table" })).toEqual([]);
  await target.sql("SELECT lo_unlink(1005), lo_put(1001, 0, '\\x00ff'), lo_from_bytea(1002, '\\x01')");
  expect(await compared(work)).toEqual([]);
});

test("large objects that the plan excludes, as it may by their kind, are neither copied nor compared", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await source.sql("SELECT lo_from_bytea(1001, '\\x00ff')");
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  const objects = (exclude: readonly DatabaseSelector[]): Partial<PostgresSync> => ({ ...ROLES, objects: { include: "default", exclude } });
  const without = objects([{ kind: "large-object", schema: undefined, name: "*" }]);
  expect(listed(await work.plan(without), "copyRows")).toEqual([]);
  expect(await compared(work, without)).toEqual([]);
  expect(listed(await work.plan(objects([])), "copyRows")).toEqual(["large-objects absent"]);
  const only: Partial<PostgresSync> = { ...ROLES, objects: { include: [{ kind: "large-object", schema: undefined, name: "*" }], exclude: [] } };
  expect(listed(await work.plan(only), "copyRows")).toEqual(["large-objects absent"]);
});

import { expect, test } from "vitest";
import { actionJson, planSummaryJson } from "../../src/report/plan-json.ts";
import { changesetOf, databaseAction } from "./changeset-fixture.ts";
import { shopSync } from "./database-fixture.ts";

/** As a reader of the line gets it: without what is undefined. */
function parsed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

test("the summary of a database sync has its own kinds of action, rows where rows move, and counts by kind of object", async () => {
  using changeset = await changesetOf([shopSync()]);

  expect(parsed(planSummaryJson("plan", changeset))).toEqual({
    type: "summary",
    command: "plan",
    plan: "nightly",
    planId: changeset.summary.planId,
    hasChanges: true,
    hasConflicts: true,
    syncs: {
      shop: {
        kind: "postgres",
        from: "postgres://old:5432/shop",
        to: "postgres://new:5432/shop",
        actions: {
          create: { items: 4 },
          copyRows: { items: 3, rows: 5000, bytes: 780_000 },
          skip: { items: 2 },
          replace: { items: 1, rows: 50, bytes: 400 },
          conflict: { items: 1 },
          notSynced: { items: 2 },
        },
        kinds: {
          create: { role: 1, table: 2, index: 1 },
          copyRows: { rows: 2, "sequence-value": 1 },
          replace: { rows: 1 },
          conflict: { view: 1 },
          notSynced: { function: 2 },
        },
        reasons: { absent: 6, different: 1, "c-function": 2, "rows-exist": 1, value: 1, "rows-not-compared": 1, same: 1 },
        notCompared: { tables: 1 },
        listed: { source: 13, destination: 0 },
        notices: [],
      },
    },
    requests: { list: 2, head: 0, read: 0 },
  });
});

test("the summary of a sync of objects is what it was", async () => {
  using changeset = await changesetOf([{ name: "media", actions: [{ key: "a.jpg", bytes: 1200 }] }]);
  const none = { items: 0, bytes: 0 };

  expect(parsed(planSummaryJson("show", changeset))).toMatchObject({ command: "show", syncs: { media: { kind: "objects" } } });
  expect(parsed(planSummaryJson("show", changeset)["syncs"])).toEqual({
    media: {
      kind: "objects",
      from: "s3://archive/",
      to: "s3://cold/",
      actions: { copy: { items: 1, bytes: 1200 }, overwrite: none, skip: none, delete: none, conflict: none, notSynced: none },
      reasons: { absent: 1 },
      listed: { source: 1, destination: 0 },
      notices: [],
    },
  });
});

test("an action of a database sync says what it is about, one of objects keeps its detail as it is", async () => {
  using changeset = await changesetOf([
    {
      name: "shop",
      kind: "postgres",
      actions: [
        databaseAction({ kind: "table", schema: "public", name: "t", ddl: "CREATE TABLE t ();", owner: "me" }),
        databaseAction({ kind: "rows", schema: "public", name: "t", where: "id > 1" }, { action: "copyRows", rows: 0, bytes: 10 }),
        databaseAction({ kind: "view", schema: "public", name: "v", difference: "-a\n+b", remark: "odd" }, { action: "conflict", reason: "different" }),
        { action: "create", key: "other", detail: "unreadable", bytes: 0 },
      ],
    },
  ]);
  const lines = [...changeset.actions()].map((action) => parsed(actionJson(action, "postgres")));

  expect(lines).toEqual([
    {
      type: "action",
      seq: 1,
      sync: "shop",
      action: "create",
      key: "table public.t",
      bytes: 0,
      reason: "absent",
      kind: "table",
      schema: "public",
      name: "t",
      ddl: "CREATE TABLE t ();",
      owner: "me",
    },
    {
      type: "action",
      seq: 2,
      sync: "shop",
      action: "copyRows",
      key: "rows public.t",
      bytes: 10,
      reason: "absent",
      rows: 0,
      kind: "rows",
      schema: "public",
      name: "t",
      where: "id > 1",
    },
    {
      type: "action",
      seq: 4,
      sync: "shop",
      action: "conflict",
      key: "view public.v",
      bytes: 0,
      reason: "different",
      kind: "view",
      schema: "public",
      name: "v",
      difference: "-a\n+b",
      remark: "odd",
    },
    { type: "action", seq: 3, sync: "shop", action: "create", key: "other", bytes: 0, reason: "absent", detail: "unreadable" },
  ]);
  const [first] = changeset.actions();
  expect(first && parsed(actionJson(first, "objects"))).toEqual({
    type: "action",
    seq: 1,
    sync: "shop",
    action: "create",
    key: "table public.t",
    bytes: 0,
    reason: "absent",
    detail: first?.detail,
  });
});

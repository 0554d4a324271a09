import { expect, test } from "vitest";
import { losses } from "../../src/report/losses.ts";
import { makePaint, PLAIN } from "../../src/report/paint.ts";
import { showPlan } from "../../src/report/plan-view.ts";
import { changesetOf, databaseAction, HOSTILE_KEYS, textOf } from "./changeset-fixture.ts";
import { hostileSync, manySync, shopSync } from "./database-fixture.ts";

const few = { verbose: false };
const all = { verbose: true };

test("a database sync is counted by kind of object, what is emptied first", async () => {
  using changeset = await changesetOf([shopSync()]);
  const lines = (await textOf((out) => showPlan(changeset, out, PLAIN, few))).split("\n");

  expect(lines.slice(0, 8)).toEqual([
    "shop  postgres://old:5432/shop → postgres://new:5432/shop",
    "  1 table will be EMPTIED and filled again.",
    "  ~ replace     1 table, about 50 rows, 400 B",
    "  + create      4: 1 role, 2 tables, 1 index",
    "  + copy rows   2 tables, about 5,000 rows, 780 kB; 1 sequence value",
    "  ! conflict    1: 1 view",
    "  ? not synced  2: 2 functions",
    "    unchanged   2",
  ]);
  expect(lines).toContain("  Not compared: 1 table was copied on an earlier run, and not compared since. `plan --compare` compares them.");
  expect(lines).toContain(
    "Plan: 4 to create, 3 to fill, 1 to replace, 1 in conflict, 2 not synced, 2 unchanged (1 not compared). About 5,050 rows to copy, 780 kB to move.",
  );
});

test("conflicts come with their difference, what stays behind by reason, and a condition on rows is always told", async () => {
  using changeset = await changesetOf([shopSync()]);
  const text = await textOf((out) => showPlan(changeset, out, PLAIN, few));

  expect(text).toContain("    ! view public.totals  different (- destination, + source)\n         SELECT\n        -  sum(a)\n        +  sum(b)\n");
  expect(text).toContain("    ? c-function (2) Its code is a library on the source's server.\n        function public.c(integer), function public.d()\n");
  expect(text).toContain("    + rows public.orders  about 4,000 rows, 700 kB  absent\n        only rows where id > 10\n");
  expect(text).not.toContain("CREATE TABLE");
});

test("differences are coloured as far as there are colours", async () => {
  using changeset = await changesetOf([shopSync()]);
  const paint = makePaint(true);
  const text = await textOf((out) => showPlan(changeset, out, paint, few));

  expect(text).toContain(paint.remove("-  sum(a)"));
  expect(text).toContain(paint.add("+  sum(b)"));
});

test("verbose shows every action and what creates it", async () => {
  using changeset = await changesetOf([shopSync()]);
  const text = await textOf((out) => showPlan(changeset, out, PLAIN, all));

  expect(text).toContain(
    "    + table public.orders  absent\n        CREATE TABLE public.orders (\n            id bigint NOT NULL\n        );\n        owner: clerk\n",
  );
  expect(text).toContain("    + rows public.items  about 1,000 rows, 80 kB  absent\n        columns: id\n");
  expect(text).toContain("      rows public.old  rows-not-compared\n");
});

test("the driver's own remark about rows that it trusts is no warning, and is not told twice", async () => {
  const notice = { code: "ROWS_NOT_COMPARED", message: "The rows of 1 table were copied earlier, the first at T, and not compared since.", hint: "Look." };
  using changeset = await changesetOf([
    {
      ...shopSync(),
      actions: [databaseAction({ kind: "rows", schema: "public", name: "old" }, { action: "skip", reason: "rows-not-compared" })],
      notices: [notice],
    },
  ]);
  const text = await textOf((out) => showPlan(changeset, out, PLAIN, few));

  expect(text.match(/not compared since/g)).toHaveLength(1);
  expect(text).not.toContain("Warning");
  expect(text).toContain("No changes. 0 to create, 0 to fill, 1 unchanged (1 not compared).");
});

test("a plan of objects and databases has the words of both", async () => {
  using changeset = await changesetOf([shopSync(), { name: "media", actions: [{ key: "a.jpg", bytes: 1200 }] }]);
  const text = await textOf((out) => showPlan(changeset, out, PLAIN, few));

  expect(text).toContain("  + copy  1 object  1.2 kB");
  expect(text).toContain("Plan: 1 to copy, 4 to create, 3 to fill, 0 to overwrite, 1 to replace, 0 to delete,");
});

test("what is asked about before an apply is what would be lost", async () => {
  using changeset = await changesetOf([
    {
      name: "shop",
      kind: "postgres",
      actions: [
        databaseAction({ kind: "rows", schema: "public", name: "a" }, { action: "replace", rows: 1, bytes: 1 }),
        databaseAction({ kind: "rows", schema: "public", name: "b" }, { action: "replace" }),
        databaseAction({ kind: "view", schema: "public", name: "v" }, { action: "replace" }),
        databaseAction({ kind: "policy", schema: "public", name: "p" }, { action: "delete" }),
      ],
    },
  ]);
  const [sync] = changeset.summary.syncs;

  expect(sync && losses(changeset, sync)).toEqual([
    "1 object will be DELETED at the destination: 1 policy.",
    "2 tables will be EMPTIED and filled again.",
    "1 object will be REPLACED at the destination: 1 view.",
  ]);
});

test("nothing that the source names itself reaches a terminal raw, nor makes a line of its own", async () => {
  using changeset = await changesetOf([hostileSync()]);
  for (const options of [few, all]) {
    const text = await textOf((out) => showPlan(changeset, out, PLAIN, options));
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
  }
  const text = await textOf((out) => showPlan(changeset, out, PLAIN, all));
  expect(text.split("\n").filter((line) => /^ {4}[+!?] /.test(line))).toHaveLength(HOSTILE_KEYS.length * 3);
});

test("a detail that no driver wrote is left out, and the action is shown", async () => {
  using changeset = await changesetOf([
    {
      name: "shop",
      kind: "postgres",
      actions: [
        { action: "create", key: "nonsense", detail: "{" },
        { action: "create", key: "table t", detail: "[]" },
        databaseAction({ kind: "sequence", schema: "public", name: "s" }, { key: "sequence-owner public.s" }),
      ],
    },
  ]);
  const text = await textOf((out) => showPlan(changeset, out, PLAIN, all));

  expect(text).toContain("+ create  3: 1 table, 1 sequence, 1 other");
  expect(text).toContain("+ nonsense");
});

test("a hundred thousand actions are counted, and a few are shown", async () => {
  using changeset = await changesetOf([manySync(100_000)]);
  const text = await textOf((out) => showPlan(changeset, out, PLAIN, few));

  expect(text).toContain("+ create      50,000: 25,000 tables, 25,000 indexes");
  expect(text).toContain("+ copy rows   25,000 tables, about 25,000 rows, 25 kB");
  expect(text).toContain("reason-0 (");
  expect(text).toMatch(/… and [\d,]+ more/);
  expect(text.length).toBeLessThan(100_000);
  const whole = await textOf((out) => showPlan(changeset, out, PLAIN, all));
  expect(whole.match(/^ {4}[+?] /gm)).toHaveLength(100_000);
});

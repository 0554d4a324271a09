import { expect, test } from "vitest";
import { noOutcomes, type RunResult } from "../../src/engine/run.ts";
import { applySummaryJson, showOutcome } from "../../src/report/outcome-view.ts";
import { PLAIN } from "../../src/report/paint.ts";
import { changesetOf, textOf } from "./changeset-fixture.ts";
import { shopSync } from "./database-fixture.ts";

const state = { problems: async function* () {} };

function resultOf(syncs: RunResult["syncs"], change: Partial<RunResult> = {}): RunResult {
  return { run: "r-1", status: "applied", syncs, problems: 0, stopped: false, ...change };
}

test("rows are told of databases, and only of them", async () => {
  using changeset = await changesetOf([shopSync(), { name: "media", actions: [{ key: "a" }] }]);
  const result = resultOf({
    shop: { outcomes: { ...noOutcomes(), applied: 8 }, bytes: 780_000, rows: 5050 },
    media: { outcomes: { ...noOutcomes(), applied: 1 }, bytes: 1, rows: 0 },
  });
  const { summary } = changeset;
  const text = await textOf((out) => showOutcome({ summary, result, state, out, paint: PLAIN, planFile: "p.yaml", elapsedMs: 1000 }));

  expect(text).toContain("shop: 8 applied (5,050 rows, 780 kB)\n");
  expect(text).toContain("media: 1 applied (1 B)\n");
  expect(applySummaryJson(summary, result)["syncs"]).toEqual({
    shop: { outcomes: { ...noOutcomes(), applied: 8 }, bytes: 780_000, rows: 5050 },
    media: { outcomes: { ...noOutcomes(), applied: 1 }, bytes: 1 },
  });
});

test("one is told as one, and more as more", async () => {
  using changeset = await changesetOf([{ name: "media", actions: [{ key: "a" }] }]);
  const said = async (items: number) => {
    const outcomes = { ...noOutcomes(), stale: items, refused: items, cancelled: items, inDoubt: items };
    const result = resultOf({ media: { outcomes, bytes: 0, rows: 0 } }, { status: "partly" });
    return textOf((out) => showOutcome({ summary: changeset.summary, result, state, out, paint: PLAIN, planFile: "p.yaml", elapsedMs: 1000 }));
  };

  expect(await said(1)).toContain(
    "; 1 changed since it was reviewed, and was left alone; 1 was refused; 1 was cancelled; 1 is in doubt: nobody could find out what became of it\n",
  );
  expect(await said(2)).toContain(
    "; 2 changed since they were reviewed, and were left alone; 2 were refused; 2 were cancelled; 2 are in doubt: nobody could find out what became of them\n",
  );
});

test("what is left of a stopped run counts every action that changes something", async () => {
  using changeset = await changesetOf([shopSync()]);
  const result = resultOf({ shop: { outcomes: { ...noOutcomes(), applied: 3, cancelled: 5 }, bytes: 0, rows: 0 } }, { status: "stopped", stopped: true });
  const text = await textOf((out) => showOutcome({ summary: changeset.summary, result, state, out, paint: PLAIN, planFile: "p.yaml", elapsedMs: 1000 }));

  expect(text).toContain("with 5 actions left");
});

test("both ends are not said to be as the plan wants them where something is in conflict", async () => {
  using changeset = await changesetOf([{ name: "media", actions: [{ action: "conflict", key: "a" }] }]);
  const result = resultOf({}, { run: undefined });
  const text = await textOf((out) => showOutcome({ summary: changeset.summary, result, state, out, paint: PLAIN, planFile: "p.yaml", elapsedMs: 1000 }));
  expect(text).toContain("Nothing to do. But for what is in conflict, both ends are as");
});

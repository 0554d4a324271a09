import { expect, test } from "vitest";
import type { PostgresSync } from "../../src/core/sync-plan.ts";
import { startsOf } from "../../src/cli/starts.ts";
import { waitUntil } from "../../src/cli/wait-until.ts";
import { postgresSync, syncPlan } from "../support/sync-plans.ts";

function starts(syncs: readonly Partial<PostgresSync>[], only?: readonly string[]) {
  return startsOf("p.yaml", syncPlan("/p.yaml", ...syncs.map((sync) => postgresSync(sync))), only).map(({ at, syncs: together }) => [
    at,
    together.map(({ name }) => name),
  ]);
}

test("syncs of one start begin together, those without one at once", () => {
  expect(starts([{ name: "a", startAt: 5 }, { name: "b" }, { name: "c", startAt: 5 }, { name: "d" }, { name: "e", startAt: 3 }])).toEqual([
    [5, ["a", "c"]],
    [undefined, ["b", "d"]],
    [3, ["e"]],
  ]);
});

test("what needs another sync does not begin before it", () => {
  expect(
    starts([
      { name: "late", startAt: 9 },
      { name: "after", needs: ["late"] },
      { name: "more", needs: ["after"], startAt: 4 },
    ]),
  ).toEqual([[9, ["late", "after", "more"]]]);
  expect(
    starts([
      { name: "soon", startAt: 2 },
      { name: "later", needs: ["soon"], startAt: 7 },
    ]),
  ).toEqual([
    [2, ["soon"]],
    [7, ["later"]],
  ]);
});

test("a part of a plan can be asked for", () => {
  expect(
    starts(
      [
        { name: "a", startAt: 5 },
        { name: "b", needs: ["a"] },
      ],
      ["b"],
    ),
  ).toEqual([[undefined, ["b"]]]);
});

test("a wait for what is over ends at once, and one that is interrupted ends with its reason", async () => {
  await waitUntil(Date.now() - 1, new AbortController().signal);
  const stop = new AbortController();
  const waiting = waitUntil(Date.now() + 1e9, stop.signal);
  stop.abort(new Error("interrupted"));
  await expect(waiting).rejects.toThrow("interrupted");
  await expect(waitUntil(0, stop.signal)).rejects.toThrow("interrupted");
});

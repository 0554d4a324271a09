import { expect, test } from "vitest";
import { ACTION_KINDS, type ActionKind } from "../../src/changeset/action.ts";
import type { ActionTotals, SyncSummary } from "../../src/changeset/summary.ts";
import type { Guards } from "../../src/core/sync-plan.ts";
import { holdGuards } from "../../src/engine/guards.ts";

const none: Guards = { maxDeletes: undefined, maxOverwrites: undefined, maxBytes: undefined, maxObjects: undefined };

function summary(actions: Partial<Record<ActionKind, ActionTotals>>, destination = 0): SyncSummary {
  const all = Object.fromEntries(ACTION_KINDS.map((kind) => [kind, actions[kind] ?? { items: 0, bytes: 0, rows: 0 }])) as Record<ActionKind, ActionTotals>;
  const end = { location: "a", display: "a", identity: "a", resolved: "a" };
  return {
    header: { name: "media", kind: "objects", from: end, to: end, destination: "a", options: "{}" },
    actions: all,
    reasons: {},
    listed: { source: 100, destination },
    notices: [],
    stamp: undefined,
  };
}

test("what is within every guard passes", () => {
  const guards: Guards = {
    maxDeletes: { kind: "count", count: 2 },
    maxOverwrites: { kind: "percent", percent: 10 },
    maxBytes: 100,
    maxObjects: { kind: "count", count: 5 },
  };
  expect(() =>
    holdGuards(
      summary({ delete: { items: 2, bytes: 0, rows: 0 }, overwrite: { items: 3, bytes: 60, rows: 0 }, copy: { items: 2, bytes: 40, rows: 0 } }, 30),
      guards,
    ),
  ).not.toThrow();
});

test("a guard says its number and the plan's", () => {
  expect(() => holdGuards(summary({ delete: { items: 3, bytes: 0, rows: 0 } }), { ...none, maxDeletes: { kind: "count", count: 2 } })).toThrow(
    /maxDeletes is 2 and the plan has 3/,
  );
});

test("all that do not hold are named at once", () => {
  const guards: Guards = { ...none, maxDeletes: { kind: "count", count: 0 }, maxBytes: 10 };
  expect(() => holdGuards(summary({ delete: { items: 1, bytes: 0, rows: 0 }, copy: { items: 1, bytes: 11, rows: 0 } }), guards)).toThrow(
    /maxDeletes.*maxBytes/,
  );
});

test("a percentage is of what the destination holds, rounded down", () => {
  const guards: Guards = { ...none, maxDeletes: { kind: "percent", percent: 10 } };
  expect(() => holdGuards(summary({ delete: { items: 1, bytes: 0, rows: 0 } }, 19), guards)).not.toThrow();
  expect(() => holdGuards(summary({ delete: { items: 2, bytes: 0, rows: 0 } }, 19), guards)).toThrow(/10% of 19, which is 1/);
});

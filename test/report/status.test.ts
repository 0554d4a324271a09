import { describe, expect, test } from "vitest";
import { planStatus, type StatusSource } from "../../src/report/status.ts";
import type { RunInfo, RunStatus } from "../../src/state/state-store.ts";

const none = { applied: 0, stale: 0, failed: 0, refused: 0, cancelled: 0, inDoubt: 0 };
const SYNCS = [
  { name: "media", from: "here", to: "cold" },
  { name: "docs", from: "here", to: "warm" },
];

function run(status: RunStatus, counts: Record<string, Partial<typeof none>> = {}, over: Partial<RunInfo> = {}): RunInfo {
  const full = Object.fromEntries(Object.entries(counts).map(([sync, some]) => [sync, { ...none, ...some }]));
  return {
    run: "r1",
    planId: "p",
    plan: "nightly",
    owner: "me",
    host: "h",
    pid: 1,
    startedAt: 0,
    items: 10,
    bytes: 1,
    status,
    finishedAt: 1,
    counts: full,
    appliedBytes: 0,
    ...over,
  };
}

function statusOf(runs: readonly RunInfo[], over: Partial<StatusSource> = {}) {
  const planned = { file: "plan.yaml", syncs: SYNCS, locations: ["here", "cold", "warm"] };
  const { word, syncs, locations, running, ended } = planStatus({
    plan: "nightly",
    planned,
    items: {},
    runs,
    locks: [],
    requests: new Map(),
    work: new Map(),
    ...over,
  });
  const words = <T extends { readonly name: string; readonly word: unknown }>(all: readonly T[]) =>
    Object.fromEntries(all.map((each) => [each.name, each.word]));
  return { plan: word, ...words(syncs), locations: words(locations), runs: [...running, ...ended].map((each) => each.word) };
}

test("nothing has run yet", () => {
  expect(statusOf([])).toEqual({
    plan: undefined,
    media: undefined,
    docs: undefined,
    locations: { here: "Creating", cold: "Creating", warm: "Creating" },
    runs: [],
  });
});

describe("by what the last run of each sync came to", () => {
  test.each([
    ["applied", { applied: 3 }, "Completed", "Success"],
    ["partly", { applied: 3 }, "Completed", "Failed"],
    ["partly", { applied: 3, stale: 1 }, "Failed", "Failed"],
    ["partly", { cancelled: 3 }, "Failed", "Failed"],
    ["stopped", { applied: 3 }, "Stopped", "Stopped"],
    ["interrupted", { applied: 3 }, "Stopped", "Failed"],
    ["failed", { applied: 3 }, "Failed", "Failed"],
    ["running", { applied: 3 }, "Migrating", "Scan Finished"],
  ] as const)("%s with %o: %s", (status, counts, word, runWord) => {
    expect(statusOf([run(status, { media: counts })])).toMatchObject({ media: word, docs: undefined, plan: word, runs: [runWord] });
  });
});

test("a run that could not begin", () => {
  expect(statusOf([run("failed")])).toMatchObject({ plan: "Create Failed", media: "Create Failed", locations: { cold: "Invalid" } });
});

test("each sync by its own last run, the plan by the worst", () => {
  const runs = [run("applied", { media: { applied: 1 } }, { run: "r2" }), run("partly", { docs: { failed: 1 }, media: { failed: 1 } })];
  expect(statusOf(runs)).toMatchObject({ media: "Completed", docs: "Failed", plan: "Failed", locations: { here: "Normal", cold: "Normal", warm: "Invalid" } });
});

test("a sync that a run has not come to yet is a part of it where its changeset says so", () => {
  const work = new Map([
    [
      "r1",
      [
        { name: "docs", items: 4, bytes: 1 },
        { name: "media", items: 0, bytes: 0 },
      ],
    ],
  ]);
  expect(statusOf([run("running")], { work })).toMatchObject({ docs: "Migrating", media: undefined, plan: "Migrating" });
});

test("of a state whose plan is not known, the syncs that it knows", () => {
  expect(statusOf([run("applied", { other: { applied: 1 } })], { planned: undefined, items: { gone: 4 } })).toMatchObject({
    other: "Completed",
    gone: undefined,
  });
});

import { expect, test } from "vitest";
import type { Action } from "../../src/changeset/action.ts";
import { openChangeset } from "../../src/changeset/read.ts";
import type { TidemarkEvent } from "../../src/core/events.ts";
import type { PlanContext, RunContext, SyncDriver } from "../../src/driver/sync-driver.ts";
import { applyChangeset } from "../../src/engine/apply.ts";
import { comparePlan } from "../../src/engine/compare.ts";
import { planChangeset } from "../../src/engine/plan.ts";
import { openState, openStateReadOnly } from "../../src/state/open.ts";
import { directoryLocation, objectSync, syncPlan } from "../support/sync-plans.ts";
import { temporaryFolder } from "../support/temp.ts";

const never = new AbortController().signal;
const FILL: Action = {
  action: "copyRows",
  key: "rows public.t",
  reason: "absent",
  bytes: 70,
  rows: 6,
  source: undefined,
  destination: undefined,
  detail: undefined,
};

interface FakeOptions {
  readonly stamps: readonly string[];
  readonly onPlan?: (context: PlanContext) => Promise<void>;
  readonly onOpen?: (context: RunContext) => void;
  readonly onCompare?: SyncDriver["compare"];
}

/** A driver that does what a test says, with one action that applies. */
function fakeDriver({ stamps, onPlan, onOpen, onCompare }: FakeOptions): SyncDriver {
  const end = { location: "l", display: "d", identity: "i", resolved: "r" };
  return {
    kind: "objects",
    header: async ({ name }) => ({ name, kind: "objects", from: end, to: end, destination: "there", options: "{}" }),
    async *check() {},
    async *plan(_sync, context) {
      await onPlan?.(context);
      for (const stamp of stamps) context.stamp(stamp);
      yield [FILL];
    },
    async open(_sync, context) {
      onOpen?.(context);
      return {
        *cut(planId) {
          yield { id: "1", planId, sync: "all", seqFrom: 1, seqTo: 1, needs: [], phase: "rows", items: 1, bytes: 70 };
        },
        async *apply() {
          const { key, action } = FILL;
          const done = {
            outcome: "applied" as const,
            bytes: 71,
            rows: 5,
            code: undefined,
            message: undefined,
            hint: undefined,
            source: undefined,
            destination: undefined,
          };
          yield [{ seq: 1, sync: "all", key, action, ...done, startedAt: 1, finishedAt: 2 }];
        },
        recover: async () => [],
        close: async () => {},
      };
    },
    compare: onCompare ?? async function* () {},
    async *rebuild() {},
  };
}

async function setup(options: FakeOptions, { renamedFrom, compare }: { renamedFrom?: string; compare?: boolean } = {}) {
  const folder = await temporaryFolder();
  const place = { folder: folder.join(".tidemark"), plan: "test-plan" };
  const plan = syncPlan(folder.join("plan.yaml"), objectSync(directoryLocation(folder.path), directoryLocation(folder.path), { renamedFrom }));
  const shared = { plan, planHash: "hash", drivers: { for: async () => fakeDriver(options) }, signal: never, emit: () => {} };
  return {
    place,
    plan: shared,
    make: async (path = "changes") => {
      const state = await openStateReadOnly(place);
      try {
        return await planChangeset({ ...shared, compare, planFile: "plan.yaml", state, path: folder.join(path), listSkips: false, tidemark: "0.0.0" });
      } finally {
        await state.close();
      }
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test("what a driver leaves when it plans it gets back when that changeset is applied, and the planId does not know it", async () => {
  let given: string | undefined;
  await using one = await setup({ stamps: ["first", "the catalog at 7"], onOpen: ({ stamp }) => (given = stamp) });
  await using other = await setup({ stamps: [] });
  const changeset = await one.make();
  const without = await other.make();
  expect(changeset.summary.planId).toBe(without.summary.planId);
  expect(without.summary.syncs[0]?.stamp).toBeUndefined();
  changeset.close();
  without.close();

  const read = await openChangeset(changeset.path);
  const state = await openState({ ...one.place, create: true });
  const events: TidemarkEvent[] = [];
  const result = await applyChangeset({ ...one.plan, changeset: read, state, owner: "test", stop: never, abort: never, emit: (event) => events.push(event) });
  read.close();
  await state.close();
  expect(given).toBe("the catalog at 7");
  expect(result.syncs["all"]).toMatchObject({ bytes: 71, rows: 5 });
  // Of what was planned, an estimate.
  expect(events.find(({ type }) => type === "runStarted")).toMatchObject({ items: 1, bytes: 70, rows: 6 });
  expect(events.find(({ type }) => type === "syncStarted")).toMatchObject({ items: 1, bytes: 70, rows: 6 });
});

test("a planning driver is told whether to compare, and what dead runs began, also under the sync's old name", async () => {
  const seen: unknown[] = [];
  const onPlan = async ({ compare, openIntents }: PlanContext) => {
    seen.push(
      compare,
      (await openIntents()).map(({ kind, key, detail }) => [kind, key, detail]),
    );
  };
  await using place = await setup({ stamps: [], onPlan }, { renamedFrom: "old", compare: true });
  (await place.make("without-a-state")).close();
  expect(seen.splice(0)).toEqual([true, []]);

  const state = await openState({ ...place.place, create: true });
  await state.intents("dead", "old", []).begin("rows", "shop", "x");
  (await place.make("under-its-old-name")).close();
  expect(seen.splice(0)).toEqual([true, [["rows", "shop", "x"]]]);

  await state.renameSync("old", "all");
  (await place.make("under-its-name")).close();
  expect(seen.splice(0)).toEqual([true, [["rows", "shop", "x"]]]);
  await state.close();

  await using plain = await setup({ stamps: [], onPlan });
  (await plain.make()).close();
  expect(seen).toEqual([false, []]);
});

test("a comparing driver is told the levels, all by default, and asks the state only where it wants to", async () => {
  const seen: unknown[] = [];
  let asked = 0;
  await using place = await setup({
    stamps: [],
    async *onCompare(_sync, { levels, openIntents }) {
      seen.push([...levels]);
      if (levels.size === 1) seen.push(await openIntents());
      yield { equal: 1, differences: [] };
    },
  });
  const state = { openIntents: async () => ((asked += 1), []) };
  const options = { ...place.plan, download: false, state };
  for await (const page of comparePlan(options)) expect(page.equal).toBe(1);
  expect(asked).toBe(0);
  for await (const page of comparePlan({ ...options, levels: new Set(["users"] as const) })) expect(page.equal).toBe(1);
  expect(asked).toBe(1);
  expect(seen).toEqual([["objects", "counts", "values", "users"], ["users"], []]);
});

import { expect, test } from "vitest";
import type { SyncPlan } from "../../src/core/sync-plan.ts";
import { selectSyncs } from "../../src/engine/order.ts";
import { postgresSync, syncPlan } from "../support/sync-plans.ts";

function plan(...syncs: { name: string; needs?: string[]; priority?: number }[]): SyncPlan {
  return syncPlan("/p.yaml", ...syncs.map((sync) => postgresSync(sync)));
}

const names = (...args: Parameters<typeof selectSyncs>) => selectSyncs(...args).map(({ name }) => name);

test("syncs run in the file's order, the higher priority first", () => {
  expect(names(plan({ name: "a" }, { name: "b", priority: 2 }, { name: "c" }), undefined)).toEqual(["b", "a", "c"]);
});

test("a sync runs after what it needs, whatever its priority", () => {
  expect(names(plan({ name: "a", needs: ["b"], priority: 9 }, { name: "b" }), undefined)).toEqual(["b", "a"]);
});

test("a part of a plan can be asked for", () => {
  expect(names(plan({ name: "a", needs: ["b"] }, { name: "b" }), ["a"])).toEqual(["a"]);
});

test("a name that is not there is refused, with those that are", () => {
  expect(() => selectSyncs(plan({ name: "media" }), ["mediaa"])).toThrow(expect.objectContaining({ code: "UNKNOWN_SYNC", hint: "Did you mean media?" }));
});

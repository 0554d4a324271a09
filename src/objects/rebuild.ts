import type { ObjectSync } from "../core/sync-plan.ts";
import type { PlanContext } from "../driver/sync-driver.ts";
import type { ItemRecord } from "../state/state-store.ts";
import { compileFilters } from "./filters/object-filter.ts";
import { inLanes } from "./lanes.ts";
import { mergeJoin } from "./listing/merge-join.ts";
import { compareEntries, compareSettings, versionOf } from "./plan/decide.ts";
import { haveSameContent, isOfItem } from "./plan/same-content.ts";
import { listSides } from "./plan/sides.ts";
import type { ObjectEntry, ReadStore } from "./store.ts";

/** Finds the items that are equal at both ends, by listings where they tell and by content where not, as records for a state. */
export async function* rebuildObjects(
  sync: ObjectSync,
  source: ReadStore,
  destination: ReadStore,
  context: PlanContext,
): AsyncGenerator<readonly ItemRecord[]> {
  const { signal, emit, sorted } = context;
  const filter = compileFilters(sync);
  const settings = compareSettings(sync);
  const content = { source, destination, signal, download: false, countRequest: (kind: "head" | "read") => context.countRequest(kind) };
  const { left, right } = listSides({ sync, source, destination, filter, sorted, signal, emit });
  for await (const page of mergeJoin<ObjectEntry, ObjectEntry>(left, right)) {
    const found: (ItemRecord | undefined)[] = Array.from({ length: page.length });
    await inLanes(page, async ({ left: from, right: to }, at) => {
      if (!from || !to || from.problem || to.problem) return;
      const { verdict } = compareEntries(from, to, undefined, settings);
      if (verdict === "different") return;
      if (verdict === "unknown" && !(await haveSameContent(from, to, content).catch(notEqual))) return;
      found[at] = { key: from.key, source: versionOf(from), destination: versionOf(to) };
    });
    const records = found.filter((record) => record !== undefined);
    if (records.length > 0) yield records;
  }
}

/** What cannot be read now is not remembered. */
function notEqual(error: unknown): false {
  if (!isOfItem(error)) throw error;
  return false;
}

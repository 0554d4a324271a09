import type { ObjectSync } from "../core/sync-plan.ts";
import type { CompareContext, ComparePage, Difference } from "../driver/sync-driver.ts";
import { compileFilters } from "./filters/object-filter.ts";
import { inLanes } from "./lanes.ts";
import { mergeJoin, type Pair } from "./listing/merge-join.ts";
import { compareEntries, type CompareSettings } from "./plan/decide.ts";
import { haveSameContent, isOfItem } from "./plan/same-content.ts";
import { listSides } from "./plan/sides.ts";
import type { ObjectEntry, ReadStore } from "./store.ts";

export interface CompareObjectsOptions {
  readonly sync: ObjectSync;
  readonly source: ReadStore;
  readonly destination: ReadStore;
  readonly context: CompareContext;
}

/**
 * Compares both ends without the state: by size, and by ETag where both are MD5s; else, and always
 * with `download`, by content.
 */
export async function* compareObjects({ sync, source, destination, context }: CompareObjectsOptions): AsyncGenerator<ComparePage> {
  const { signal, emit, sorted, download } = context;
  const filter = compileFilters(sync);
  const settings: CompareSettings = { rules: ["size", download ? "checksum" : "etag"], etags: source.listsEtags && destination.listsEtags, uploadTimes: false };
  const content = { source, destination, signal, download, countRequest: () => {} };
  const { left, right } = listSides({ sync, source, destination, filter, sorted, signal, emit });

  for await (const page of mergeJoin<ObjectEntry, ObjectEntry>(left, right)) {
    const found: (Difference | "equal" | undefined)[] = Array.from({ length: page.length });
    await inLanes(page, async (pair, at) => {
      if (pair.left && !pair.left.problem && !filter.selectsEntry(pair.left)) return;
      if (pair.left?.problem?.scope === "item" && !filter.selectsKey(pair.left.key)) return;
      found[at] = await difference(pair, settings, content);
    });
    yield { equal: found.filter((one) => one === "equal").length, differences: found.filter((one) => one !== undefined && one !== "equal") };
  }
}

async function difference(
  { left, right }: Pair<ObjectEntry, ObjectEntry>,
  settings: CompareSettings,
  content: Parameters<typeof haveSameContent>[2],
): Promise<Difference | "equal" | undefined> {
  const key = left?.key ?? right?.key ?? "";
  const problem = left?.problem ?? right?.problem;
  if (problem) return { key, difference: "unknown", reason: problem.code };
  if (!right) return { key, difference: "missing", reason: "absent" };
  if (!left) return { key, difference: "extra", reason: "not-in-source" };
  const { verdict, rule } = compareEntries(left, right, undefined, settings);
  if (verdict === "equal") return "equal";
  // Different ETags of one content are common, so only the content settles it.
  if (rule === "size") return { key, difference: "different", reason: "size" };
  try {
    return (await haveSameContent(left, right, content)) ? "equal" : { key, difference: "different", reason: "checksum" };
  } catch (error) {
    if (!isOfItem(error)) throw error;
    return { key, difference: "unknown", reason: error.code };
  }
}

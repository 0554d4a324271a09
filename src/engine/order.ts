import { TidemarkError } from "../core/errors.ts";
import { didYouMean } from "../core/near-name.ts";
import type { Sync, SyncPlan } from "../core/sync-plan.ts";

/**
 * The plan's syncs, or the named ones, in the order in which they run: after all they need, the
 * higher priority first, else as in the file.
 *
 * A sync that is needed but not named is left out: the user asked for a part.
 *
 * @throws TidemarkError `UNKNOWN_SYNC` where a name is not in the plan
 */
export function selectSyncs(plan: SyncPlan, names: readonly string[] | undefined): readonly Sync[] {
  const wanted = new Set(names ?? plan.syncs.map(({ name }) => name));
  const known = plan.syncs.map(({ name }) => name);
  for (const name of wanted) {
    if (known.includes(name)) continue;
    throw new TidemarkError("UNKNOWN_SYNC", `The plan ${plan.name} has no sync called ${name}.`, {
      hint: didYouMean(name, known, `Its syncs are: ${known.join(", ")}.`),
    });
  }

  const ordered: Sync[] = [];
  const waiting = plan.syncs.filter(({ name }) => wanted.has(name)).toSorted((a, b) => b.priority - a.priority);
  while (waiting.length > 0) {
    const next = waiting.findIndex((sync) => !sync.needs.some((need) => waiting.some(({ name }) => name === need)));
    if (next < 0) throw new TidemarkError("NEEDS_CYCLE", `These syncs need each other in a circle: ${waiting.map(({ name }) => name).join(", ")}.`);
    ordered.push(...waiting.splice(next, 1));
  }
  return ordered;
}

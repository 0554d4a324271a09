import type { Sync, SyncPlan } from "../core/sync-plan.ts";
import { selectSyncs } from "../engine/order.ts";

/** Syncs of one plan that begin together. */
export interface Start {
  readonly file: string;
  /** Milliseconds since the epoch; undefined: at once. */
  readonly at: number | undefined;
  /** In the order in which they run. */
  readonly syncs: readonly Sync[];
}

/**
 * When the syncs of a plan begin. One that needs another begins with it, or later.
 *
 * @throws TidemarkError `UNKNOWN_SYNC`
 */
export function startsOf(file: string, plan: SyncPlan, only: readonly string[] | undefined): Start[] {
  const starts = new Map<string, number | undefined>();
  const groups = new Map<number | undefined, Sync[]>();
  // What is needed comes before.
  for (const sync of selectSyncs(plan, only)) {
    const own = sync.kind === "postgres" ? sync.startAt : undefined;
    const at = sync.needs.map((need) => starts.get(need)).reduce((latest, need) => (need !== undefined && need > (latest ?? 0) ? need : latest), own);
    starts.set(sync.name, at);
    groups.set(at, [...(groups.get(at) ?? []), sync]);
  }
  return [...groups].map(([at, syncs]) => ({ file, at, syncs }));
}

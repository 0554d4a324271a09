import { TidemarkError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Sync, SyncPlan } from "../core/sync-plan.ts";
import type { ComparePage } from "../driver/sync-driver.ts";
import type { Drivers } from "./drivers.ts";
import { selectSyncs } from "./order.ts";

export interface CompareOptions {
  readonly plan: SyncPlan;
  readonly syncs?: readonly string[] | undefined;
  readonly drivers: Drivers;
  /** Read both ends whole, instead of trusting what the stores list. */
  readonly download: boolean;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** A page of one sync's comparison. `restarted` says that what was told of the sync before no longer counts. */
export interface SyncComparePage extends ComparePage {
  readonly sync: string;
  readonly restarted: boolean;
}

/** Compares both ends of every sync, independently of the state. */
export async function* comparePlan(options: CompareOptions): AsyncGenerator<SyncComparePage> {
  for (const sync of selectSyncs(options.plan, options.syncs)) {
    try {
      yield* compareSync(sync, options, false);
    } catch (error) {
      if (!(error instanceof TidemarkError) || error.code !== "LISTING_OUT_OF_ORDER") throw error;
      yield { sync: sync.name, restarted: true, equal: 0, differences: [] };
      yield* compareSync(sync, options, true);
    }
  }
}

async function* compareSync(sync: Sync, { drivers, download, signal, emit }: CompareOptions, sorted: boolean): AsyncGenerator<SyncComparePage> {
  const driver = await drivers.for(sync);
  for await (const page of driver.compare(sync, { download, sorted, signal, emit })) yield { sync: sync.name, restarted: false, ...page };
}

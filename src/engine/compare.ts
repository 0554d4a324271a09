import { TidemarkError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Sync, SyncPlan } from "../core/sync-plan.ts";
import { COMPARE_LEVELS, type CompareLevel, type ComparePage } from "../driver/sync-driver.ts";
import type { StateReader } from "../state/state-store.ts";
import type { Drivers } from "./drivers.ts";
import { selectSyncs } from "./order.ts";

export interface CompareOptions {
  readonly plan: SyncPlan;
  readonly syncs?: readonly string[] | undefined;
  readonly drivers: Drivers;
  /** Read both ends whole, instead of trusting what the stores list. */
  readonly download: boolean;
  /** Of database syncs; default: all. */
  readonly levels?: ReadonlySet<CompareLevel> | undefined;
  /** Only asked what dead runs left unfinished: a comparison trusts nothing else in it. */
  readonly state: Pick<StateReader, "openIntents">;
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

async function* compareSync(sync: Sync, options: CompareOptions, sorted: boolean): AsyncGenerator<SyncComparePage> {
  const { drivers, download, levels = new Set(COMPARE_LEVELS), state, signal, emit } = options;
  const driver = await drivers.for(sync);
  const context = { download, levels, sorted, signal, emit, openIntents: () => state.openIntents(sync.name) };
  for await (const page of driver.compare(sync, context)) yield { sync: sync.name, restarted: false, ...page };
}

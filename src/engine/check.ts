import type { Emit } from "../core/events.ts";
import type { SyncPlan } from "../core/sync-plan.ts";
import type { Check } from "../driver/sync-driver.ts";
import type { Drivers } from "./drivers.ts";
import { selectSyncs } from "./order.ts";

export interface CheckOptions {
  readonly plan: SyncPlan;
  readonly syncs?: readonly string[] | undefined;
  readonly drivers: Drivers;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** Looks at the real locations of every sync, and leaves nothing behind. One that fails does not keep the others from being looked at. */
export async function* checkPlan({ plan, syncs, drivers, signal, emit }: CheckOptions): AsyncGenerator<Check> {
  for (const sync of selectSyncs(plan, syncs)) {
    const driver = await drivers.for(sync);
    yield* driver.check(sync, { signal, emit });
  }
}

import type { Sync } from "../core/sync-plan.ts";
import type { SyncDriver } from "../driver/sync-driver.ts";

/** Hands out the driver for a sync. The command line makes it, so that the engine knows no store and no database. */
export interface Drivers {
  for(sync: Sync): Promise<SyncDriver>;
}

import { TidemarkError } from "../core/errors.ts";
import type { SyncDriver } from "../driver/sync-driver.ts";
import type { Drivers } from "../engine/drivers.ts";

/**
 * The kinds of sync that there are. Each is loaded when a plan has one of it.
 *
 * @param ownPaths files that a sync must neither copy nor delete, though they may lie within its directories
 */
export function makeDrivers(ownPaths: readonly string[]): Drivers {
  let objects: Promise<SyncDriver> | undefined;
  return {
    for(sync) {
      if (sync.kind === "objects") return (objects ??= loadObjects(ownPaths));
      return Promise.reject(
        new TidemarkError("FEATURE_NOT_AVAILABLE", `The sync ${sync.name} is between databases, which this version of Tidemark cannot do yet.`, {
          hint: "Leave it out with --sync, or remove it from the plan.",
        }),
      );
    },
  };
}

async function loadObjects(ownPaths: readonly string[]): Promise<SyncDriver> {
  const { createObjectsDriver } = await import("../objects/driver.ts");
  return createObjectsDriver({ ownPaths });
}

import { TidemarkError } from "../core/errors.ts";
import type { SyncDriver } from "../driver/sync-driver.ts";
import type { Drivers } from "../engine/drivers.ts";

/**
 * The kinds of sync that there are. Each is loaded when a plan has one of it.
 *
 * @param ownPaths files that a sync must neither copy nor delete, though they may lie within its directories
 * @throws TidemarkError `THREADS_INVALID`
 */
export function makeDrivers(ownPaths: readonly string[]): Drivers {
  const threads = threadsOf(process.env["TIDEMARK_THREADS"]);
  let objects: Promise<SyncDriver> | undefined;
  let postgres: Promise<SyncDriver> | undefined;
  return {
    for(sync) {
      if (sync.kind === "objects") return (objects ??= loadObjects(ownPaths, threads));
      return (postgres ??= loadPostgres());
    },
  };
}

async function loadPostgres(): Promise<SyncDriver> {
  const { createPostgresDriver } = await import("../postgres/driver.ts");
  return createPostgresDriver({ env: process.env });
}

async function loadObjects(ownPaths: readonly string[], threads: number | undefined): Promise<SyncDriver> {
  const { createObjectsDriver } = await import("../objects/driver.ts");
  return createObjectsDriver({ ownPaths, threads });
}

/** How many threads transfer objects to a store, where somebody wants to say so; 0 for none. */
function threadsOf(written: string | undefined): number | undefined {
  if (written === undefined || written === "") return undefined;
  const threads = Number(written);
  if (Number.isInteger(threads) && threads >= 0 && threads <= 64) return threads;
  throw new TidemarkError("THREADS_INVALID", `TIDEMARK_THREADS is ${JSON.stringify(written)}, and must be a whole number from 0 to 64.`, {
    hint: "Leave it out: as many threads are used as a run is worth.",
  });
}

import { TidemarkError } from "../../../core/errors.ts";
import type { DirectoryLocation } from "../../../core/sync-plan.ts";
import type { ReadStore, StoreContext, WriteStore } from "../../store.ts";
import { DirectoryReadStore } from "./read-store.ts";
import { openRoot } from "./root.ts";
import { DirectoryWriteStore } from "./write-store.ts";

/**
 * Opens a folder for reading; the handle has no way to write.
 *
 * @param prefix beneath the location's own; "" or ends in `/`. A prefix that does not exist is empty, as in a bucket
 * @throws TidemarkError `LOCATION_NOT_FOUND`, `LOCATION_UNREADABLE`, `NOT_A_DIRECTORY`, `MOUNT_MISSING`
 */
export async function openDirectoryReadStore(location: DirectoryLocation, prefix: string, context: StoreContext): Promise<ReadStore> {
  return new DirectoryReadStore(await openRoot(location, prefix, context, context.isDestination ? "nothing" : "location"), context);
}

/** Opens a folder for writing too. A folder that does not exist yet is empty, and is made by the first write. */
export async function openDirectoryWriteStore(location: DirectoryLocation, prefix: string, context: StoreContext): Promise<WriteStore> {
  // It names a folder.
  if (context.run !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(context.run))
    throw new TidemarkError("RUN_INVALID", "A run's name may hold letters, digits, `.`, `_` and `-`.");
  return new DirectoryWriteStore(await openRoot(location, prefix, context, "nothing"), location, context);
}

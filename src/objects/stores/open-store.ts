import type { ObjectEnd } from "../../core/sync-plan.ts";
import type { ReadStore, StoreContext, WriteStore } from "../store.ts";

/** Opens an end for reading: the handle has no way to write. */
export async function openReadStore(end: ObjectEnd, context: StoreContext): Promise<ReadStore> {
  const { location } = end;
  if (location.type === "s3") return (await import("./s3/open.ts")).openS3ReadStore(location, end.prefix, context);
  return (await import("./directory/open.ts")).openDirectoryReadStore(location, end.prefix, context);
}

/** Opens an end for writing too. */
export async function openWriteStore(end: ObjectEnd, context: StoreContext): Promise<WriteStore> {
  const { location } = end;
  if (location.type === "s3") return (await import("./s3/open.ts")).openS3WriteStore(location, end.prefix, context);
  return (await import("./directory/open.ts")).openDirectoryWriteStore(location, end.prefix, context);
}

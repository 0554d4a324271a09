import { stat, realpath } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { TidemarkError } from "../../../core/errors.ts";
import type { DirectoryLocation } from "../../../core/sync-plan.ts";
import type { StoreContext } from "../../store.ts";
import { errnoOf, reason } from "./faults.ts";
import { withSlash } from "./folders.ts";
import type { FolderIdentity, WorkerSetup } from "./jobs.ts";
import { isRemote, requireMount } from "./mount.ts";
import { nameProblem } from "./names.ts";

/** An opened root. Opening changes nothing: a missing destination is made by its first write. */
export interface Root extends WorkerSetup {
  /** Absolute, as the plan says it, with a trailing slash. */
  readonly display: string;
  /** Each call takes as long as a network does. */
  readonly remote: boolean;
}

/**
 * Finds the folder that a location and a prefix mean.
 *
 * @param needed `location`: its path must exist, its prefix may not hold anything yet. `nothing`: for writing
 * @throws TidemarkError `LOCATION_NOT_FOUND`, `LOCATION_UNREADABLE`, `NOT_A_DIRECTORY`, `MOUNT_MISSING`, `KEY_…` for the prefix
 */
export async function openRoot(location: DirectoryLocation, prefix: string, { ownPaths }: StoreContext, needed: "location" | "nothing"): Promise<Root> {
  await requireMount(location);
  const whole = location.prefix + prefix;
  const base = withSlash(resolve(location.path));
  const problem = whole === "" ? undefined : nameProblem(whole, base);
  if (problem) throw new TidemarkError(problem.code, `The prefix of ${location.name} cannot be a folder: ${problem.message}`, { hint: "Correct the prefix." });

  if (needed === "location") await requireFolder(base);
  const path = base + whole;
  const root = withSlash(await realOrMissing(path));
  const identity = await requireFolder(root, true);
  const hidden = await Promise.all(ownPaths.map((own) => realOrMissing(resolve(own))));
  return {
    display: path,
    root,
    identity,
    symlinks: location.symlinks,
    remote: await isRemote(root),
    // A link that is followed may lead to them from anywhere.
    hidden: location.symlinks === "follow" ? hidden : hidden.filter((own) => own.startsWith(root)),
  };
}

/** @returns undefined where it may be missing and is */
async function requireFolder(path: string, mayBeMissing = false): Promise<FolderIdentity | undefined> {
  try {
    const stats = await stat(path.slice(0, -1) || "/", { bigint: true });
    if (stats.isDirectory()) return { device: stats.dev, inode: stats.ino };
  } catch (cause) {
    const missing = errnoOf(cause) === "ENOENT";
    if (missing && mayBeMissing) return undefined;
    if (missing)
      throw new TidemarkError("LOCATION_NOT_FOUND", `There is no folder ${path}.`, {
        hint: "Correct the path, create the folder, or mount the share that holds it.",
        cause,
      });
    if (errnoOf(cause) !== "ENOTDIR")
      throw new TidemarkError("LOCATION_UNREADABLE", `The folder ${path} cannot be looked at: ${reason(cause)}.`, {
        hint: "Grant permission, or look at the mount.",
        cause,
      });
  }
  throw new TidemarkError("NOT_A_DIRECTORY", `${path} is not a folder.`, { hint: "A directory location names a folder." });
}

/** The real path; of what does not exist, that of the nearest folder above it and the rest as it is written. */
async function realOrMissing(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" || path === "/") return path;
    return withSlash(await realOrMissing(dirname(path))) + basename(path);
  }
}

import { lstatSync } from "node:fs";
import { TidemarkError } from "../../../core/errors.ts";
import type { FolderIdentity } from "./jobs.ts";

export function sameFolder(a: FolderIdentity | undefined, b: FolderIdentity | undefined): boolean {
  return a !== undefined && b !== undefined && a.device === b.device && a.inode === b.inode;
}

/** @returns undefined where there is nothing, or no folder */
export function identityOf(path: string): FolderIdentity | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats?.isDirectory() ? { device: stats.dev, inode: stats.ino } : undefined;
}

/**
 * Sees that the root is still the folder that was opened.
 *
 * A share that is unmounted meanwhile leaves an empty folder behind: its files would look deleted,
 * and what is written would land on the disk beneath.
 */
export class RootWatch {
  readonly #path: string;
  #identity: FolderIdentity | undefined;

  /** @param root absolute, with a trailing slash */
  constructor(root: string, identity: FolderIdentity | undefined) {
    this.#path = root === "/" ? root : root.slice(0, -1);
    this.#identity = identity;
  }

  /**
   * @returns whether it exists; false only where it did not yet exist when it was opened
   * @throws TidemarkError `LOCATION_CHANGED`
   */
  look(): boolean {
    const now = identityOf(this.#path);
    if (this.#identity === undefined) this.#identity = now;
    else if (!sameFolder(this.#identity, now))
      throw new TidemarkError("LOCATION_CHANGED", `${this.#path} is no longer the folder that was opened: it was unmounted, moved or replaced.`, {
        hint: "Mount it again, then plan again.",
      });
    return now !== undefined;
  }
}

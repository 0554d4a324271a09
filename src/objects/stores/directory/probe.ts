import { closeSync, linkSync, rmSync } from "node:fs";
import { sweep } from "./delete-file.ts";
import { writeFault } from "./faults.ts";
import type { Folders } from "./folders.ts";
import type { ProbeJob, ProbeResult } from "./jobs.ts";
import { parentOf } from "./names.ts";
import { createTemporary } from "./place-file.ts";

/**
 * Tries to make a file, and a hard link to it, and removes both.
 *
 * @throws ItemError where no file can be made there
 */
export function probe(folders: Folders, { temporary }: ProbeJob): ProbeResult {
  // Nothing is made only to be looked at.
  if (!folders.rootExists) return { links: true };
  try {
    const { path, file } = createTemporary(folders, temporary);
    closeSync(file);
    try {
      return { links: canLink(path) };
    } finally {
      rmSync(path, { force: true });
      sweep(folders, { op: "sweep", folders: [parentOf(temporary)], onlyEmpty: true });
    }
  } catch (error) {
    throw writeFault(error, temporary);
  }
}

function canLink(path: string): boolean {
  const other = `${path}.link`;
  try {
    linkSync(path, other);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(other, { force: true });
  }
}

import { readdirSync, rmdirSync, rmSync, unlinkSync } from "node:fs";
import { ItemError } from "../../../core/errors.ts";
import { clash, errnoOf, quoted, writeFault } from "./faults.ts";
import { factsOf, isVersion } from "./file-version.ts";
import { type Folders, look } from "./folders.ts";
import type { DeleteJob, SweepJob, WorkerSetup } from "./jobs.ts";
import { nameProblem, parentOf } from "./names.ts";

/**
 * Deletes that version of a file, and the folders that this leaves empty: in a store of objects there
 * are none. Folders that were empty before stay.
 *
 * @throws ItemError `DESTINATION_CHANGED`, `ACCESS_DENIED`, …
 */
export function deleteFile({ root, symlinks }: WorkerSetup, folders: Folders, { key, version }: DeleteJob): void {
  const problem = nameProblem(key, root);
  if (problem) throw new ItemError("refused", problem.code, problem.message);
  try {
    const folder = parentOf(key);
    if (key.endsWith("/")) {
      folders.real(folder, key);
      folders.prune(key);
      return;
    }
    const path = folders.real(folder, key) + key.slice(folder.length);
    const stats = look(path, symlinks);
    if (!stats) return;
    if (stats.isDirectory()) throw clash(key);
    if (!stats.isFile() || !isVersion(factsOf(stats), version))
      throw new ItemError("stale", "DESTINATION_CHANGED", `${quoted(key)} was changed at the destination since the plan was made.`, { hint: "Plan again." });
    unlinkSync(path);
    folders.touched(folders.real(folder, key));
    folders.prune(folder);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR") return;
    throw writeFault(error, key);
  }
}

/** Removes temporary folders, and what holds them where that is left empty. */
export function sweep(folders: Folders, { folders: swept, onlyEmpty }: SweepJob): void {
  if (!folders.rootExists) return;
  for (const folder of swept) {
    try {
      const holder = parentOf(folder);
      const path = folders.real(holder, folder) + folder.slice(holder.length, -1);
      // What is a link is not ours.
      if (look(path, "skip")?.isDirectory()) {
        if (onlyEmpty) rmdirSync(path);
        else rmSync(path, { recursive: true, force: true });
      }
      const held = folders.real(holder, folder);
      if (readdirSync(held).length === 0) rmdirSync(held);
    } catch (error) {
      if (!["ENOENT", "ENOTDIR", "ENOTEMPTY", "EEXIST"].includes(errnoOf(error) ?? "")) throw writeFault(error, folder);
    }
  }
}

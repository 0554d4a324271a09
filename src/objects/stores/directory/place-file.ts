import { hash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  futimesSync,
  linkSync,
  openSync,
  realpathSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { ItemError } from "../../../core/errors.ts";
import type { ItemVersion } from "../../../core/version.ts";
import { clash, errnoOf, mismatch, quoted, writeFault } from "./faults.ts";
import { factsOf, type FileFacts, fileTime, isVersion } from "./file-version.ts";
import { CREATE } from "./flags.ts";
import { type Folders, look } from "./folders.ts";
import type { FolderJob, Placement, PlaceResult, PrepareJob, WorkerSetup, WriteJob } from "./jobs.ts";
import { parentOf } from "./names.ts";

/** Writes a small file under its temporary name and gives it its own. */
export function writeFile(setup: WorkerSetup, folders: Folders, job: WriteJob): PlaceResult {
  const { key, bytes, mtime, md5, readBack } = job;
  if (md5 !== undefined && hash("md5", bytes) !== md5) throw mismatch(key);
  let temporary: string | undefined;
  try {
    const { path, file } = createTemporary(folders, job.temporary);
    temporary = path;
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      if (mtime !== undefined) futimesSync(file, fileTime(mtime), fileTime(mtime));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (readBack && hash("md5", readFileSync(temporary)) !== (md5 ?? hash("md5", bytes))) throw mismatch(key);
    return place(setup, folders, job, temporary);
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    throw writeFault(error, key);
  }
}

/** Opens a new temporary file. Its folder may be removed by whoever finds it empty, also just now. */
export function createTemporary(folders: Folders, temporary: string): { readonly path: string; readonly file: number } {
  for (let attempt = 1; ; attempt++) {
    const path = temporaryPath(folders, temporary);
    try {
      return { path, file: openSync(path, CREATE, 0o666) };
    } catch (error) {
      if (errnoOf(error) !== "ENOENT" || attempt >= ATTEMPTS) throw error;
      folders.forget(parentOf(temporary));
    }
  }
}

/** Makes an empty temporary file, to be filled by its path. */
export function prepareFile(folders: Folders, { key, temporary }: PrepareJob): string {
  try {
    const { path, file } = createTemporary(folders, temporary);
    closeSync(file);
    return path;
  } catch (error) {
    throw writeFault(error, key);
  }
}

/** Makes the temporary folder where it is missing. @returns absolute real path */
function temporaryPath(folders: Folders, temporary: string): string {
  const slash = temporary.lastIndexOf("/");
  const folder = temporary.slice(0, slash + 1);
  return folders.make(folder, temporary) + temporary.slice(slash + 1);
}

/** Gives a finished file its own name; the temporary one is gone afterwards, also when that failed. */
export function publishFile(setup: WorkerSetup, folders: Folders, job: Placement): PlaceResult {
  let temporary: string | undefined;
  try {
    temporary = temporaryPath(folders, job.temporary);
    return place(setup, folders, job, temporary);
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    throw writeFault(error, job.key);
  }
}

const ATTEMPTS = 8;

function place(setup: WorkerSetup, folders: Folders, { key, expect }: Placement, temporary: string): PlaceResult {
  const parent = parentOf(key);
  for (let attempt = 1; ; attempt++) {
    try {
      // What is replaced is in a folder that is there.
      const folder = expect.kind === "absent" ? folders.make(parent, key) : folders.real(parent, key);
      const path = folder + key.slice(parent.length);
      if (expect.kind === "absent") create(temporary, path, key);
      else folders.touched(replace(setup, temporary, path, key, expect.version));
      folders.touched(folder);
      const stats = look(path, setup.symlinks);
      if (!stats)
        throw new ItemError("failed", "WRITE_FAILED", `${quoted(key)} was removed as soon as it was written.`, {
          hint: "Look for who removes files there, then apply again.",
        });
      return factsOf(stats);
    } catch (error) {
      if (errnoOf(error) === "EXDEV") {
        rmSync(temporary, { force: true });
        return "crossDevice";
      }
      // The folder was removed by whoever deleted its last file.
      if (errnoOf(error) !== "ENOENT" || attempt >= ATTEMPTS || !exists(temporary)) throw error;
      if (expect.kind === "version") throw replacedGone(key);
      folders.forget(parent);
    }
  }
}

/** Errors of `link` where the file system has no hard links, or none for us. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"]);

/** `rename` would overwrite; `link` does not. */
function create(temporary: string, path: string, key: string): void {
  try {
    linkSync(temporary, path);
    unlinkSync(temporary);
    return;
  } catch (error) {
    const errno = errnoOf(error) ?? "";
    if (errno !== "EEXIST" && !NO_LINKS.has(errno)) throw error;
  }
  const there = look(path, "skip");
  if (!there) renameSync(temporary, path);
  // Across a network the call is repeated where its answer was lost, and then finds the link that it made.
  else if (isSameFile(there, look(temporary, "skip"))) unlinkSync(temporary);
  else if (there.isDirectory()) throw clash(key);
  else throw new ItemError("stale", "DESTINATION_CHANGED", `${quoted(key)} has appeared at the destination since the plan was made.`, { hint: "Plan again." });
}

function isSameFile(a: ReturnType<typeof look>, b: ReturnType<typeof look>): boolean {
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

/** @returns the folder in which something changed */
function replace(setup: WorkerSetup, temporary: string, path: string, key: string, version: ItemVersion): string {
  const there = look(path, setup.symlinks);
  if (!there) throw replacedGone(key);
  if (there.isDirectory()) throw clash(key);
  if (!there.isFile() || !isVersion(factsOf(there), version))
    throw new ItemError("stale", "DESTINATION_CHANGED", `${quoted(key)} was changed at the destination since the plan was made.`, { hint: "Plan again." });
  // Who may read and run it is the owner's choice, which a new content does not undo.
  chmodSync(temporary, Number(there.mode & 0o777n));
  // A link that is followed stays one; what it leads to is replaced.
  const place = setup.symlinks === "follow" ? realpathSync.native(path) : path;
  renameSync(temporary, place);
  return place.slice(0, place.lastIndexOf("/") + 1);
}

function replacedGone(key: string): ItemError {
  return new ItemError("stale", "DESTINATION_CHANGED", `${quoted(key)} is no longer at the destination.`, { hint: "Plan again." });
}

function exists(path: string): boolean {
  return look(path, "skip") !== undefined;
}

/** A key that ends in `/` and has no data names a folder. */
export function makeFolder(folders: Folders, { key }: FolderJob): FileFacts {
  try {
    const stats = look(folders.make(key, key), "skip");
    if (!stats?.isDirectory()) throw clash(key);
    return { ...factsOf(stats), size: 0 };
  } catch (error) {
    throw writeFault(error, key);
  }
}

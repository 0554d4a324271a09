import { hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { changed, gone, readFault } from "./faults.ts";
import { factsOf, type FileFacts, isVersion } from "./file-version.ts";
import { readFlags } from "./flags.ts";
import { type Folders, look } from "./folders.ts";
import type { HeadJob, ReadJob, ReadResult, WorkerSetup } from "./jobs.ts";
import { nameProblem } from "./names.ts";

/**
 * Reads a file in one piece, if it is small, and sees that it did not change meanwhile.
 *
 * @throws ItemError `SOURCE_GONE`, `SOURCE_CHANGED`, `FILE_UNREADABLE`, `SYMLINK_IN_PATH`
 */
export function readFile({ root, symlinks }: WorkerSetup, folders: Folders, { key, version, range, limit }: ReadJob): ReadResult {
  if (key.endsWith("/") || nameProblem(key, root)) throw gone(key);
  try {
    const path = folders.of(key) + key.slice(key.lastIndexOf("/") + 1);
    const file = openSync(path, readFlags(symlinks));
    try {
      const facts = factsOfFile(file, key);
      if (version && !isVersion(facts, version)) throw changed(key);
      const start = Math.min(range?.start ?? 0, facts.size);
      const size = Math.min(range ? range.end + 1 : facts.size, facts.size) - start;
      if (size > limit) return { facts, path, body: undefined };
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size;) {
        const read = readSync(file, bytes, at, size - at, start + at);
        if (read === 0) throw changed(key, "became shorter while it was read");
        at += read;
      }
      if (!isVersion(factsOfFile(file, key), facts)) throw changed(key, "was changed while it was read");
      return { facts, path, body: { bytes, md5: hash("md5", bytes) } };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw readFault(error, key);
  }
}

/** @returns null where there is no such file */
export function headFile({ root, symlinks }: WorkerSetup, folders: Folders, { key }: HeadJob): FileFacts | null {
  if (nameProblem(key, root)) return null;
  try {
    const folder = key.endsWith("/");
    const path = folders.of(key) + key.slice(key.lastIndexOf("/", key.length - 2) + 1, folder ? -1 : undefined);
    const stats = look(path, symlinks);
    // A key that ends in `/` is a folder's own: it carries no data.
    if (folder) return stats?.isDirectory() ? { ...factsOf(stats), size: 0 } : null;
    return stats?.isFile() ? factsOf(stats) : null;
  } catch (error) {
    const fault = readFault(error, key);
    if (fault instanceof Error && "code" in fault && fault.code === "SOURCE_GONE") return null;
    throw fault;
  }
}

function factsOfFile(file: number, key: string): FileFacts {
  const stats = fstatSync(file, { bigint: true });
  if (!stats.isFile()) throw changed(key, "is no longer a regular file");
  return factsOf(stats);
}

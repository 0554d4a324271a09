import { spawnSync } from "node:child_process";
import { chownSync } from "node:fs";
import { temporaryFolder } from "../temp.ts";

/** A file system of its own in memory, which is full when so many bytes are written to it. */
export interface SmallDisk extends AsyncDisposable {
  /** Its topmost folder, empty, of the user that test servers run as. */
  readonly path: string;
  /** Makes it larger while it is in use. */
  grow(mebibytes: number): void;
}

const NOBODY = 65_534;

/** Why this machine lets nobody mount a file system; undefined: it does. */
export const NO_SMALL_DISK = whyNot();

/** Mounts one; stop whatever uses it before it goes out of scope: `await using disk = await smallDisk(24);` */
export async function smallDisk(mebibytes: number): Promise<SmallDisk> {
  const folder = await temporaryFolder("tidemark-disk-");
  chownSync(folder.path, NOBODY, NOBODY);
  const problem = mount(["-t", "tmpfs", "-o", `size=${mebibytes}m,uid=${NOBODY},gid=${NOBODY},mode=700`, "tmpfs", folder.path]);
  if (problem !== undefined) {
    await folder[Symbol.asyncDispose]();
    throw new Error(problem);
  }
  return {
    path: folder.path,
    grow(size) {
      const failure = mount(["-o", `remount,size=${size}m`, folder.path]);
      if (failure !== undefined) throw new Error(failure);
    },
    async [Symbol.asyncDispose]() {
      // Lazily: a server that could not be stopped must not leave it mounted.
      spawnSync("umount", ["-l", folder.path]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

function whyNot(): string | undefined {
  if (process.platform !== "linux") return "tmpfs is Linux's";
  if (process.getuid?.() !== 0) return "only root may mount a file system";
  // In a namespace of its own, which ends with the command: nothing can stay mounted.
  const { status, error, stderr } = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { encoding: "utf8" });
  return status === 0 ? undefined : `no file system can be mounted here: ${error?.message ?? stderr.trim()}`;
}

/** @returns what went wrong */
function mount(words: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync("mount", words, { encoding: "utf8" });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

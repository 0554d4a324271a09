import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { DirectoryLocation } from "../../../../src/core/sync-plan.ts";
import { openDirectoryReadStore, openDirectoryWriteStore } from "../../../../src/objects/stores/directory/open.ts";
import type { StoreContext } from "../../../../src/objects/store.ts";
import { directoryLocation } from "../../../support/sync-plans.ts";
import { temporaryFolder } from "../../../support/temp.ts";

/** A folder with the stores that were opened over it, all closed and removed at the end of a test. */
export async function place() {
  const folder = await temporaryFolder();
  const stack = new AsyncDisposableStack();
  stack.use(folder);
  const options = (context: Partial<StoreContext>): StoreContext => ({ emit: () => {}, ownPaths: [], run: "run", ...context });
  const path = (key: string) => join(folder.path, "root", key);
  await mkdir(path(""));
  return {
    path,
    outside: (name: string) => folder.join("outside", name),
    async reader(location: Partial<DirectoryLocation> = {}, prefix = "", context: Partial<StoreContext> = {}) {
      const store = await openDirectoryReadStore(directoryLocation(path(""), location), prefix, options(context));
      stack.defer(() => store.close());
      return store;
    },
    async writer(location: Partial<DirectoryLocation> = {}, prefix = "", context: Partial<StoreContext> = {}) {
      const store = await openDirectoryWriteStore(directoryLocation(path(""), location), prefix, options(context));
      stack.defer(() => store.close());
      return store;
    },
    /** Files by their paths beneath the root. */
    async files(contents: Readonly<Record<string, string>>) {
      for (const [key, content] of Object.entries(contents)) await makeFile(path(key), content);
    },
    async outsideFiles(contents: Readonly<Record<string, string>>) {
      for (const [name, content] of Object.entries(contents)) await makeFile(folder.join("outside", name), content);
    },
    async link(key: string, target: string) {
      await mkdir(dirname(path(key)), { recursive: true });
      await symlink(target, path(key));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function makeFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

export const run = promisify(execFile);

/** Mounts a small file system in memory. @returns undefined where this user may not mount */
export async function mountSmall(path: string): Promise<AsyncDisposable | undefined> {
  await mkdir(path, { recursive: true });
  try {
    await run("mount", ["-t", "tmpfs", "-o", "size=1m", "tidemark-test", path]);
  } catch {
    return undefined;
  }
  return { [Symbol.asyncDispose]: async () => void (await run("umount", ["-l", path])) };
}

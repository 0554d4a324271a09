import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TemporaryFolder extends AsyncDisposable {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** A path beneath the folder. */
  join(...names: readonly string[]): string;
}

/**
 * A new empty folder, removed with all it holds when it goes out of scope:
 * `await using folder = await temporaryFolder();`
 */
export async function temporaryFolder(prefix = "tidemark-"): Promise<TemporaryFolder> {
  // Where the system's folder is a link, paths would not compare equal to what the program resolves.
  const path = await mkdtemp(join(await realpath(tmpdir()), prefix));
  return {
    path,
    join: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}

import { constants, copyFileSync, linkSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { access } from "node:fs/promises";
import { basename, join } from "node:path";

/** Runs whose changesets are kept beside the state: the newest. */
const MOST = 20;
/** A larger one is not: two million actions, or so. Bytes. */
const LARGEST = 256 * 1024 * 1024;

/**
 * Keeps what a run applies, so that its report can name what went well: the state has numbers only. A
 * second name of the same file where that can be, else a copy.
 *
 * @throws errors of the file system
 */
export function keepChangeset(folder: string, run: string, changeset: string): void {
  if (statSync(changeset).size > LARGEST) return;
  const runs = join(folder, "runs");
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  const path = keptPath(folder, run);
  try {
    linkSync(changeset, path);
  } catch {
    // Another file system, or one without links.
    copyFileSync(changeset, path, constants.COPYFILE_FICLONE);
  }
  for (const old of oldOnes(runs, basename(path))) rmSync(join(runs, old), { force: true });
}

/** @returns the path of what a run applied; undefined where it is not kept */
export async function keptChangeset(folder: string, run: string): Promise<string | undefined> {
  const path = keptPath(folder, run);
  return access(path).then(
    () => path,
    () => undefined,
  );
}

function keptPath(folder: string, run: string): string {
  return join(folder, "runs", `${run}.changes`);
}

function oldOnes(runs: string, newest: string): readonly string[] {
  return (
    readdirSync(runs)
      .filter((name) => name.endsWith(".changes") && name !== newest)
      // When it came here: a second name shares the time of the first.
      .map((name) => ({ name, at: statSync(join(runs, name)).ctimeMs }))
      .toSorted((a, b) => b.at - a.at)
      .slice(MOST - 1)
      .map(({ name }) => name)
  );
}

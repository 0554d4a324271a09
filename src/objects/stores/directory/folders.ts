import { closeSync, constants, fsyncSync, lstatSync, mkdirSync, openSync, realpathSync, rmdirSync, statSync } from "node:fs";
import { errnoOf, linkedPath } from "./faults.ts";
import type { WorkerSetup } from "./jobs.ts";
import { parentOf } from "./names.ts";
import type { RootWatch } from "./root-watch.ts";

/**
 * The folders of one batch of jobs: each is looked at once, made where it is missing, and made durable
 * once when the batch is done.
 */
export class Folders {
  readonly #setup: WorkerSetup;
  readonly #known = new Map<string, string>();
  readonly #touched = new Set<string>();

  constructor(setup: WorkerSetup, watch: RootWatch) {
    this.#setup = setup;
    this.rootExists = watch.look();
  }

  readonly rootExists: boolean;

  /**
   * The real path of the folder a key is in, with a trailing slash. Unless links are followed it is
   * exactly that folder: nothing on the way to it has become a symbolic link.
   *
   * @throws ENOENT, ENOTDIR; ItemError `SYMLINK_IN_PATH`
   */
  of(key: string): string {
    return this.real(parentOf(key), key);
  }

  /** @param folder "" or ends in `/` */
  real(folder: string, key: string): string {
    const known = this.#known.get(folder);
    if (known !== undefined) return known;
    const wanted = this.#setup.root + folder;
    const real = withSlash(realpathSync.native(wanted));
    if (this.#setup.symlinks !== "follow" && real !== wanted && folded(real) !== folded(wanted)) throw linkedPath(key);
    this.#known.set(folder, real);
    return real;
  }

  /** The same; the folder and those that lead to it are made. */
  make(folder: string, key: string): string {
    for (let attempt = 1; ; attempt++) {
      try {
        return this.real(folder, key);
      } catch (error) {
        // Whoever deletes the last file of a folder removes the folder, also just now.
        if (errnoOf(error) !== "ENOENT" || attempt > ATTEMPTS) throw error;
      }
      if (folder === "") mkdirSync(this.#setup.root, { recursive: true });
      else {
        const parent = this.make(parentOf(folder), key);
        try {
          mkdirSync(parent + folder.slice(parentOf(folder).length, -1));
          this.#touched.add(parent);
        } catch (error) {
          if (errnoOf(error) === "ENOENT") this.forget(parentOf(folder));
          else if (errnoOf(error) !== "EEXIST") throw error;
        }
      }
    }
  }

  /** The folder turned out to be gone. */
  forget(folder: string): void {
    this.#known.delete(folder);
  }

  /** Something in the folder was given a name or lost one. */
  touched(path: string): void {
    this.#touched.add(path);
  }

  /** Removes a folder if it is empty, then those above it that this leaves empty; never the root. */
  prune(folder: string): void {
    for (let at = folder; at !== ""; at = parentOf(at)) {
      try {
        rmdirSync(this.#setup.root + at);
      } catch {
        return;
      }
      this.#touched.delete(this.#known.get(at) ?? "");
      this.forget(at);
      const parent = this.#known.get(parentOf(at));
      if (parent !== undefined) this.#touched.add(parent);
    }
  }

  /** Makes names durable. */
  sync(): void {
    for (const path of this.#touched) syncFolder(path);
    this.#touched.clear();
  }
}

const ATTEMPTS = 8;

/** A folder's names survive a power failure after this; file systems that cannot promise that say so by an error. */
function syncFolder(path: string): void {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch {
    return;
  }
  try {
    fsyncSync(file);
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EBADF", "EACCES", "EPERM"].includes(errnoOf(error) ?? "")) throw error;
  } finally {
    closeSync(file);
  }
}

export function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}

/** A case-insensitive mount tells a path in its own spelling. */
function folded(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

/** @returns stats of the file itself, or of what it links to where links are followed; undefined where there is none */
export function look(path: string, symlinks: WorkerSetup["symlinks"]) {
  return (symlinks === "follow" ? statSync : lstatSync)(path, { bigint: true, throwIfNoEntry: false });
}

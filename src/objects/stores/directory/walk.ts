import { type BigIntStats, lstatSync, realpathSync, statSync } from "node:fs";
import { compareKeys } from "../../../core/byte-order.ts";
import { TidemarkError } from "../../../core/errors.ts";
import { quoted } from "./faults.ts";
import { factsOf } from "./file-version.ts";
import { type FolderChild, readFolder } from "./folder.ts";
import type { FolderIdentity, WalkJob, WalkPage, WorkerSetup } from "./jobs.ts";
import { folderProblem, itemProblem, rootProblem } from "./problems.ts";
import { sameFolder } from "./root-watch.ts";
import { TEMP_FOLDER } from "./names.ts";
import type { ListingProblem } from "../../store.ts";

/** One folder on the way down. */
interface Frame {
  /** Ends in `/`, or is "" at the root. */
  readonly key: string;
  /** Real path, ends in `/`. */
  readonly path: string;
  readonly children: readonly FolderChild[];
  /** Known where links are followed: a folder that is its own ancestor would never end. */
  readonly identity: FolderIdentity | undefined;
  at: number;
}

/**
 * Lists a tree in the order in which S3 would: by the bytes of the key, where a folder sorts as `name/`.
 *
 * Holds the names of the folders on the way down, never the tree. Folders that cannot hold a key of
 * the range are not looked into.
 */
export class Walk {
  readonly #setup: WorkerSetup;
  readonly #range: WalkJob["range"];
  readonly #hidden: ReadonlySet<string>;
  readonly #stack: Frame[] = [];
  #page = new PageColumns(0);

  constructor(setup: WorkerSetup, range: WalkJob["range"]) {
    this.#setup = setup;
    this.#range = range;
    this.#hidden = new Set(setup.hidden);
    this.#enter("", setup.root);
  }

  next(limit: number): WalkPage {
    this.#page = new PageColumns(limit);
    for (let frame = this.#stack.at(-1); frame && this.#page.length < limit; frame = this.#stack.at(-1)) {
      const child = frame.children[frame.at++];
      if (child === undefined) this.#stack.pop();
      else this.#visit(frame, child);
    }
    return this.#page.finish(this.#stack.length === 0);
  }

  #visit(frame: Frame, child: FolderChild): void {
    const key = frame.key + child.name;
    if (child.problem) this.#tell(key, child.problem);
    else if (key.endsWith("/")) this.#enter(key, frame.path + child.name);
    else this.#file(key, frame.path + child.name, child.linked);
  }

  #file(key: string, path: string, linked: boolean): void {
    let stats: BigIntStats | undefined;
    try {
      stats = (linked ? statSync : lstatSync)(path, LOOK);
    } catch (error) {
      this.#tell(key, itemProblem("FILE_UNREADABLE", key, error));
      return;
    }
    // Removed since its folder was read.
    if (!stats) return;
    if (stats.isFile()) this.#page.file(key, stats);
    else this.#tell(key, itemProblem("SPECIAL_FILE", key, `became something else while its folder was read`));
  }

  /** Puts a folder on the stack; where it cannot be read, tells so. */
  #enter(key: string, path: string): void {
    try {
      const place = this.#place(key, path);
      if (!place) return;
      const children = this.#only(key, place.path) ?? readFolder(place.path, this.#setup.symlinks);
      this.#stack.push({ key, path: place.path, identity: place.identity, children: children.filter((child) => this.#wanted(key, place.path, child)), at: 0 });
    } catch (error) {
      if (key === "") throw rootProblem(this.#setup.root, error);
      const problem = folderProblem(key, error);
      if (problem) this.#tell(key, problem);
    }
  }

  /**
   * Of what stands above the range's prefix, what is told is that nothing is known beneath the prefix:
   * another prefix beneath the same folder may be listed too, and a listing never repeats a key.
   */
  #tell(key: string, problem: ListingProblem): void {
    const { prefix } = this.#range;
    const above = prefix !== key && prefix.startsWith(asFolder(key));
    if (above && !prefix.endsWith("/"))
      throw new TidemarkError(problem.code, problem.message, {
        hint: `Nothing can be told of what begins with ${quoted(prefix)}: make the folder readable, or leave the prefix out.`,
      });
    this.#page.problem(above ? prefix : key, above ? { ...problem, scope: "subtree" } : problem);
  }

  /** @returns undefined where the folder is one of those that lead to it */
  #place(key: string, path: string): { readonly path: string; readonly identity: FolderIdentity | undefined } | undefined {
    if (this.#setup.symlinks !== "follow") return { path, identity: undefined };
    const real = realpathSync.native(path);
    const stats = statSync(real, { bigint: true });
    const identity = { device: stats.dev, inode: stats.ino };
    if (this.#stack.some((frame) => sameFolder(frame.identity, identity))) {
      this.#tell(key, { code: "SYMLINK_LOOP", message: `${quoted(key)} leads back to a folder that it is in.`, scope: "subtree" });
      return undefined;
    }
    return { path: real.endsWith("/") ? real : `${real}/`, identity };
  }

  /** Where the range's prefix leads through one child, only that one is looked at: the folder may be large. */
  #only(key: string, path: string): FolderChild[] | undefined {
    const { prefix } = this.#range;
    const end = prefix.indexOf("/", key.length);
    if (end < 0 || !prefix.startsWith(key)) return undefined;
    return readFolder(path, this.#setup.symlinks, prefix.slice(key.length, end));
  }

  #wanted(key: string, path: string, { name, problem }: FolderChild): boolean {
    const folder = name.endsWith("/");
    if (folder && name.length === TEMP_FOLDER.length + 1 && name.startsWith(TEMP_FOLDER)) return false;
    if (this.#hidden.size > 0 && this.#hidden.has(path + (folder ? name.slice(0, -1) : name))) return false;
    // A link whose target is gone may have led to a folder: what the range asks for may have been beneath it.
    return this.#inRange(key + name, folder) || (problem !== undefined && this.#range.prefix.startsWith(asFolder(key + name)));
  }

  /** Whether the range may hold the key or, of a folder, a key beneath it. */
  #inRange(key: string, folder: boolean): boolean {
    const { prefix, after, upTo } = this.#range;
    if (!key.startsWith(prefix) && !(folder && prefix.startsWith(key))) return false;
    if (after !== undefined && compareKeys(key, after) <= 0 && !(folder && after.startsWith(key))) return false;
    return upTo === undefined || compareKeys(key, upTo) <= 0;
  }
}

function asFolder(key: string): string {
  return key === "" || key.endsWith("/") ? key : `${key}/`;
}

const LOOK = { bigint: true, throwIfNoEntry: false } as const;

class PageColumns {
  readonly #keys: string[] = [];
  readonly #sizes: Float64Array;
  readonly #modified: string[] = [];
  readonly #modifiedMs: Float64Array;
  readonly #problems = new Map<number, ListingProblem>();

  constructor(limit: number) {
    // A folder that cannot be read adds a row beyond the last file.
    this.#sizes = new Float64Array(limit + 1);
    this.#modifiedMs = new Float64Array(limit + 1);
  }

  get length(): number {
    return this.#keys.length;
  }

  file(key: string, stats: BigIntStats): void {
    const { size, modified, modifiedMs } = factsOf(stats);
    const at = this.#keys.push(key) - 1;
    this.#sizes[at] = size;
    this.#modified.push(modified);
    this.#modifiedMs[at] = modifiedMs;
  }

  problem(key: string, problem: ListingProblem): void {
    this.#problems.set(this.#keys.push(key) - 1, problem);
    this.#modified.push("");
  }

  finish(last: boolean): WalkPage {
    return { keys: this.#keys, sizes: this.#sizes, modified: this.#modified, modifiedMs: this.#modifiedMs, problems: this.#problems, last };
  }
}

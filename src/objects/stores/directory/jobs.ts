import type { ItemFate } from "../../../core/errors.ts";
import type { ItemVersion } from "../../../core/version.ts";
import type { Expectation, ListingProblem } from "../../store.ts";
import type { FileFacts } from "./file-version.ts";

/**
 * What a directory's worker threads are asked and what they answer. Plain data.
 *
 * Files are worked on by synchronous calls in threads: a call takes a few microseconds where a promise
 * of `node:fs` takes a hundred, and a slow mount stops a thread, never the program.
 */
export interface WorkerSetup {
  /** Absolute real path with a trailing slash. */
  readonly root: string;
  /** Of the root when the store was opened; undefined where it did not exist yet. */
  readonly identity: FolderIdentity | undefined;
  readonly symlinks: "skip" | "follow" | "error";
  /** Absolute real paths that are invisible. */
  readonly hidden: readonly string[];
}

export interface FolderIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

/** The next page of a walk; the first one brings the range. */
export interface WalkJob {
  readonly op: "walk";
  readonly walk: number;
  readonly range: { readonly prefix: string; readonly after: string | undefined; readonly upTo: string | undefined };
}

export interface WalkEndJob {
  readonly op: "walkEnd";
  readonly walk: number;
}

/** Columns instead of entries: half the work to send. */
export interface WalkPage {
  readonly keys: readonly string[];
  readonly sizes: Float64Array;
  readonly modified: readonly string[];
  readonly modifiedMs: Float64Array;
  /** By index. */
  readonly problems: ReadonlyMap<number, ListingProblem>;
  readonly last: boolean;
}

export interface HeadJob {
  readonly op: "head";
  readonly key: string;
}

/** Reads a file whole if it is small. */
export interface ReadJob {
  readonly op: "read";
  readonly key: string;
  readonly version: ItemVersion | undefined;
  readonly range: { readonly start: number; readonly end: number } | undefined;
  /** Bytes; a larger body is answered by its facts only. */
  readonly limit: number;
}

export interface ReadResult {
  readonly facts: FileFacts;
  /** Real path, for opening what is too large to be answered. */
  readonly path: string;
  readonly body: { readonly bytes: Uint8Array<ArrayBuffer>; readonly md5: string } | undefined;
}

/** Writes a small file whole. */
export interface WriteJob extends Placement {
  readonly op: "write";
  readonly bytes: Uint8Array;
  /** Nanoseconds since the epoch. */
  readonly mtime: bigint | undefined;
  /** MD5 that the bytes must have, and, read back, must still have. */
  readonly md5: string | undefined;
  readonly readBack: boolean;
}

/** Makes the temporary file that a large one will be written to. @returns its path */
export interface PrepareJob {
  readonly op: "prepare";
  /** That it is for. */
  readonly key: string;
  readonly temporary: string;
}

/** Gives a file that was written under a temporary name its own. */
export interface PublishJob extends Placement {
  readonly op: "publish";
}

export interface Placement {
  readonly key: string;
  readonly expect: Expectation;
  /** Beneath the root. */
  readonly temporary: string;
}

/** `crossDevice`: the temporary file was on another file system than its place, and was removed. */
export type PlaceResult = FileFacts | "crossDevice";

export interface FolderJob {
  readonly op: "folder";
  readonly key: string;
}

export interface DeleteJob {
  readonly op: "delete";
  readonly key: string;
  readonly version: ItemVersion;
}

/** Removes temporary folders beneath the root, with what is in them, and `.tidemark-tmp` where that leaves it empty. */
export interface SweepJob {
  readonly op: "sweep";
  readonly folders: readonly string[];
  readonly onlyEmpty: boolean;
}

/** Tries what the place can do, leaving nothing. */
export interface ProbeJob {
  readonly op: "probe";
  /** Beneath the root. */
  readonly temporary: string;
}

export interface ProbeResult {
  /** Whether it has hard links, and so writes that cannot overwrite. */
  readonly links: boolean;
}

export interface JobResults {
  readonly walk: WalkPage;
  readonly walkEnd: null;
  readonly head: FileFacts | null;
  readonly read: ReadResult;
  readonly write: PlaceResult;
  readonly prepare: string;
  readonly publish: PlaceResult;
  readonly folder: FileFacts;
  readonly delete: null;
  readonly sweep: null;
  readonly probe: ProbeResult;
}

export type Job = WalkJob | WalkEndJob | HeadJob | ReadJob | WriteJob | PrepareJob | PublishJob | FolderJob | DeleteJob | SweepJob | ProbeJob;
export type JobOp = Job["op"];
export type JobOf<Op extends JobOp> = Extract<Job, { readonly op: Op }>;

/** An error as it crosses threads. */
export interface Fault {
  readonly fault: { readonly fate: ItemFate | undefined; readonly code: string; readonly message: string; readonly hint: string | undefined };
}

export interface Request {
  readonly id: number;
  readonly jobs: readonly Job[];
}

export interface Response {
  readonly id: number;
  readonly results: readonly (JobResults[JobOp] | Fault)[];
}

export function isFault(result: unknown): result is Fault {
  return typeof result === "object" && result !== null && "fault" in result;
}

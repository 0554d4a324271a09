import type { Readable } from "node:stream";
import type { Emit } from "../core/events.ts";
import type { RequestSlots } from "../core/request-slots.ts";
import type { ItemVersion } from "../core/version.ts";
import type { IntentLog } from "../state/state-store.ts";

/**
 * The program's handle on an object location, rooted at one prefix: keys are beneath it.
 *
 * The interface is small; what not every store can do is an optional feature beside it. Each store
 * passes test/objects/store-conformance.ts.
 */
export interface ReadStore {
  /** For people: `s3://bucket/prefix/`. */
  readonly display: string;
  /** What it resolved to: endpoint and bucket and prefix, or the real path with a trailing slash. Set after `open`. */
  readonly resolved: string;
  readonly kind: "s3" | "directory";
  /** Whether `etag` in listings may be an MD5 of the content. */
  readonly listsEtags: boolean;

  /**
   * Pages in UTF-8 byte order of the key, without repeats. A store that cannot promise the order says
   * so by `LISTING_OUT_OF_ORDER`; see objects/listing/.
   */
  list(range: ListRange, signal: AbortSignal): AsyncIterable<readonly ObjectEntry[]>;
  /** Whether what was listed up to this key may lack it though the object is there, since the listing cannot spell it. */
  mayMissInListing?(key: string): boolean;
  /** @returns undefined where there is no such object */
  head(key: string, signal: AbortSignal): Promise<ObjectHead | undefined>;
  /**
   * @param options.version fails with fate `stale` where the object is no longer that version, also when it changes while it is read
   * @throws ItemError `stale` where it is gone
   */
  read(key: string, options: ReadOptions): Promise<ObjectBody>;
  /** Why the place could never hold this key, or undefined. Needs no request; the planner asks it of a destination. */
  refuses(key: string): KeyProblem | undefined;
  /** Tags of an object whose `tagCount` is above 0 and whose `tags` are undefined. */
  readTags?(key: string, version: ItemVersion): Promise<Readonly<Record<string, string>>>;
  /** Where keys can stand in each other's way (`a` and `a/b` as files): asked for each key in byte order. */
  keyClashes?(signal: AbortSignal): Promise<{ next(key: string): KeyProblem | undefined }>;
  close(): Promise<void>;
}

export interface WriteStore extends ReadStore {
  /** All or nothing: no reader ever sees half an object. */
  write(key: string, source: BodySource, options: WriteOptions): Promise<WriteResult>;
  /** Deletes that version; where it is gone already, that is done. @throws ItemError `stale` where it is another version */
  delete(key: string, version: ItemVersion, signal: AbortSignal): Promise<void>;
  /** Server-side copy from a store on the same endpoint. */
  readonly copyFrom?: ((from: ReadStore, key: string, options: CopyOptions) => Promise<WriteResult>) | undefined;
  /** Whether `copyFrom` would work from there. */
  canCopyFrom(from: ReadStore): boolean;
  /** Which conditions the place enforces by itself; the others are checked just before. */
  conditions(signal: AbortSignal): Promise<Conditions>;
  /** Removes what a killed run left: uploads of these intents, temporary names of these runs. @returns ids of settled intents */
  recover(
    intents: readonly { readonly id: number; readonly kind: string; readonly key: string; readonly detail: string; readonly at: number }[],
    deadRuns: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly number[]>;
  /** Reach, credentials, permission to list, read and write, clock, conditions; leaves nothing behind. */
  check(access: "read" | "write", signal: AbortSignal): AsyncIterable<StoreCheck>;
}

export interface StoreCheck {
  readonly code: string;
  readonly status: "pass" | "confirm" | "fail";
  readonly message: string;
  readonly hint: string | undefined;
}

export interface ListRange {
  /** Only keys that begin with it. */
  readonly prefix: string;
  /** Exclusive. */
  readonly after?: string | undefined;
  /** Inclusive. */
  readonly upTo?: string | undefined;
  /**
   * The caller sorts: pages may come in any order and repeat themselves, and `LISTING_OUT_OF_ORDER` is
   * not thrown. Every key of the range must still come, so a store whose server may be out of order
   * must not end at the first key past `upTo`, nor leave `after` to the server. Stores that always
   * list in order ignore it.
   */
  readonly anyOrder?: boolean | undefined;
}

export interface ObjectEntry {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** See ItemVersion.modified. */
  readonly modified: string;
  /** The same in milliseconds since the epoch, for comparing. */
  readonly modifiedMs: number;
  /** Without quotes; "" where the store has none. */
  readonly etag: string;
  readonly storageClass: string;
  /** Set where the item, or the whole folder (`key` ends in `/`), cannot be read as an object. */
  readonly problem: ListingProblem | undefined;
}

export interface ListingProblem {
  /** `SYMLINK_SKIPPED`, `SPECIAL_FILE`, `NAME_NOT_UTF8`, `FOLDER_UNREADABLE`, … */
  readonly code: string;
  readonly message: string;
  /** `subtree`: nothing is known of any key beneath. */
  readonly scope: "item" | "subtree";
}

export interface ObjectProperties {
  /** User metadata, lower-case names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** content-type, cache-control, content-disposition, content-encoding, content-language, expires. */
  readonly headers: Readonly<Record<string, string>>;
  /** When the content was last changed, as rclone writes `x-amz-meta-mtime`: seconds with a fraction. undefined: unknown. */
  readonly mtime: string | undefined;
  readonly storageClass: string | undefined;
  /** undefined where reading them would take another request; then `tagCount` says how many there are. */
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly tagCount: number;
}

export interface ObjectHead {
  readonly version: ItemVersion;
  readonly modifiedMs: number;
  readonly properties: ObjectProperties;
}

export interface ReadOptions {
  readonly version?: ItemVersion | undefined;
  /** Inclusive byte range. */
  readonly range?: { readonly start: number; readonly end: number } | undefined;
  readonly signal: AbortSignal;
}

/**
 * Content that was opened: small ones whole, larger ones as a stream that must be consumed or destroyed.
 * `md5`, hexadecimal, is what this very body must have, where the store knows that.
 */
export interface ObjectBody extends ObjectHead {
  /** Of this body, so of the range where one was asked for. */
  readonly size: number;
  readonly content:
    | { readonly kind: "whole"; readonly bytes: Uint8Array; readonly md5: string | undefined }
    | { readonly kind: "stream"; readonly stream: Readable; readonly md5?: string | undefined };
}

/** What is to be written. Opened again for a retry, and by range for parts. */
export interface BodySource {
  readonly size: number;
  open(range: { readonly start: number; readonly end: number } | undefined, signal: AbortSignal): Promise<ObjectBody>;
  /** What the object will carry, once the source was opened or looked at. */
  properties(opened: ObjectHead): Promise<ObjectProperties> | ObjectProperties;
  /** Without reading the content; for a multipart upload, which must name them before the first part. */
  head(signal: AbortSignal): Promise<ObjectHead>;
}

/** What must be there for a write to go ahead. */
export type Expectation = { readonly kind: "absent" } | { readonly kind: "version"; readonly version: ItemVersion };

export interface WriteOptions {
  readonly expect: Expectation;
  readonly slots: RequestSlots;
  readonly intents: IntentLog;
  /** `none` sends without comparing; all else compares what the store says it holds with what was sent. */
  readonly verify: "none" | "size" | "etag" | "checksum" | "bytes";
  /** The source's ETag, kept in the metadata of multipart writes: theirs cannot be compared otherwise. */
  readonly sourceEtag: string | undefined;
  readonly signal: AbortSignal;
}

export interface CopyOptions extends WriteOptions {
  readonly size: number;
  readonly version: ItemVersion;
  /** undefined: everything stays as it is at the source. */
  readonly properties: ((source: ObjectHead) => Promise<ObjectProperties> | ObjectProperties) | undefined;
  readonly storageClass: string | undefined;
}

export interface WriteResult {
  /** As a listing would show it, as far as the store told. */
  readonly version: ItemVersion;
}

export interface Conditions {
  /** `If-None-Match: *` on PUT and CompleteMultipartUpload. */
  readonly putIfAbsent: boolean;
  /** `If-Match` on PUT. */
  readonly putIfMatch: boolean;
  readonly copyIfAbsent: boolean;
  readonly copySourceIfMatch: boolean;
  readonly deleteIfMatch: boolean;
}

export interface KeyProblem {
  readonly code: string;
  readonly message: string;
}

export interface StoreContext {
  readonly emit: Emit;
  /** Called at each throttled response. */
  throttled?(): void;
  countRequest?(kind: "list" | "head" | "read"): void;
  /** Absolute paths that are invisible to a directory store. */
  readonly ownPaths: readonly string[];
  /** The place is a destination: where it is a folder, it need not exist yet, and is empty then. */
  readonly isDestination?: boolean | undefined;
  /** Used within a thread of its own, that small files may be read in. */
  readonly inThread?: boolean | undefined;
  /** Names temporary files; undefined for reading. */
  readonly run?: string | undefined;
}

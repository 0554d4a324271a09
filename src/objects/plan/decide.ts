import type { CompareRule, ObjectSync } from "../../core/sync-plan.ts";
import type { ItemVersion } from "../../core/version.ts";
import type { ItemRecord } from "../../state/state-store.ts";
import type { ObjectEntry } from "../store.ts";

/** How the two sides of a key compare, by what listings and state tell. */
export type Comparison =
  | { readonly verdict: "equal"; readonly rule: string }
  | { readonly verdict: "different"; readonly rule: string }
  /** Only the content can tell. */
  | { readonly verdict: "unknown"; readonly rule: string };

export interface CompareSettings {
  readonly rules: readonly CompareRule[];
  /** Whether ETags of both sides may be compared as text. */
  readonly etags: boolean;
  /** Where the destination's time is that of the upload, and so always later than the content's. */
  readonly uploadTimes: boolean;
}

/** What a time that went through `x-amz-meta-mtime` or a file system may lose, in milliseconds. */
const TIME_WINDOW_MS = 1;

/**
 * The rules of a sync for its pair of stores.
 *
 * The defaults trust what the stores guarantee: between buckets the ETag; into or out of a directory the
 * state, or else the content; between directories size and time.
 */
export function compareSettings(sync: ObjectSync): CompareSettings {
  const [from, to] = [sync.from.location.type, sync.to.location.type];
  const rules: readonly CompareRule[] = sync.compare ?? (from === "directory" && to === "directory" ? ["size", "mtime"] : ["size", "etag"]);
  return { rules, etags: from === "s3" && to === "s3", uploadTimes: to === "s3" };
}

/** Compares one key. Every rule must say equal; the first that says different decides. */
export function compareEntries(
  left: ObjectEntry,
  right: ObjectEntry,
  record: ItemRecord | undefined,
  { rules, etags, uploadTimes }: CompareSettings,
): Comparison {
  let unknown: string | undefined;
  let equal = "";
  for (const rule of rules) {
    const found = compareBy(rule, left, right, { etags, uploadTimes });
    if (found.verdict === "different") {
      // Different ETags of the same bytes are common (parts, encryption): what was recorded as a copy of
      // the other is one, as long as neither side changed.
      if (rule === "etag" && isRecorded(left, right, record)) return { verdict: "equal", rule: "recorded" };
      return found;
    }
    if (found.verdict === "unknown") unknown ??= found.rule;
    else equal = found.rule;
  }
  if (unknown === undefined) return { verdict: "equal", rule: `equal-${equal}` };
  if (isRecorded(left, right, record)) return { verdict: "equal", rule: "recorded" };
  return { verdict: "unknown", rule: unknown };
}

function compareBy(rule: CompareRule, left: ObjectEntry, right: ObjectEntry, { etags, uploadTimes }: Omit<CompareSettings, "rules">): Comparison {
  switch (rule) {
    case "size":
      return { verdict: left.size === right.size ? "equal" : "different", rule: "size" };
    case "etag":
      if (!etags || left.etag === "" || right.etag === "") return { verdict: "unknown", rule: "etag" };
      if (left.etag === right.etag) return { verdict: "equal", rule: "etag" };
      return { verdict: isContentMd5(left.etag) && isContentMd5(right.etag) ? "different" : "unknown", rule: "etag" };
    case "mtime": {
      const later = left.modifiedMs - right.modifiedMs;
      if (uploadTimes) return { verdict: later > TIME_WINDOW_MS ? "different" : "equal", rule: later > TIME_WINDOW_MS ? "newer" : "mtime" };
      if (Math.abs(later) <= TIME_WINDOW_MS) return { verdict: "equal", rule: "mtime" };
      // A time alone says nothing about bytes: a touched file is not a changed one.
      return { verdict: "unknown", rule: "mtime" };
    }
    case "checksum":
      return { verdict: "unknown", rule: "checksum" };
  }
}

/** Whether an ETag may be the MD5 of the content: multipart ones carry the number of parts. */
export function isContentMd5(etag: string): boolean {
  return etag.length === 32 && /^[0-9a-f]{32}$/.test(etag);
}

function isRecorded(left: ObjectEntry, right: ObjectEntry, record: ItemRecord | undefined): boolean {
  return record !== undefined && isVersion(left, record.source) && isVersion(right, record.destination);
}

/** Whether an entry is still that version, as far as the version says. */
export function isVersion(entry: ObjectEntry, version: ItemVersion): boolean {
  if (version.size !== undefined && version.size !== entry.size) return false;
  if (version.etag !== undefined && version.etag !== "") {
    // The same ETag is the same content; when it was written again does not matter for comparing.
    return version.etag === entry.etag;
  }
  return version.modified !== undefined && version.modified === entry.modified;
}

/** What is pinned of an entry: apply enforces it. */
export function versionOf(entry: ObjectEntry): ItemVersion {
  return { size: entry.size, modified: entry.modified, etag: entry.etag === "" ? undefined : entry.etag, versionId: undefined, fingerprint: undefined };
}

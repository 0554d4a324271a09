import type { ObjectSync } from "../../core/sync-plan.ts";
import type { ObjectHead, ObjectProperties } from "../store.ts";

/** What a copy carries beside its bytes: what the plan preserves of the source, and what it sets. */
export interface Carry {
  /** Whether a server-side copy may simply keep everything. */
  readonly everything: boolean;
  readonly storageClass: string | undefined;
  properties(source: ObjectHead): ObjectProperties;
}

/** Compiled once a run. */
export function carryOf({ preserve, set }: ObjectSync): Carry {
  const keepsAll = (["metadata", "headers", "tags", "mtime"] as const).every((part) => preserve.has(part));
  const setsNothing = [set.metadata, set.headers, set.tags].every((values) => Object.keys(values).length === 0);
  const keepsClass = set.storageClass === "preserve" || (set.storageClass === undefined && preserve.has("storageClass"));
  const storageClass = set.storageClass === "preserve" ? undefined : set.storageClass;
  return {
    everything: keepsAll && setsNothing && !keepsClass,
    storageClass,
    properties({ properties }) {
      return {
        metadata: { ...(preserve.has("metadata") ? properties.metadata : {}), ...set.metadata },
        headers: { ...(preserve.has("headers") ? properties.headers : {}), ...set.headers },
        mtime: preserve.has("mtime") ? properties.mtime : undefined,
        storageClass: keepsClass ? properties.storageClass : storageClass,
        tags: tagsOf(preserve.has("tags"), properties, set.tags),
        tagCount: preserve.has("tags") ? properties.tagCount : 0,
      };
    },
  };
}

function tagsOf(keep: boolean, { tags, tagCount }: ObjectProperties, set: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  if (!keep || tagCount === 0) return set;
  return tags && { ...tags, ...set };
}

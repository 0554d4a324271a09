import { createHash } from "node:crypto";
import type { SyncPlan } from "../core/sync-plan.ts";

/**
 * Identifies what a plan says, on any machine: changes whenever what it asks for does, and not with
 * comments, the order of keys, or the folder it lies in. Secrets count by their reference.
 *
 * @returns `sha256:…`
 */
export function planHash({ file: _file, state: _state, locations, ...rest }: SyncPlan): string {
  const places = [...locations.values()].map((location) => (location.type === "directory" ? { ...location, path: undefined } : location));
  return `sha256:${createHash("sha256")
    .update(canonicalJson({ ...rest, locations: places }))
    .digest("hex")}`;
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Set) return [...(inner as ReadonlySet<string>)].toSorted();
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

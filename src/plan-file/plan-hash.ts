import { createHash } from "node:crypto";
import type { Location, SyncPlan } from "../core/sync-plan.ts";

/**
 * Identifies what a plan says, on any machine: changes whenever what it asks for does, and not with
 * comments, the order of keys, or the folder it lies in. Secrets count by their reference, and the id of an
 * access key not at all: a job that plans and one that applies have keys of their own.
 *
 * @returns `sha256:…`
 */
export function planHash({ file: _file, state: _state, locations, ...rest }: SyncPlan): string {
  const places = [...locations.values()].map(portable);
  return `sha256:${createHash("sha256")
    .update(canonicalJson({ ...rest, locations: places }))
    .digest("hex")}`;
}

/** Absolute paths differ from machine to machine, and keys from job to job. */
function portable(location: Location): unknown {
  switch (location.type) {
    case "directory":
      return { ...location, path: undefined };
    case "postgres":
      return { ...location, options: { ...location.options, certFile: undefined, keyFile: undefined } };
    case "s3":
      return { ...location, credentials: { ...location.credentials, accessKeyId: undefined } };
  }
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Set) return [...(inner as ReadonlySet<string>)].toSorted();
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

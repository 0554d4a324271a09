import type { EndHeader, SyncHeader } from "../changeset/header.ts";
import { TidemarkError } from "../core/errors.ts";
import type { ObjectEnd, ObjectSync } from "../core/sync-plan.ts";
import type { ReadStore } from "./store.ts";

/** What an object sync is, for a changeset: where its ends are, and what its writes would carry. */
export function headerOf(sync: ObjectSync, source: ReadStore, destination: ReadStore): SyncHeader {
  return {
    name: sync.name,
    kind: "objects",
    from: endHeader(sync.from, source),
    to: endHeader(sync.to, destination),
    destination: destination.resolved,
    options: JSON.stringify({
      preserve: [...sync.preserve].toSorted(),
      storageClass: sync.set.storageClass ?? null,
      metadata: sortedEntries(sync.set.metadata),
      tags: sortedEntries(sync.set.tags),
      headers: sortedEntries(sync.set.headers),
      encryption: sync.to.location.type === "s3" ? (sync.to.location.encryption?.kind ?? null) : null,
    }),
  };
}

function endHeader(end: ObjectEnd, store: ReadStore): EndHeader {
  const { location, prefix } = end;
  // The path of a folder may differ between machines while it is the same plan, so what was written counts.
  const identity =
    location.type === "s3"
      ? `s3 ${location.endpoint ?? "aws"} ${location.bucket} ${location.prefix}${prefix}`
      : `directory ${location.declaredPath} ${location.prefix}${prefix}`;
  return { location: location.name, display: store.display, identity, resolved: store.resolved };
}

function sortedEntries(record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * A sync whose ends lie within each other would copy its own copies, or delete what it reads.
 *
 * @throws TidemarkError `ENDS_OVERLAP`
 */
export function refuseOverlap(sync: ObjectSync, source: ReadStore, destination: ReadStore): void {
  if (source.kind !== destination.kind) return;
  const [a, b] = [source.resolved, destination.resolved];
  if (!a.startsWith(b) && !b.startsWith(a)) return;
  throw new TidemarkError("ENDS_OVERLAP", `The sync ${sync.name} reads ${source.display} and writes ${destination.display}, which overlap.`, {
    hint: "Give one end a prefix or a folder that is not within the other.",
  });
}

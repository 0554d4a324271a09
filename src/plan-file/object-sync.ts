import type { GuardLimit, Guards, ObjectEnd, ObjectSync, ObjectWhere, Preserved } from "../core/sync-plan.ts";
import { compareKeys } from "../core/byte-order.ts";
import { parseByteRate, parseRequestRate, parseSize } from "../core/units.ts";
import { buildFlow } from "./flow.ts";
import type { ObjectSync as ObjectSyncFile } from "./generated/plan.ts";
import { parseInstant } from "./instants.ts";
import type { Part } from "./part.ts";

const PRESERVED: readonly Preserved[] = ["metadata", "headers", "tags", "mtime"];
const MAX_OBJECTS = 1000;
const MAX_BYTES = 2 ** 30;
const PARALLEL = 20;

/** Fills in every default and turns every text with a unit into its number. Rules are checked elsewhere. */
export function buildObjectSync(name: string, { value }: Part<ObjectSyncFile>, from: ObjectEnd, to: ObjectEnd): ObjectSync {
  const { where = {}, set = {}, subtasks = {}, rate = {}, guards = {} } = value;
  return {
    kind: "objects",
    name,
    renamedFrom: value.renamedFrom,
    needs: value.needs ?? [],
    priority: value.priority ?? 0,
    from,
    to,
    prefixes: (value.prefixes ?? []).toSorted(compareKeys),
    include: value.include ?? [],
    exclude: value.exclude ?? [],
    where: buildWhere(where),
    compare: value.compare,
    onExisting: value.onExisting ?? "overwrite",
    onUnknown: value.onUnknown ?? "verify",
    conflicts: value.conflicts === "overwrite" ? "overwrite" : "report",
    delete: value.delete ?? false,
    allowEmptySource: value.allowEmptySource ?? false,
    preserve: new Set((value.preserve ?? PRESERVED).filter(isPreserved)),
    set: {
      storageClass: set.storageClass,
      metadata: texts(set.metadata, (key) => key.toLowerCase()),
      tags: texts(set.tags),
      headers: texts(set.headers),
    },
    verify: value.verify ?? "checksum",
    subtasks: {
      maxObjects: subtasks.maxObjects ?? MAX_OBJECTS,
      maxBytes: size(subtasks.maxBytes) ?? MAX_BYTES,
      parallel: subtasks.parallel ?? PARALLEL,
    },
    concurrency: value.concurrency === undefined || value.concurrency === "auto" ? "auto" : Number(value.concurrency),
    rate: {
      bytesPerSecond: rate.bytes === undefined ? undefined : parseByteRate(rate.bytes),
      requestsPerSecond: rate.requests === undefined ? undefined : parseRequestRate(String(rate.requests)),
    },
    flow: buildFlow(value),
    guards: buildGuards(guards),
    invisible: { source: [], destination: [] },
  };
}

function isPreserved(what: string): what is Preserved {
  return what === "storageClass" || PRESERVED.some((known) => known === what);
}

function buildWhere(where: NonNullable<ObjectSyncFile["where"]>): ObjectWhere {
  return {
    minSize: size(where.minSize),
    maxSize: size(where.maxSize),
    modifiedAfter: where.modifiedAfter === undefined ? undefined : parseInstant(where.modifiedAfter),
    modifiedBefore: where.modifiedBefore === undefined ? undefined : parseInstant(where.modifiedBefore),
    storageClass: where.storageClass,
  };
}

function buildGuards({ maxDeletes, maxOverwrites, maxBytes, maxObjects }: NonNullable<ObjectSyncFile["guards"]>): Guards {
  return { maxDeletes: limit(maxDeletes), maxOverwrites: limit(maxOverwrites), maxBytes: size(maxBytes), maxObjects: limit(maxObjects) };
}

function limit(value: number | string | undefined): GuardLimit | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  return text.endsWith("%") ? { kind: "percent", percent: Number(text.slice(0, -1)) } : { kind: "count", count: Number(text) };
}

function size(value: number | string | undefined): number | undefined {
  return value === undefined ? undefined : parseSize(String(value));
}

function texts(map: Readonly<Record<string, string | undefined>> | undefined, nameOf = (key: string) => key): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [[nameOf(key), value]])));
}

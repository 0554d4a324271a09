import { posix } from "node:path";
import { parseByteRate, parseDuration, parseRequestRate, parseSize } from "../core/units.ts";
import { parseInstant } from "./instants.ts";

/** What a part of a plan is, where that decides how its keys are read. */
export type OutlineKind = "plan" | "s3" | "directory" | "database" | "objects" | "postgres";

/** Texts with units, by their path: two that mean the same become one value. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  "where.minSize": parseSize,
  "where.maxSize": parseSize,
  "where.modifiedAfter": parseInstant,
  "where.modifiedBefore": parseInstant,
  asOf: parseInstant,
  "subtasks.maxBytes": parseSize,
  "guards.maxBytes": parseSize,
  "guards.maxDeletes": readLimit,
  "guards.maxOverwrites": readLimit,
  "guards.maxObjects": readLimit,
  "rate.bytes": parseByteRate,
  "rate.requests": parseRequestRate,
  flowOutside: parseByteRate,
  "timeouts.connect": parseDuration,
  "timeouts.idle": parseDuration,
  connectTimeout: parseDuration,
  statementTimeout: parseDuration,
  lockTimeout: parseDuration,
  "incremental.every": parseDuration,
  "continuous.every": parseDuration,
  "schedule.every": parseDuration,
  "schedule.start": parseInstant,
  "state.folder": readFolder,
  path: readFolder,
  endpoint: (text) => text.replace(/\/+$/, ""),
};

/** Lists whose order means nothing. */
const SETS: ReadonlySet<string> = new Set([
  "prefixes",
  "include",
  "exclude",
  "where.storageClass",
  "preserve",
  "needs",
  "flow",
  "accounts.include",
  "accounts.exclude",
  "objects.include",
  "objects.exclude",
  "tables.*.columns",
]);

/** Where an empty text stands for a key that is not set, so that a variable may leave it out. */
const EMPTY_IS_UNSET: ReadonlySet<string> = new Set([
  "region",
  "endpoint",
  "caFile",
  "certFile",
  "keyFile",
  "proxy",
  "credentials.profile",
  "credentials.sessionToken",
]);

/** What a key that is not there means. Those of the schema are here, as a test says, and those that the program fills in. */
export const OUTLINE_DEFAULTS: Readonly<Record<OutlineKind, Readonly<Record<string, unknown>>>> = {
  plan: { "state.folder": ".tidemark" },
  s3: { prefix: "", "timeouts.connect": 10_000, "timeouts.idle": 60_000, maxSockets: 256, requesterPays: false },
  directory: { prefix: "", symlinks: "skip" },
  database: { port: 5432, sslmode: "prefer", connectTimeout: 10_000, statementTimeout: 0, lockTimeout: 0 },
  objects: {
    "from.prefix": "",
    "to.prefix": "",
    priority: 0,
    once: false,
    needs: [],
    prefixes: [],
    include: [],
    exclude: [],
    onExisting: "overwrite",
    onUnknown: "verify",
    conflicts: "report",
    delete: false,
    allowEmptySource: false,
    versions: "latest",
    preserve: ["headers", "metadata", "mtime", "tags"],
    rename: [],
    verify: "checksum",
    "subtasks.maxObjects": 1000,
    "subtasks.maxBytes": 2 ** 30,
    "subtasks.parallel": 20,
    concurrency: "auto",
    flow: [],
    flowOutside: "unlimited",
  },
  postgres: {
    priority: 0,
    once: false,
    needs: [],
    mode: "full",
    level: "database",
    "objects.include": "default",
    "objects.exclude": [],
    "synchronize.indexes": true,
    "synchronize.ddl": true,
    "synchronize.populateMaterializedViews": true,
    "tables.*.rows": true,
    "map.rename": [],
    "rows.onDifferent": "report",
    conflicts: "report",
    "accounts.include": "all",
    "accounts.exclude": [],
    sessions: 6,
    resume: "consistent",
    flow: [],
    flowOutside: "unlimited",
  },
};

/** The same of keys within a list, or beneath a key that is there: unset is another thing while its map is not there. */
const WITHIN_MAPS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  restore: { tier: "bulk", days: 3 },
  schedule: { start: "now", timezone: "UTC", overlap: false },
  incremental: { every: 3_600_000, times: 1 },
  continuous: { every: 10_000 },
};
const WINDOW = { between: "00:00-24:00", days: ["fri", "mon", "sat", "sun", "thu", "tue", "wed"], timezone: "UTC" } as const;

/** Names that are the user's own stand as `*`: a table's, a tag's. */
export function patternOf(path: readonly string[]): string {
  const [first, second] = path;
  if (first === "tables" && second !== undefined) return ["tables", "*", ...path.slice(2)].join(".");
  const free =
    (first === "tags" && path.length === 2) ||
    ((first === "set" || first === "where") && (second === "metadata" || second === "tags" || second === "headers") && path.length === 3) ||
    (first === "map" && (second === "schemas" || second === "tables") && path.length === 3);
  return free ? [...path.slice(0, -1), "*"].join(".") : path.join(".");
}

/** What a key means where it is not written. undefined: nothing. */
export function defaultAt(kind: OutlineKind, path: readonly string[], isThere: (path: readonly string[]) => boolean): unknown {
  const within = WITHIN_MAPS[path[0] ?? ""];
  if (within !== undefined && path.length === 2 && isThere(path.slice(0, 1))) return within[path[1] ?? ""];
  if (kind === "s3" && path[0] === "pathStyle") return isThere(["endpoint"]);
  return OUTLINE_DEFAULTS[kind][patternOf(path)];
}

/** The value of a text that stands for something else: bytes, milliseconds, a share. Others as they are. */
export function readValue(path: readonly string[], value: string | number | boolean): unknown {
  const pattern = patternOf(path);
  const reader = Object.hasOwn(READERS, pattern) ? READERS[pattern] : undefined;
  if (reader === undefined || typeof value === "boolean") return pattern === "concurrency" && value !== "auto" ? Number(value) : value;
  return reader(String(value)) ?? value;
}

/** A list as it counts: in order, or sorted where its order means nothing. */
export function readList(path: readonly string[], items: readonly unknown[]): readonly unknown[] {
  const pattern = patternOf(path);
  const read = pattern === "flow" ? items.map(readWindow) : items;
  return SETS.has(pattern) ? read.toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1)) : read;
}

export function isUnset(path: readonly string[], value: unknown): boolean {
  return value === "" && EMPTY_IS_UNSET.has(patternOf(path));
}

/** JSON that is the same for the same value, whatever the order of its keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function readLimit(text: string): unknown {
  return text.endsWith("%") ? { percent: Number(text.slice(0, -1)) } : { count: Number(text) };
}

function readFolder(text: string): string {
  return posix.normalize(text).replace(/(?<=.)\/$/, "");
}

function readWindow(window: unknown): unknown {
  if (typeof window !== "object" || window === null) return window;
  const { maxRate, days, ...rest }: Readonly<Record<string, unknown>> = { ...WINDOW, ...window };
  return {
    ...rest,
    days: Array.isArray(days) ? days.map(String).toSorted() : days,
    maxRate: typeof maxRate === "string" ? (parseByteRate(maxRate) ?? maxRate) : maxRate,
  };
}

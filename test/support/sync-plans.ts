import { dirname } from "node:path";
import { UNLIMITED } from "../../src/core/flow.ts";
import type { DirectoryLocation, ObjectLocation, ObjectSync, PostgresLocation, PostgresSync, S3Location, Sync, SyncPlan } from "../../src/core/sync-plan.ts";
import { Secret } from "../../src/core/secret.ts";

/** A checked object sync with every default filled in, as the plan file would give it. */
export function objectSync(from: ObjectLocation, to: ObjectLocation, over: Partial<ObjectSync> = {}): ObjectSync {
  return {
    kind: "objects",
    name: "all",
    renamedFrom: undefined,
    needs: [],
    priority: 0,
    from: { location: from, prefix: "" },
    to: { location: to, prefix: "" },
    prefixes: [],
    include: [],
    exclude: [],
    where: { minSize: undefined, maxSize: undefined, modifiedAfter: undefined, modifiedBefore: undefined, storageClass: undefined },
    compare: undefined,
    onExisting: "overwrite",
    onUnknown: "verify",
    conflicts: "report",
    delete: false,
    allowEmptySource: false,
    preserve: new Set(["metadata", "headers", "tags", "mtime"]),
    set: { storageClass: undefined, metadata: {}, tags: {}, headers: {} },
    verify: "checksum",
    subtasks: { maxObjects: 1000, maxBytes: 1024 ** 3, parallel: 20 },
    concurrency: "auto",
    rate: { bytesPerSecond: undefined, requestsPerSecond: undefined },
    flow: UNLIMITED,
    guards: { maxDeletes: undefined, maxOverwrites: undefined, maxBytes: undefined, maxObjects: undefined },
    invisible: { source: [], destination: [] },
    ...over,
  };
}

/** A checked database sync with every default filled in, as the plan file would give it. */
export function postgresSync(over: Partial<PostgresSync> = {}): PostgresSync {
  return {
    kind: "postgres",
    name: "shop",
    renamedFrom: undefined,
    needs: [],
    priority: 0,
    from: { location: postgresLocation("app") },
    to: { location: postgresLocation("replica") },
    level: "database",
    objects: { include: "default", exclude: [] },
    synchronize: { indexes: true, populateMaterializedViews: true },
    tables: {},
    map: { database: undefined, schemas: {}, tables: {}, rename: [] },
    shadow: undefined,
    rows: { onDifferent: "report" },
    sequences: { margin: 0 },
    accounts: { include: "all", exclude: [] },
    sessions: 6,
    resume: "consistent",
    flow: UNLIMITED,
    startAt: undefined,
    ...over,
  };
}

export function postgresLocation(name: string, options: PostgresLocation["options"] = {}): PostgresLocation {
  return { type: "postgres", name, options };
}

export function directoryLocation(path: string, over: Partial<DirectoryLocation> = {}): DirectoryLocation {
  return { type: "directory", name: "folder", declaredPath: path, path, prefix: "", mount: undefined, symlinks: "skip", ...over };
}

interface Endpoint {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export function s3Location({ endpoint, region, accessKeyId, secretAccessKey }: Endpoint, bucket: string, over: Partial<S3Location> = {}): S3Location {
  return {
    type: "s3",
    name: bucket,
    bucket,
    prefix: "",
    region,
    endpoint,
    pathStyle: true,
    credentials: { kind: "static", accessKeyId, secretAccessKey: new Secret(secretAccessKey, "${SECRET}"), sessionToken: undefined },
    ca: undefined,
    proxy: undefined,
    timeouts: { connectMs: 5000, idleMs: 30_000 },
    maxSockets: 64,
    requesterPays: false,
    ordered: undefined,
    encryption: undefined,
    ...over,
  };
}

export function syncPlan(file: string, ...syncs: readonly Sync[]): SyncPlan {
  return {
    name: "test-plan",
    description: undefined,
    tags: {},
    file,
    state: { kind: "folder", path: `${dirname(file)}/.tidemark` },
    locations: new Map(),
    syncs,
  };
}

import type { Secret } from "./secret.ts";

/**
 * A plan that was parsed, interpolated and checked: every default is filled in, every unit is a
 * number. What a user writes is described by schemas/plan.schema.json.
 */
export interface SyncPlan {
  readonly name: string;
  readonly description: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Absolute path of the file it was read from. */
  readonly file: string;
  readonly state: StatePlace;
  readonly locations: ReadonlyMap<string, Location>;
  /** In the order of the file. */
  readonly syncs: readonly Sync[];
}

export type StatePlace =
  /** Absolute path of a folder. */
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "location"; readonly location: string; readonly prefix: string | undefined; readonly schema: string | undefined };

export type Location = S3Location | DirectoryLocation | PostgresLocation;

export interface S3Location {
  readonly type: "s3";
  readonly name: string;
  readonly bucket: string;
  /** "" or ends in `/`. */
  readonly prefix: string;
  readonly region: string | undefined;
  /** `http://…` or `https://…`, without a trailing slash; undefined: AWS decides. */
  readonly endpoint: string | undefined;
  readonly pathStyle: boolean;
  readonly credentials: S3Credentials;
  /** PEM text, already read and checked. */
  readonly ca: string | undefined;
  /** `http://host:port`, without name and password. */
  readonly proxy: string | undefined;
  /** Value of the Proxy-Authorization header. */
  readonly proxyAuthorization?: Secret | undefined;
  readonly timeouts: { readonly connectMs: number; readonly idleMs: number };
  readonly maxSockets: number;
  readonly requesterPays: boolean;
  /** Whether listings are in byte order; undefined: watched, and sorted where they are not. */
  readonly ordered: boolean | undefined;
  readonly encryption: S3Encryption | undefined;
}

export type S3Credentials =
  | { readonly kind: "chain" }
  | { readonly kind: "profile"; readonly profile: string }
  | { readonly kind: "anonymous" }
  | { readonly kind: "static"; readonly accessKeyId: string; readonly secretAccessKey: Secret; readonly sessionToken: Secret | undefined }
  | { readonly kind: "assumeRole"; readonly roleArn: string; readonly sessionName: string | undefined; readonly externalId: string | undefined };

export type S3Encryption =
  | { readonly kind: "s3" }
  | { readonly kind: "kms"; readonly keyId: string | undefined }
  | { readonly kind: "customer"; readonly key: Secret };

export interface DirectoryLocation {
  readonly type: "directory";
  readonly name: string;
  /** As written, after interpolation: part of the plan's identity on any machine. */
  readonly declaredPath: string;
  /** Absolute. */
  readonly path: string;
  /** "" or ends in `/`. */
  readonly prefix: string;
  readonly mount: { readonly type: string | undefined; readonly source: string | undefined } | undefined;
  readonly symlinks: "skip" | "follow" | "error";
}

export interface PostgresLocation {
  readonly type: "postgres";
  readonly name: string;
  /** Connection options as written; their meaning is the postgres driver's. */
  readonly options: Readonly<Record<string, string | number | Secret>>;
}

export type ObjectLocation = S3Location | DirectoryLocation;

export interface SyncBase {
  readonly name: string;
  readonly renamedFrom: string | undefined;
  /** Names of syncs of this plan that must be done before. */
  readonly needs: readonly string[];
  readonly priority: number;
}

export type Sync = ObjectSync | PostgresSync;

/** One database to another. Object names are the source's, unless said otherwise. */
export interface PostgresSync extends SyncBase {
  readonly kind: "postgres";
  readonly from: { readonly location: PostgresLocation };
  readonly to: { readonly location: PostgresLocation };
  /** `table`: only tables, views, materialized views, sequences and roles, with what belongs to them, but no triggers. */
  readonly level: "database" | "table";
  readonly objects: DatabaseSelection;
  readonly synchronize: { readonly indexes: boolean; readonly populateMaterializedViews: boolean };
  /** Rules of single tables by `schema.table`, as written. */
  readonly tables: Readonly<Record<string, TableRules>>;
  readonly map: NameMap;
  /** Where mapping is worked out; undefined: a temporary database on the destination. */
  readonly shadow: PostgresLocation | undefined;
  readonly rows: { readonly onDifferent: "report" | "ignore" | "replace" };
  readonly sequences: {
    /** How far a sequence is set ahead, in its own direction. */
    readonly margin: number;
  };
  readonly accounts: { readonly include: "none" | "all" | readonly string[]; readonly exclude: readonly string[] };
  /** Connections at once to each side. */
  readonly sessions: number;
  readonly resume: "consistent" | "inconsistent";
  readonly flow: Flow;
  /** Milliseconds since the epoch before which no run begins; undefined: at once. */
  readonly startAt: number | undefined;
}

export interface DatabaseSelection {
  /** `default`: all but what is never synced; `all`: what the dump carries and the role may create. */
  readonly include: "default" | "all" | readonly DatabaseSelector[];
  readonly exclude: readonly DatabaseSelector[];
}

/** Names a set of database objects; `*` stands for any characters. */
export interface DatabaseSelector {
  readonly kind: string;
  /** undefined: in any schema. */
  readonly schema: string | undefined;
  readonly name: string;
}

export interface TableRules {
  /** A condition in SQL; undefined: all rows. */
  readonly where: string | undefined;
  /** undefined: every column. */
  readonly columns: readonly string[] | undefined;
  /** false: the table without its rows. */
  readonly rows: boolean;
}

/** Names at the destination, by those at the source. Empty maps change nothing. */
export interface NameMap {
  readonly database: string | undefined;
  readonly schemas: Readonly<Record<string, string>>;
  /** `schema.table` to `schema.table`. */
  readonly tables: Readonly<Record<string, string>>;
  /** Regular expressions over table names, the first that matches counts. */
  readonly rename: readonly { readonly from: string; readonly to: string }[];
}

/** How fast rows or objects may travel, and when. */
export interface Flow {
  readonly windows: readonly FlowWindow[];
  /** Outside of every window. Bytes a second. */
  readonly outside: "unlimited" | "pause" | number;
}

export interface FlowWindow {
  /** Minutes of the day in the time zone; an end that is not after the start is on the day after. 0 and 1440: all day. */
  readonly start: number;
  readonly end: number;
  /** On which it begins: 0 is Monday. */
  readonly days: readonly number[];
  readonly timezone: string;
  /** Bytes a second. */
  readonly bytesPerSecond: number;
}

export interface ObjectEnd {
  readonly location: ObjectLocation;
  /** Beneath the location's own prefix. "" or ends in `/`. */
  readonly prefix: string;
}

export type CompareRule = "size" | "etag" | "mtime" | "checksum";
export type Preserved = "metadata" | "headers" | "tags" | "mtime" | "storageClass";

export interface ObjectSync extends SyncBase {
  readonly kind: "objects";
  readonly from: ObjectEnd;
  readonly to: ObjectEnd;
  /** Beneath from.prefix, in byte order, none a prefix of another. Empty: everything. */
  readonly prefixes: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly where: ObjectWhere;
  /** undefined: the default for the pair of stores. */
  readonly compare: readonly CompareRule[] | undefined;
  readonly onExisting: "overwrite" | "skip" | "ifNewer" | "fail";
  readonly onUnknown: "verify" | "copy" | "accept";
  readonly conflicts: "report" | "overwrite";
  readonly delete: boolean;
  /** Lets `delete` go on where the source is empty. */
  readonly allowEmptySource: boolean;
  readonly preserve: ReadonlySet<Preserved>;
  readonly set: ObjectSet;
  readonly verify: "none" | "size" | "etag" | "checksum" | "bytes";
  readonly subtasks: { readonly maxObjects: number; readonly maxBytes: number; readonly parallel: number };
  readonly concurrency: "auto" | number;
  readonly rate: { readonly bytesPerSecond: number | undefined; readonly requestsPerSecond: number | undefined };
  readonly flow: Flow;
  readonly guards: Guards;
  /** Prefixes of reports and backups, beneath either end: never part of a sync. */
  readonly invisible: { readonly source: readonly string[]; readonly destination: readonly string[] };
}

export interface ObjectWhere {
  /** Bytes, inclusive. */
  readonly minSize: number | undefined;
  readonly maxSize: number | undefined;
  /** Milliseconds since the epoch; strictly after. */
  readonly modifiedAfter: number | undefined;
  readonly modifiedBefore: number | undefined;
  readonly storageClass: readonly string[] | undefined;
}

export interface ObjectSet {
  /** standard, infrequent-access, archive, reduced-redundancy, preserve, or a store's own name. */
  readonly storageClass: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Lower-case names: content-type, cache-control, content-disposition, content-encoding, content-language, expires. */
  readonly headers: Readonly<Record<string, string>>;
}

export type GuardLimit = { readonly kind: "count"; readonly count: number } | { readonly kind: "percent"; readonly percent: number };

/** Refuse a plan that would do more than this, before the first write. */
export interface Guards {
  readonly maxDeletes: GuardLimit | undefined;
  readonly maxOverwrites: GuardLimit | undefined;
  /** Bytes. */
  readonly maxBytes: number | undefined;
  readonly maxObjects: GuardLimit | undefined;
}

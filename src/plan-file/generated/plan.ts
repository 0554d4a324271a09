/* Made from schemas/plan.source.json by scripts/generate.ts. Do not edit. */

/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "planName".
 */
export type PlanName = string;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "description".
 */
export type Description = string;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "state".
 */
export type State =
  | string
  | {
      location: Text;
      prefix?: FolderPrefix;
      schema?: Text;
    };
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "text".
 */
export type Text = string;
/**
 * Key prefix: no leading `/`; ends in `/`, or blank.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "folderPrefix".
 */
export type FolderPrefix = string;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "location".
 */
export type Location = {
  /**
   * What kind of place it is.
   */
  type: "s3" | "directory" | "postgres";
} & Location1;
export type Location1 = S3Location | DirectoryLocation | PostgresLocation;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "bucket".
 */
export type Bucket = string;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "httpUrl".
 */
export type HttpUrl = string;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "assumeRole".
 */
export type AssumeRole =
  | string
  | {
      roleArn: Text;
      sessionName?: Text;
      externalId?: Text;
    };
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "proxyUrl".
 */
export type ProxyUrl = string;
/**
 * A length of time: `500ms`, `10s`, `5m`, `1h`, `1d`, `1w`, or several in a row: `1h30m`.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "duration".
 */
export type Duration = string;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "postgresUrl".
 */
export type PostgresUrl = string;
/**
 * None of `+" %?\<>`.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "databaseName".
 */
export type DatabaseName = string;
/**
 * Rules that every object sync begins with.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "objectDefaults".
 */
export type ObjectDefaults = ObjectRules;
/**
 * Never run again after it finished or was cancelled.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "once".
 */
export type Once = boolean;
/**
 * Bytes: `1 KiB` is 1024, `1 kB` is 1000; a bare number is bytes.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "size".
 */
export type Size = number | string;
/**
 * A moment with its time zone.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "instant".
 */
export type Instant = string;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "concurrency".
 */
export type Concurrency = number | string;
/**
 * Bytes a second: MB is 1,000,000 and MiB is 1,048,576. More than 0, at most 9,999 MB/s.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "byteRate".
 */
export type ByteRate = string;
/**
 * Requests a second.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "requestRate".
 */
export type RequestRate = number | string;
/**
 * Windows of time with a rate; at most 3, and no two overlap.
 *
 * @maxItems 3
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "flow".
 */
export type Flow = [] | [FlowWindow] | [FlowWindow, FlowWindow] | [FlowWindow, FlowWindow, FlowWindow];
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "between".
 */
export type Between = string;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "flowOutside".
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "flowRate".
 */
export type FlowOutside = string;
/**
 * A count, or a share of what the listing holds: `10%`.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "limit".
 */
export type Limit = number | string;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "start".
 */
export type Start = string;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "period".
 */
export type Period = string;
/**
 * Rules that every database sync begins with.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "postgresDefaults".
 */
export type PostgresDefaults = PostgresRules;
/**
 * A name or a pattern with `*`; no spaces.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "selectedName".
 */
export type SelectedName = string;
/**
 * No `"` and no `'`.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "columnName".
 */
export type ColumnName = string;
/**
 * None of `".'<>`, and not `pg_…`.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "mappedSchemaName".
 */
export type MappedSchemaName = string;
/**
 * `schema.table`, none of `"'<>` and no other dot; the schema not `pg_…`.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "mappedTableName".
 */
export type MappedTableName = string;
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "sync".
 */
export type Sync = PostgresSync | ObjectSync;
/**
 * A database: `from` and `to` are postgres locations.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "postgresSync".
 */
export type PostgresSync = PostgresRules & {
  from: PostgresEnd;
  to: PostgresEnd;
  renamedFrom?: Text;
  needs?: Needs;
  priority?: Priority;
};
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "postgresEnd".
 */
export type PostgresEnd =
  | string
  | {
      location: Text;
    };
/**
 * Syncs of this plan that must be done before.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "needs".
 */
export type Needs = Text[];
/**
 * Higher goes first among those that may begin.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "priority".
 */
export type Priority = number;
/**
 * Objects and files: `from` and `to` are s3 or directory locations.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "objectSync".
 */
export type ObjectSync = ObjectRules & {
  from: ObjectSource;
  to: ObjectEnd;
  renamedFrom?: Text;
  needs?: Needs;
  priority?: Priority;
  /**
   * Only keys that begin with one of these, beneath `from.prefix`. At most 1000; each at most 1022 bytes with `from.prefix`; none may begin with another.
   *
   * @maxItems 1000
   */
  prefixes?: Text[];
};
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "objectSource".
 */
export type ObjectSource =
  | string
  | {
      location?: Text;
      prefix?: FolderPrefix;
      manifest?: Text;
      /**
       * An S3 Inventory instead of a listing.
       */
      inventory?: {
        location: Text;
        key: Text;
      };
      errorsOf?: Text;
      urls?: Text;
    };
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "objectEnd".
 */
export type ObjectEnd =
  | string
  | {
      location: Text;
      prefix?: FolderPrefix;
    };
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "locationName".
 */
export type LocationName = string;
/**
 * None of `".'<>`.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "schemaName".
 */
export type SchemaName = string;
/**
 * `schema.table`, none of `"'<>` and no other dot.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "tableName".
 */
export type TableName = string;

/**
 * Locations, and what is to be synced between them. `tidemark plan` says what would happen, `tidemark apply` does exactly that.
 */
export interface PlanFile {
  /**
   * The version of this format.
   */
  version: 1;
  name: PlanName;
  description?: Description;
  /**
   * Your own labels; at most 20.
   */
  tags?: {
    [k: string]: string | undefined;
  };
  state?: State;
  /**
   * Named places. A name has 3-63 letters, digits, `-` and `_`.
   */
  locations: {
    [k: string]: Location | undefined;
  };
  /**
   * Rules that every sync of a kind begins with. Maps are merged key by key; a list or a value in the sync replaces the default.
   */
  defaults?: {
    objects?: ObjectDefaults;
    postgres?: PostgresDefaults;
  };
  /**
   * What is synced, in the order in which it is shown. Object syncs: names of 3-63 of `[a-z0-9-]`. Database syncs: 4-50 letters, digits, `-` and `_`, beginning with a letter.
   */
  syncs: {
    [k: string]: Sync | undefined;
  };
}
/**
 * A bucket of an S3-compatible store.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "s3Location".
 */
export interface S3Location {
  /**
   * A bucket of an S3-compatible store.
   */
  type: "s3";
  bucket: Bucket;
  prefix?: FolderPrefix;
  /**
   * Default: what the credentials' profile or AWS_REGION say, else us-east-1.
   */
  region?: string;
  endpoint?: HttpUrl;
  /**
   * Whether the bucket is in the path. Default: true with an endpoint, false without.
   */
  pathStyle?: boolean;
  credentials?: Credentials;
  /**
   * Certificates (PEM) to trust, at most 500 KB; relative to the plan file.
   */
  caFile?: string;
  proxy?: ProxyUrl;
  /**
   * How long the store may take before a request is tried again.
   */
  timeouts?: {
    connect?: Duration;
    idle?: Duration;
  };
  /**
   * Connections at once. Default: `256`.
   */
  maxSockets?: number;
  /**
   * Agree to pay for requests and transfer of someone else's bucket. Default: `false`.
   */
  requesterPays?: boolean;
  /**
   * Whether listings are in byte order. Default: watched, and sorted where they are not.
   */
  ordered?: boolean;
  encryption?: Encryption;
}
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "credentials".
 */
export interface Credentials {
  /**
   * A profile of the AWS configuration files.
   */
  profile?: string;
  /**
   * Sign nothing: public buckets.
   */
  anonymous?: true;
  /**
   * The name of the key; may be a reference.
   */
  accessKeyId?: string;
  /**
   * By reference only.
   */
  secretAccessKey?: string;
  /**
   * By reference only.
   */
  sessionToken?: string;
  assumeRole?: AssumeRole;
}
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "encryption".
 */
export interface Encryption {
  /**
   * `s3`: the store's own key; `kms`: a key of its key service.
   */
  sse?: "s3" | "kms";
  keyId?: Text;
  /**
   * Your own key (base64 of 32 bytes), by reference only.
   */
  customerKey?: string;
}
/**
 * A directory of this machine, also a mounted share.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "directoryLocation".
 */
export interface DirectoryLocation {
  /**
   * A directory of this machine, also a mounted share.
   */
  type: "directory";
  path: Text;
  prefix?: FolderPrefix;
  /**
   * Refuse the location when this is not mounted there: an unmounted share looks empty.
   */
  mount?: {
    type?: Text;
    source?: Text;
  };
  /**
   * What to do with symbolic links. Default: `skip`.
   */
  symlinks?: "skip" | "follow" | "error";
}
/**
 * A PostgreSQL database.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "postgresLocation".
 */
export interface PostgresLocation {
  /**
   * A PostgreSQL database.
   */
  type: "postgres";
  url?: PostgresUrl;
  host?: Text;
  /**
   * The server's port. Default: `5432`.
   */
  port?: number;
  database?: DatabaseName;
  user?: Text;
  /**
   * By reference only. Without it: PGPASSWORD, .pgpass.
   */
  password?: string;
  service?: Text;
  /**
   * Whether the connection is encrypted, and whose certificate is accepted; as in libpq. Default: `prefer`.
   */
  sslmode?: "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";
  /**
   * Certificates (PEM) to trust, at most 500 KB; relative to the plan file.
   */
  caFile?: string;
  /**
   * Our own certificate (PEM), for servers that ask for one; relative to the plan file.
   */
  certFile?: string;
  /**
   * Its private key (PEM), which nobody else may read; relative to the plan file.
   */
  keyFile?: string;
  connectTimeout?: Duration;
  statementTimeout?: Duration;
  lockTimeout?: Duration;
  /**
   * Options of the server's session, as PGOPTIONS.
   */
  options?: string;
}
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "objectRules".
 */
export interface ObjectRules {
  once?: Once;
  /**
   * Globs of what to sync, tested in order after `exclude`. With any, all else is left out.
   *
   * @maxItems 10000
   */
  include?: Text[];
  /**
   * Globs of what to leave out, tested before `include`; the first match decides.
   *
   * @maxItems 10000
   */
  exclude?: Text[];
  /**
   * Only objects for which all of this is so.
   */
  where?: {
    minSize?: Size;
    maxSize?: Size;
    modifiedAfter?: Instant;
    modifiedBefore?: Instant;
    /**
     * In one of these storage classes.
     *
     * @minItems 1
     */
    storageClass?: [Text, ...Text[]];
    tags?: TextMap;
    metadata?: TextMap;
  };
  /**
   * What tells whether two versions are equal, in order. The default is right for the pair of stores.
   *
   * @minItems 1
   */
  compare?: ["size" | "etag" | "mtime" | "checksum", ...("size" | "etag" | "mtime" | "checksum")[]];
  /**
   * What happens to a key that the destination has with other content. `ifNewer`: replace when the source is newer; `fail`: any difference is an error of the plan. Default: `overwrite`.
   */
  onExisting?: "overwrite" | "skip" | "ifNewer" | "fail";
  /**
   * Where versions cannot be compared (multipart or KMS ETags): look closer, copy, or take them as equal. Default: `verify`.
   */
  onUnknown?: "verify" | "copy" | "accept";
  /**
   * With `onExisting: ifNewer`: other content that is not newer at the source. Default: `report`.
   */
  conflicts?: "report" | "overwrite" | "rename";
  /**
   * Delete at the destination what the source does not have. Default: `false`.
   */
  delete?: boolean;
  /**
   * Lets `delete: true` go on where the source is empty. Default: `false`.
   */
  allowEmptySource?: boolean;
  /**
   * Only the latest version of each object, or all of them. Default: `latest`.
   */
  versions?: "latest" | "all";
  asOf?: Instant;
  /**
   * What travels with the content. Default: `metadata`, `headers`, `tags`, `mtime`.
   */
  preserve?: ("metadata" | "headers" | "tags" | "mtime" | "storageClass" | "acl" | "lock" | "posix")[];
  /**
   * What the copies get.
   */
  set?: {
    storageClass?: Text;
    metadata?: TextMap;
    tags?: ObjectTags;
    /**
     * Content headers.
     */
    headers?: {
      [k: string]: string | undefined;
    };
  };
  /**
   * Regular expressions over keys; the first that matches gives the key at the destination.
   */
  rename?: RenameRule[];
  /**
   * Restore archived objects first.
   */
  restore?: {
    /**
     * How fast, which the store has different prices for. Default: `bulk`.
     */
    tier?: "bulk" | "standard" | "expedited";
    /**
     * How long the restored copy stays. Default: `3`.
     */
    days?: number;
  };
  /**
   * How a copy is checked: nothing, its size, its ETag, a checksum, or every byte read again. Default: `checksum`.
   */
  verify?: "none" | "size" | "etag" | "checksum" | "bytes";
  backup?: SidePlace;
  reports?: SidePlace;
  /**
   * How the work is cut: at whichever comes first. A larger object stands alone.
   */
  subtasks?: {
    /**
     * So many objects. Default: `1000`.
     */
    maxObjects?: number;
    maxBytes?: Size;
    /**
     * Subtasks at once; 20 is the most a machine runs. Default: `20`.
     */
    parallel?: number;
  };
  concurrency?: Concurrency;
  /**
   * The most that this sync uses a second.
   */
  rate?: {
    bytes?: ByteRate;
    requests?: RequestRate;
  };
  flow?: Flow;
  flowOutside?: FlowOutside;
  /**
   * Refuse a plan that would do more than this, before the first write.
   */
  guards?: {
    maxDeletes?: Limit;
    maxOverwrites?: Limit;
    maxBytes?: Size;
    maxObjects?: Limit;
  };
  schedule?: Schedule;
  /**
   * One full run, then runs of what changed since the start of the run before.
   */
  incremental?: {
    every?: Duration;
    /**
     * Runs in all: one full, and the rest windows. Default: `1`.
     */
    times?: number;
  };
  /**
   * Keep copying what is new.
   */
  continuous?: {
    every?: Duration;
    /**
     * What tells of new objects sooner than listing.
     */
    events?: {
      sqs?: Text;
      /**
       * Tidemark listens for the store's events itself.
       */
      webhook?: {
        /**
         * The port that it listens at.
         */
        port: number;
        /**
         * What the caller must send, by reference only.
         */
        token?: string;
      };
    };
  };
}
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "textMap".
 */
export interface TextMap {
  [k: string]: string | undefined;
}
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "objectTags".
 */
export interface ObjectTags {
  [k: string]: string | undefined;
}
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "renameRule".
 */
export interface RenameRule {
  from: Text;
  /**
   * Its replacement, with `$1`.
   */
  to: string;
}
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "sidePlace".
 */
export interface SidePlace {
  location: Text;
  prefix: FolderPrefix;
}
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "flowWindow".
 */
export interface FlowWindow {
  between?: Between;
  /**
   * The days on which it begins. Default: every day.
   *
   * @minItems 1
   */
  days?: ["mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun", ...("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[]];
  timezone?: Text;
  maxRate: ByteRate;
}
/**
 * When `tidemark run` runs the sync; `apply` is one run now.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "schedule".
 */
export interface Schedule {
  start?: Start;
  every?: Period;
  timezone?: Text;
  /**
   * Whether a run may begin while the one before it goes on. Default: `false`.
   */
  overlap?: boolean;
}
/**
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "postgresRules".
 */
export interface PostgresRules {
  once?: Once;
  /**
   * One copy, or one copy and then every change. Default: `full`.
   */
  mode?: "full" | "full+incremental";
  /**
   * The whole database, or selected tables. Default: `database`.
   */
  level?: "database" | "table";
  /**
   * Which database objects.
   */
  objects?: {
    /**
     * `default`: all but what is never synced; `all`: what the dump carries and the role may create; or a list. Default: `default`.
     *
     * @minItems 1
     */
    include?: string | [DatabaseObject, ...DatabaseObject[]];
    /**
     * What is left out of it.
     */
    exclude?: DatabaseObject[];
  };
  /**
   * What of the selected objects goes along.
   */
  synchronize?: {
    /**
     * Indexes that no constraint needs. Default: `true`.
     */
    indexes?: boolean;
    /**
     * While following: changes of definitions too. Default: `true`.
     */
    ddl?: boolean;
    /**
     * Fill those that are filled at the source. Default: `true`.
     */
    populateMaterializedViews?: boolean;
  };
  /**
   * Rules of single tables, by `schema.table`.
   */
  tables?: {
    [k: string]:
      | {
          where?: Text;
          /**
           * Only these. Default: every column.
           *
           * @minItems 1
           */
          columns?: [ColumnName, ...ColumnName[]];
          /**
           * false: the table without its rows. Default: `true`.
           */
          rows?: boolean;
        }
      | undefined;
  };
  /**
   * Other names at the destination.
   */
  map?: {
    database?: DatabaseName;
    /**
     * Names of schemas at the destination, by those at the source.
     */
    schemas?: {
      [k: string]: MappedSchemaName | undefined;
    };
    /**
     * `schema.table` at the destination, by that at the source.
     */
    tables?: {
      [k: string]: MappedTableName | undefined;
    };
    /**
     * Rules over the names of tables; the first that matches counts.
     */
    rename?: RenameRule[];
  };
  shadow?: Text;
  /**
   * What happens to rows that are there already.
   */
  rows?: {
    /**
     * Where a table has other rows at the destination already. Default: `report`.
     */
    onDifferent?: "report" | "ignore" | "replace" | "repair";
  };
  /**
   * While following: a row that was changed at the destination too. Default: `report`.
   */
  conflicts?: "report" | "ignore" | "overwrite";
  /**
   * How sequences are set at the destination.
   */
  sequences?: {
    /**
     * How far sequences are set ahead. Default: 0 for full, 10000 for full+incremental.
     */
    margin?: number;
  };
  /**
   * Which roles go along.
   */
  accounts?: {
    /**
     * `none`, `all`, or a list of names. Default: `all`.
     */
    include?: string | SelectedName[];
    /**
     * What is left out of it: names, or patterns with `*`.
     */
    exclude?: SelectedName[];
  };
  /**
   * Connections at once to each side. Default: `6`.
   */
  sessions?: number;
  /**
   * After a run that did not end: all rows again as of one moment, or only those that are missing, as of another. Default: `consistent`.
   */
  resume?: "consistent" | "inconsistent";
  /**
   * Limits at any time, also within windows of `flow`.
   */
  rate?: {
    bytes?: ByteRate;
  };
  flow?: Flow;
  flowOutside?: FlowOutside;
  schedule?: Schedule;
}
/**
 * Database objects of one kind, by pattern: `*` stands for any characters.
 *
 * This interface was referenced by `PlanFile`'s JSON-Schema
 * via the `definition` "databaseObject".
 */
export interface DatabaseObject {
  /**
   * `schema` takes all that is in it along; `text-search` is all four kinds of it.
   */
  kind:
    | "schema"
    | "table"
    | "view"
    | "materialized-view"
    | "index"
    | "constraint"
    | "foreign-key"
    | "sequence"
    | "function"
    | "procedure"
    | "aggregate"
    | "trigger"
    | "event-trigger"
    | "rule"
    | "policy"
    | "statistics"
    | "type"
    | "domain"
    | "collation"
    | "conversion"
    | "cast"
    | "transform"
    | "operator"
    | "operator-class"
    | "operator-family"
    | "access-method"
    | "language"
    | "extension"
    | "text-search"
    | "text-search-parser"
    | "text-search-dictionary"
    | "text-search-template"
    | "text-search-configuration"
    | "foreign-data-wrapper"
    | "foreign-server"
    | "foreign-table"
    | "user-mapping"
    | "publication"
    | "subscription"
    | "large-object";
  schema?: SelectedName;
  name: SelectedName;
}

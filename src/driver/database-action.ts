/**
 * What a database sync keeps in an action's `detail`, as JSON. Written by the postgres driver, read
 * by whoever shows a changeset. Holds no secret, no OID and no estimate: it is part of the identity.
 */
export interface DatabaseDetail {
  /** One of `DATABASE_KINDS`. */
  readonly kind: DatabaseKind;
  /** Names at the source. undefined where the kind has no schema. */
  readonly schema?: string | undefined;
  readonly name: string;
  /** The table, as `schema.name` quoted, of an index, constraint, trigger, rule, policy or default. */
  readonly table?: string | undefined;
  /** When it is created, where its kind alone does not tell: a driver's own word. */
  readonly phase?: string | undefined;
  /** What creates it at the destination. Secrets stand as `${…}`. */
  readonly ddl?: string | undefined;
  /** Role that is to own it; undefined: whoever applies. */
  readonly owner?: string | undefined;
  /** Of a conflict: how the two definitions differ, as lines that begin with `-` (destination), `+` (source) or a blank. */
  readonly difference?: string | undefined;
  /** Why it is not synced, what is left out of it, or what to know about it. */
  readonly remark?: string | undefined;
  /** Of rows: the columns that travel, and the condition on rows. */
  readonly columns?: readonly string[] | undefined;
  readonly where?: string | undefined;
}

export const DATABASE_KINDS = [
  "database",
  "database-setting",
  "role",
  "membership",
  "schema",
  "extension",
  "language",
  "type",
  "domain",
  "collation",
  "conversion",
  "cast",
  "transform",
  "function",
  "procedure",
  "aggregate",
  "operator",
  "operator-class",
  "operator-family",
  "access-method",
  "text-search-parser",
  "text-search-dictionary",
  "text-search-template",
  "text-search-configuration",
  "foreign-data-wrapper",
  "foreign-server",
  "user-mapping",
  "foreign-table",
  "table",
  "partition",
  "sequence",
  "default",
  "view",
  "materialized-view",
  "index",
  "constraint",
  "foreign-key",
  "rule",
  "trigger",
  "event-trigger",
  "policy",
  "row-security",
  "statistics",
  "publication",
  "subscription",
  "large-object",
  "comment",
  "security-label",
  "privilege",
  "default-privilege",
  /** The rows of a table, all large objects' data, a sequence's value, and the filling of a materialized view. */
  "rows",
  "large-objects",
  "sequence-value",
  "refresh",
] as const;

export type DatabaseKind = (typeof DATABASE_KINDS)[number];

/** Reasons of a database sync's actions that others count by. */
export const ROWS_NOT_COMPARED = "rows-not-compared";

/** @returns undefined where the text is not what the driver writes: a changeset is untrusted input */
export function readDatabaseDetail(text: string | undefined): DatabaseDetail | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { kind, schema, name, table, phase, ddl, owner, difference, remark, columns, where } = value as Readonly<Record<string, unknown>>;
  const known = DATABASE_KINDS.find((each) => each === kind);
  if (known === undefined || typeof name !== "string") return undefined;
  if (![schema, table, phase, ddl, owner, difference, remark, where].every((part) => part === undefined || typeof part === "string")) return undefined;
  if (columns !== undefined && !(Array.isArray(columns) && columns.every((column) => typeof column === "string"))) return undefined;
  // Each part was looked at above.
  return { kind: known, schema, name, table, phase, ddl, owner, difference, remark, columns, where } as DatabaseDetail;
}

/** Canonical: the same detail is always the same text. */
export function writeDatabaseDetail({ kind, schema, name, table, phase, ddl, owner, difference, remark, columns, where }: DatabaseDetail): string {
  return JSON.stringify({ kind, schema, name, table, phase, ddl, owner, difference, remark, columns, where });
}

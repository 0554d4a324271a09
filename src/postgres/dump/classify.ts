import type { DatabaseKind } from "../../driver/database-action.ts";
import { shownName } from "../names.ts";
import type { DumpEntry } from "./archive.ts";

/** pg_dump's words for kinds, and ours. A kind that is not here is unknown to this version, and said to be. */
const KINDS: Readonly<Record<string, DatabaseKind>> = {
  "ACCESS METHOD": "access-method",
  ACL: "privilege",
  AGGREGATE: "aggregate",
  BLOB: "large-object",
  "BLOB METADATA": "large-object",
  CAST: "cast",
  "CHECK CONSTRAINT": "constraint",
  COLLATION: "collation",
  COMMENT: "comment",
  CONSTRAINT: "constraint",
  CONVERSION: "conversion",
  DATABASE: "database",
  "DATABASE PROPERTIES": "database-setting",
  DEFAULT: "default",
  "DEFAULT ACL": "default-privilege",
  DOMAIN: "domain",
  "EVENT TRIGGER": "event-trigger",
  EXTENSION: "extension",
  "FK CONSTRAINT": "foreign-key",
  "FOREIGN DATA WRAPPER": "foreign-data-wrapper",
  "FOREIGN TABLE": "foreign-table",
  FUNCTION: "function",
  INDEX: "index",
  "INDEX ATTACH": "partition",
  "MATERIALIZED VIEW": "materialized-view",
  OPERATOR: "operator",
  "OPERATOR CLASS": "operator-class",
  "OPERATOR FAMILY": "operator-family",
  POLICY: "policy",
  "PROCEDURAL LANGUAGE": "language",
  PROCEDURE: "procedure",
  PUBLICATION: "publication",
  "PUBLICATION TABLE": "publication",
  "PUBLICATION TABLES IN SCHEMA": "publication",
  "ROW SECURITY": "row-security",
  RULE: "rule",
  SCHEMA: "schema",
  "SECURITY LABEL": "security-label",
  SEQUENCE: "sequence",
  "SEQUENCE OWNED BY": "sequence",
  SERVER: "foreign-server",
  "SHELL TYPE": "type",
  STATISTICS: "statistics",
  SUBSCRIPTION: "subscription",
  "SUBSCRIPTION TABLE": "subscription",
  TABLE: "table",
  "TABLE ATTACH": "partition",
  "TEXT SEARCH CONFIGURATION": "text-search-configuration",
  "TEXT SEARCH DICTIONARY": "text-search-dictionary",
  "TEXT SEARCH PARSER": "text-search-parser",
  "TEXT SEARCH TEMPLATE": "text-search-template",
  TRANSFORM: "transform",
  TRIGGER: "trigger",
  TYPE: "type",
  "USER MAPPING": "user-mapping",
  VIEW: "view",
};

/** Entries that set up the session that restores; every session of ours is set up already. */
const SESSION_SETTINGS: ReadonlySet<string> = new Set(["ENCODING", "STDSTRINGS", "SEARCHPATH"]);

/** Types of which one object has several entries, so that their key needs a word of its own. */
const KEY_WORDS: Readonly<Record<string, string>> = {
  "INDEX ATTACH": "partition-index",
  "SEQUENCE OWNED BY": "sequence-owner",
  "SHELL TYPE": "shell-type",
  "PUBLICATION TABLE": "publication-table",
  "PUBLICATION TABLES IN SCHEMA": "publication-schema",
  "SUBSCRIPTION TABLE": "subscription-table",
};

/** Types whose tag is a kind in capitals and the name it is about: `TABLE users`. */
const ABOUT_OTHERS: ReadonlySet<string> = new Set(["ACL", "COMMENT", "SECURITY LABEL"]);

export function isSessionSetting({ type }: DumpEntry): boolean {
  return SESSION_SETTINGS.has(type);
}

/** @returns undefined for a type that this version does not know */
export function kindOfEntry({ type }: Pick<DumpEntry, "type">): DatabaseKind | undefined {
  return Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
}

/**
 * The key of an entry's action. The same object has the same key in any dump of any server. A tag with
 * several names in it holds them as they are, so that two odd names could come to one key: `withUniqueKeys` sees to that.
 */
export function keyOfEntry(entry: DumpEntry): string {
  const { type, tag, schema, owner } = entry;
  const kind = kindOfEntry(entry) ?? type.toLowerCase();
  if (ABOUT_OTHERS.has(type)) {
    // The one database has another name at the other end.
    if (tag.startsWith("DATABASE ")) return `${kind} DATABASE`;
    const [, what = "", written = tag] = /^([A-Z][A-Z ]*) ([^]*)$/.exec(tag) ?? [];
    // From 14 on servers write IN before the arguments of a procedure.
    const name = what === "PROCEDURE" ? written.replaceAll(/(?<=[(,] ?)IN /g, "") : written;
    return `${kind} ${what} ${schema === undefined ? "" : `${shownName(undefined, schema)}.`}${name}`;
  }
  if (type === "DEFAULT ACL")
    return `${kind} ${tag.replace(/^DEFAULT PRIVILEGES /, "").toLowerCase()} of ${owner}${schema === undefined ? "" : ` in ${shownName(undefined, schema)}`}`;
  if (type === "DATABASE" || type === "DATABASE PROPERTIES") return kind;
  const word = KEY_WORDS[type] ?? kind;
  // Functions and the like carry their arguments, and some types their table.
  return schema === undefined ? `${word} ${tag}` : `${word} ${shownName(undefined, schema)}.${tagShown(type, tag)}`;
}

const PLAIN_TAGS: ReadonlySet<string> = new Set([
  "TABLE",
  "VIEW",
  "MATERIALIZED VIEW",
  "SEQUENCE",
  "INDEX",
  "TYPE",
  "DOMAIN",
  "COLLATION",
  "CONVERSION",
  "FOREIGN TABLE",
  "STATISTICS",
  "TABLE ATTACH",
  "INDEX ATTACH",
]);

function tagShown(type: string, tag: string): string {
  return PLAIN_TAGS.has(type) ? shownName(undefined, tag) : tag;
}

export interface KeyedEntry {
  readonly key: string;
  readonly entry: DumpEntry;
}

/** Pairs each entry with its key. Where two odd names come to one key, the later ones in the dump's order get a number. */
export function withUniqueKeys(entries: readonly DumpEntry[]): KeyedEntry[] {
  const seen = new Map<string, number>();
  return entries.map((entry) => {
    const key = keyOfEntry(entry);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return { key: times === 1 ? key : `${key} (${times})`, entry };
  });
}

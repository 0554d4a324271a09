import { hash } from "node:crypto";
import type { DumpEntry } from "../dump/archive.ts";
import { quoteName } from "../names.ts";

/** Types that have an owner of their own; all others are their table's or their schema's. */
const OWNED: ReadonlySet<string> = new Set([
  "AGGREGATE",
  "COLLATION",
  "CONVERSION",
  "DOMAIN",
  "EVENT TRIGGER",
  "FOREIGN DATA WRAPPER",
  "FOREIGN TABLE",
  "FUNCTION",
  "MATERIALIZED VIEW",
  "OPERATOR",
  "OPERATOR CLASS",
  "OPERATOR FAMILY",
  "PROCEDURAL LANGUAGE",
  "PROCEDURE",
  "PUBLICATION",
  "SCHEMA",
  "SEQUENCE",
  "SERVER",
  "STATISTICS",
  "SUBSCRIPTION",
  "TABLE",
  "TEXT SEARCH CONFIGURATION",
  "TEXT SEARCH DICTIONARY",
  "TYPE",
  "VIEW",
]);

export function hasOwner({ type, dropStatement, owner }: DumpEntry): boolean {
  return OWNED.has(type) && owner !== "" && dropStatement.startsWith("DROP ");
}

/**
 * What gives an object to its owner. pg_dump's own DROP statement names it as it has to be named,
 * with arguments and quotes.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_dump/pg_backup_archiver.c _printTocEntry
 */
export function ownerStatement({ dropStatement }: DumpEntry, owner: string): string {
  const what = dropStatement
    .trimEnd()
    .replace(/^DROP /, "")
    .replace(/;$/, "");
  return `ALTER ${what} OWNER TO ${quoteName(owner)};`;
}

const USUAL_ACCESS_METHOD = "heap";

/** Ends what `inTablespace` began. */
export const TABLESPACE_END = "\nSET default_tablespace = '';";

/** Makes what a definition creates lie in a tablespace: pg_dump writes none into definitions. */
export function inTablespace(ddl: string, tablespace: string): string {
  return `SET default_tablespace = ${quoteName(tablespace)};\n${ddl}${TABLESPACE_END}`;
}

/** What creates an object, without its owner. */
export function definitionOf({ definition, accessMethod }: DumpEntry): string {
  const text = definition.trimEnd();
  if (accessMethod === undefined || accessMethod === USUAL_ACCESS_METHOD || text === "") return text;
  return `SET default_table_access_method = ${quoteName(accessMethod)};\n${text}\nSET default_table_access_method = ${USUAL_ACCESS_METHOD};`;
}

/** 32 hexadecimal digits that are the same for the same text. */
export function fingerprintOf(text: string): string {
  return hash("sha256", text).slice(0, 32);
}

/** The last option of CREATE DATABASE. */
export function ownerOfDatabase(owner: string | undefined): string {
  return owner === undefined ? "" : ` OWNER = ${quoteName(owner)}`;
}

import { createHash } from "node:crypto";
import type { NameMap } from "../../core/sync-plan.ts";

export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

/** Bytes of UTF-8: PostgreSQL cuts longer names. https://www.postgresql.org/docs/current/limits.html */
export const MOST_NAME_BYTES = 63;

/** Hexadecimal digits of the hash in a name: 40 bits, so that names that differ only in what was cut off stay apart. */
const HASH_DIGITS = 10;

const HEADS = { index: "i_", constraint: "c_" } as const;
const TAIL = "_key";

/** Whether a plan maps more than the database's own name. */
export function mapsNames({ schemas, tables, rename }: NameMap): boolean {
  return Object.keys(schemas).length > 0 || Object.keys(tables).length > 0 || rename.length > 0;
}

/** Name of a schema at the destination. */
export function mappedSchema({ schemas }: NameMap, schema: string): string {
  return (Object.hasOwn(schemas, schema) ? schemas[schema] : undefined) ?? schema;
}

/**
 * What tables are called at the destination: one that is named itself goes there, else it has its
 * schema's new name and what the first rename rule that matches makes of its own.
 */
export function makeTargetOf(map: NameMap): (schema: string, name: string) => QualifiedName {
  const rules = map.rename.map(({ from, to }) => ({ from: new RegExp(from, "u"), to }));
  return (schema, name) => {
    const key = `${schema}.${name}`;
    const named = Object.hasOwn(map.tables, key) ? map.tables[key] : undefined;
    if (named !== undefined) {
      const dot = named.indexOf(".");
      return { schema: named.slice(0, dot), name: named.slice(dot + 1) };
    }
    const rule = rules.find(({ from }) => from.test(name));
    return { schema: mappedSchema(map, schema), name: rule ? name.replace(rule.from, rule.to) : name };
  };
}

export interface PartName extends QualifiedName {
  /** The table, under its original name. */
  readonly table: string;
}

/**
 * Name of an index on a table that has another name or schema at the destination: `i_`, a hash over the
 * original names of schema, table and index, the index's own name, cut to fit, and `_key`.
 */
export function mappedIndexName(part: PartName): string {
  return partName("index", part);
}

/** The same for a constraint, which begins with `c_`. The index behind it is called as it is. */
export function mappedConstraintName(part: PartName): string {
  return partName("constraint", part);
}

function partName(kind: keyof typeof HEADS, { schema, table, name }: PartName): string {
  // A zero byte has no place in a name, so that no two triples are the same text.
  const hash = createHash("sha256").update([schema, table, name].join("\0")).digest("hex").slice(0, HASH_DIGITS);
  const head = HEADS[kind] + hash;
  return head + cutToBytes(name, MOST_NAME_BYTES - head.length - TAIL.length) + TAIL;
}

/** As many whole characters from the front as fit. */
export function cutToBytes(text: string, bytes: number): string {
  let left = bytes;
  let end = 0;
  for (const character of text) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

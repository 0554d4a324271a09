import type { Session } from "../connect/session.ts";
import { qualifiedName, quoteName } from "../names.ts";
import type { RowRange } from "./statements.ts";

export interface TableToSplit {
  /** In the snapshot in which the parts are read. */
  readonly session: Session;
  readonly schema: string;
  readonly name: string;
  /** As estimated. */
  readonly bytes: number;
  /** No more than these. */
  readonly parts: number;
  /** How large a part should be at least. */
  readonly partBytes: number;
}

/** Tid Range Scan: before it a range of blocks reads the whole table. */
const READS_BLOCK_RANGES = 140_000;

const WHOLE: readonly RowRange[] = [{ kind: "all" }];

/**
 * How a large table is read by several sessions in one snapshot: its own rows, each in exactly one part. By blocks
 * where the server can read a range of them, else by a key of whole numbers, else as one.
 *
 * Only a lock keeps rows in their blocks (`holdSnapshot`): VACUUM FULL and CLUSTER move them.
 *
 * @see https://www.postgresql.org/docs/release/14.0/ "Allow Tid Range Scan"
 */
export async function splitTable({ session, schema, name, bytes, parts, partBytes }: TableToSplit): Promise<readonly RowRange[]> {
  const wanted = Math.min(parts, Math.floor(bytes / Math.max(1, partBytes)));
  if (wanted < 2) return WHOLE;
  const [table] = await session.query<TableFacts>(FACTS, [schema, name]);
  if (table === undefined) return WHOLE;
  if (table.heap && session.version >= READS_BLOCK_RANGES) return blockRanges(Number(table.blocks), wanted);
  if (table.key === null) return WHOLE;
  // The index gives both at once. Key by key, the numbers may be far from evenly spread: then parts differ in size.
  const key = quoteName(table.key);
  const [ends] = await session.query<{ low: string | null; high: string | null }>(
    `SELECT pg_catalog.min(${key})::text AS low, pg_catalog.max(${key})::text AS high FROM ONLY ${qualifiedName(schema, name)}`,
  );
  if (ends === undefined || ends.low === null || ends.high === null) return WHOLE;
  return keyRanges(table.key, BigInt(ends.low), BigInt(ends.high), wanted);
}

/** The last part is open: blocks that were added since belong to it, and hold nothing that the snapshot shows. */
export function blockRanges(blocks: number, parts: number): readonly RowRange[] {
  const count = Math.min(parts, blocks);
  if (count < 2) return WHOLE;
  const start = (part: number) => Math.floor((part * blocks) / count);
  return Array.from({ length: count }, (_, part) => ({ kind: "blocks", from: start(part), to: part + 1 === count ? undefined : start(part + 1) }));
}

/** Both ends are open, so that no row depends on what low and high were. */
export function keyRanges(column: string, low: bigint, high: bigint, parts: number): readonly RowRange[] {
  const span = high - low + 1n;
  const count = span < BigInt(parts) ? Number(span) : parts;
  if (count < 2) return WHOLE;
  const start = (part: number) => low + (BigInt(part) * span) / BigInt(count);
  return Array.from({ length: count }, (_, part) => ({
    kind: "keys",
    column,
    from: part === 0 ? undefined : start(part),
    to: part + 1 === count ? undefined : start(part + 1),
  }));
}

interface TableFacts {
  readonly heap: boolean;
  /** Of the main fork. A bigint. */
  readonly blocks: string;
  readonly key: string | null;
}

/**
 * A key is a column of whole numbers of which each is there once and none is null: nulls would be in no part. From
 * 18 on NOT NULL may be declared and not yet validated. 2, the access method of tables, is `heap` from 12 on.
 */
const FACTS = `
SELECT c.relam IN (0, 2) AS heap,
       pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int8 AS blocks,
       (SELECT a.attname::text
          FROM pg_catalog.pg_index i
          JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indisready AND i.indpred IS NULL
           AND i.indnatts = 1 AND a.attnotnull AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint n
                            WHERE n.conrelid = c.oid AND n.contype = 'n' AND n.conkey[1] = a.attnum AND NOT n.convalidated)
         ORDER BY i.indisprimary DESC, a.attnum
         LIMIT 1) AS key
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
 WHERE s.nspname = $1 AND c.relname = $2 AND c.relkind = 'r'`;

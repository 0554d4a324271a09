import { qualifiedName, quoteName } from "../names.ts";
import { allDone } from "./all-done.ts";
import type { RowExpressions, TableSide } from "./row-expressions.ts";
import type { SideSessions } from "./side-sessions.ts";

/** How the rows of both sides are put into buckets, so that only those are looked at whose sums differ. */
export type Buckets =
  /** One for all rows. */
  | { readonly kind: "one" }
  /** By bits of the hash of the key, or of the row where there is no key. A power of 2. */
  | { readonly kind: "hash"; readonly count: number }
  /** By whole numbers, each 2^shift wide from `low` to `high`; the first and the last are open. */
  | { readonly kind: "number"; readonly low: bigint; readonly high: bigint; readonly shift: number };

export interface BucketSum {
  readonly rows: number;
  readonly sum: bigint;
}

/** One side of a pair, ready to be asked. */
export interface ReadableSide {
  readonly sessions: SideSessions;
  readonly table: TableSide;
  readonly expressions: RowExpressions;
  /** A condition; undefined: all rows. */
  readonly where: string | undefined;
  readonly only: boolean;
}

export interface ReadSumsOptions {
  readonly buckets: Buckets;
  readonly depth: "count" | "values";
  /** Sessions that may read at once. */
  readonly parallel: number;
  readonly sliceBlocks?: number | undefined;
  onRows(rows: number): void;
}

/** Blocks of 8 KiB that a session reads at a time, at least: 512 MiB. The server reads smaller tables by a parallel plan of its own, which is sooner begun than sessions are opened. */
const SLICE_BLOCKS = 65_536;
/** More slices than sessions, so that a slow one holds up little. */
const SLICES_A_SESSION = 4;
/** Ranges of blocks can be read without the others from 14 on. */
const TID_RANGE_SCAN = 140_000;

/**
 * Counts rows and adds up their hashes, by bucket, on one side. A large table is read in slices by
 * several sessions: each side by its own blocks, since sums do not care for order.
 */
export async function readSums(
  side: ReadableSide,
  { buckets, depth, parallel, sliceBlocks = SLICE_BLOCKS, onRows }: ReadSumsOptions,
): Promise<ReadonlyMap<string, BucketSum>> {
  const bucket = bucketExpression(side.expressions, buckets);
  const sum = depth === "count" ? "0" : `coalesce(sum(${side.expressions.rowHash}), 0)`;
  const sums = new Map<string, BucketSum>();
  const slice = async (condition: string | undefined) => {
    const rows = await side.sessions.use((session) =>
      session.query<SumRow>(
        `SELECT ${bucket ?? "0"}::text AS bucket, count(*)::text AS rows, ${sum}::text AS sum FROM ${from(side)}${whereAll([side.where, condition])}${bucket === undefined ? "" : " GROUP BY 1"}`,
      ),
    );
    let read = 0;
    for (const row of rows) {
      const before = sums.get(row.bucket) ?? { rows: 0, sum: 0n };
      const after = { rows: before.rows + Number(row.rows), sum: before.sum + BigInt(row.sum) };
      read += Number(row.rows);
      // An empty table and no row at all are the same.
      if (after.rows > 0) sums.set(row.bucket, after);
    }
    onRows(read);
  };
  await allDone(slices(side, parallel, sliceBlocks).map(slice));
  return sums;
}

interface SumRow {
  readonly bucket: string;
  readonly rows: string;
  readonly sum: string;
  readonly [column: string]: unknown;
}

function slices(side: ReadableSide, parallel: number, sliceBlocks: number): readonly (string | undefined)[] {
  const { blocks, heap } = side.table.shape;
  if (!heap || !side.only || parallel === 1 || side.sessions.version < TID_RANGE_SCAN || blocks < 2 * sliceBlocks) return [undefined];
  const size = Math.ceil(blocks / Math.min(Math.floor(blocks / sliceBlocks), parallel * SLICES_A_SESSION));
  const ctid = `${quoteName(side.table.name)}.ctid`;
  return Array.from({ length: Math.ceil(blocks / size) }, (_, index) => {
    const first = index === 0 ? undefined : `${ctid} >= '(${index * size},0)'`;
    // The last one is open: the table may have grown.
    const last = (index + 1) * size >= blocks ? undefined : `${ctid} < '(${(index + 1) * size},0)'`;
    return [first, last].filter((part) => part !== undefined).join(" AND ");
  });
}

/** Without an alias: columns are written as `"table"."column"`, so that a user's condition finds the table by its name. */
export function from({ table, only }: ReadableSide): string {
  return `${only ? "ONLY " : ""}${qualifiedName(table.schema, table.name)}`;
}

/** A line of its own ends a comment in a condition. */
export function whereAll(conditions: readonly (string | undefined)[]): string {
  const present = conditions.filter((condition) => condition !== undefined && condition !== "");
  return present.length === 0 ? "" : ` WHERE ${present.map((condition) => `(${condition}\n)`).join(" AND ")}`;
}

/** @returns undefined where there is one bucket only */
export function bucketExpression({ number, keyHash, rowHash }: RowExpressions, buckets: Buckets): string | undefined {
  if (buckets.kind === "one") return undefined;
  if (buckets.kind === "hash") return `(${keyHash ?? rowHash} & ${buckets.count - 1})`;
  return `(least(greatest(${number ?? "0"}::int8, '${buckets.low}'::int8), '${buckets.high}'::int8) >> ${buckets.shift})`;
}

/** Beyond so many ranges one condition on the bucket is cheaper than a range each. */
const MAX_RANGES = 64;

/** A condition that holds for the rows of these buckets, by an index where that can be. @returns undefined where all rows are meant */
export function bucketCondition(expressions: RowExpressions, buckets: Buckets, wanted: readonly bigint[]): string | undefined {
  const bucket = bucketExpression(expressions, buckets);
  if (bucket === undefined) return undefined;
  const { number } = expressions;
  const ranges = buckets.kind === "number" && number !== undefined ? rangesOf(wanted) : [];
  if (buckets.kind !== "number" || number === undefined || ranges.length > MAX_RANGES) return `${bucket} = ANY ('{${wanted.join(",")}}'::int8[])`;
  const [lowest, highest] = [buckets.low >> BigInt(buckets.shift), buckets.high >> BigInt(buckets.shift)];
  return ranges
    .map(([first, last]) => {
      const parts = [
        first <= lowest ? undefined : `${number} >= '${first << BigInt(buckets.shift)}'::int8`,
        last >= highest ? undefined : `${number} < '${(last + 1n) << BigInt(buckets.shift)}'::int8`,
      ].filter((part) => part !== undefined);
      const range = parts.length === 0 ? "true" : parts.join(" AND ");
      // Where no primary key forbids them, nulls count to the first bucket.
      return first <= lowest ? `${range} OR ${number} IS NULL` : range;
    })
    .map((range) => `(${range})`)
    .join(" OR ");
}

/** Neighbours as one. */
function rangesOf(buckets: readonly bigint[]): readonly (readonly [bigint, bigint])[] {
  const ranges: [bigint, bigint][] = [];
  for (const bucket of [...buckets].sort((a, b) => (a < b ? -1 : 1))) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1n === bucket) last[1] = bucket;
    else ranges.push([bucket, bucket]);
  }
  return ranges;
}

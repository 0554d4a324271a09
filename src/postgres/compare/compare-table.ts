import { compareKeys } from "../../core/byte-order.ts";
import type { Session } from "../connect/session.ts";
import { allDone } from "./all-done.ts";
import { columnDifferences } from "./column-differences.ts";
import { type KeyDifference, mergeRows } from "./merge-rows.ts";
import { type BucketSum, bucketCondition, type Buckets, from, type ReadableSide, readSums } from "./sums.ts";
import type { CompareRowsOptions, RowDifference, TableComparison, TablePair } from "./types.ts";

export interface ReadablePair {
  readonly pair: TablePair;
  readonly source: ReadableSide;
  readonly destination: ReadableSide;
}

/** Below so many blocks all rows are joined at once where a table differs: 2 MiB. */
const SMALL_BLOCKS = 256;
const BUCKET_ROWS = 1000;
const MAX_BUCKETS = 16_384;
const ONE: Buckets = { kind: "one" };

type Sums = readonly [source: ReadonlyMap<string, BucketSum>, destination: ReadonlyMap<string, BucketSum>];

/**
 * Compares one pair of tables: the sums of all rows; where they differ, the sums of buckets; and of
 * the buckets that differ, the rows.
 */
export async function compareTable(readable: ReadablePair, options: CompareRowsOptions): Promise<TableComparison> {
  const { pair, source, destination } = readable;
  // Rows without a column are all alike.
  const depth = pair.columns.length === 0 ? "count" : options.depth;
  const sums = (buckets: Buckets): Promise<Sums> => {
    const read = (side: ReadableSide) =>
      readSums(side, {
        buckets,
        depth,
        parallel: options.sessions,
        sliceBlocks: options.sliceBlocks,
        onRows: (rows) => options.onProgress?.({ key: pair.key, side: side.sessions.side, rows }),
      });
    return allDone([read(source), read(destination)]);
  };
  const whole = await sums(ONE);
  const [left, right] = whole.map(totalOf) as [BucketSum, BucketSum];
  const rows = { source: left.rows, destination: right.rows };
  const equal = left.rows === right.rows && left.sum === right.sum;
  if (equal || options.depth === "count") return { key: pair.key, rows, equal, differences: [], more: 0, problem: undefined };
  if (pair.columns.length === 0) return { key: pair.key, rows, equal, ...withoutColumns(rows, options.maxRowDifferences), problem: undefined };

  const large = Math.max(source.table.shape.blocks, destination.table.shape.blocks) > SMALL_BLOCKS;
  const buckets = large ? await chooseBuckets(readable, Math.max(left.rows, right.rows)) : ONE;
  const differing = buckets.kind === "one" ? undefined : differingBuckets(await sums(buckets));
  const found = await differences(readable, buckets, differing, options.maxRowDifferences);
  return { key: pair.key, rows, equal, ...found, problem: undefined };
}

function totalOf(sums: ReadonlyMap<string, BucketSum>): BucketSum {
  return sums.get("0") ?? { rows: 0, sum: 0n };
}

async function chooseBuckets({ source }: ReadablePair, rows: number): Promise<Buckets> {
  const count = 2 ** Math.min(Math.log2(MAX_BUCKETS), Math.ceil(Math.log2(Math.max(1, rows / BUCKET_ROWS))));
  const { number } = source.expressions;
  if (count === 1) return ONE;
  if (number === undefined) return { kind: "hash", count };
  // By the index, whatever the filter: any bounds are right, good ones are fast.
  const [row] = await source.sessions.use((session) =>
    session.query<{ low: string | null; high: string | null }>(`SELECT min(${number})::text AS low, max(${number})::text AS high FROM ${from(source)}`),
  );
  // null where the source is empty.
  if (typeof row?.low !== "string" || typeof row.high !== "string") return ONE;
  const [low, high] = [BigInt(row.low), BigInt(row.high)];
  const width = (high - low) / BigInt(count) + 1n;
  return { kind: "number", low, high, shift: width.toString(2).length };
}

/** @returns undefined where all of them differ */
function differingBuckets([source, destination]: Sums): readonly bigint[] | undefined {
  const all = new Set([...source.keys(), ...destination.keys()]);
  const differing = [...all].filter((bucket) => {
    const [a, b] = [source.get(bucket), destination.get(bucket)];
    return a?.rows !== b?.rows || a?.sum !== b?.sum;
  });
  return differing.length === all.size ? undefined : differing.map(BigInt);
}

interface Found {
  readonly differences: readonly RowDifference[];
  readonly more: number;
}

async function differences(readable: ReadablePair, buckets: Buckets, wanted: readonly bigint[] | undefined, limit: number): Promise<Found> {
  const kept: { difference: RowDifference["difference"]; row: KeyDifference }[] = [];
  let more = 0;
  const keep = (difference: RowDifference["difference"], row: KeyDifference, times: number) => {
    const room = Math.min(times, limit - kept.length);
    for (let i = 0; i < room; i++) kept.push({ difference, row });
    more += times - room;
  };
  const { pair, source, destination } = readable;
  const merge = async (left: Session, right: Session) => {
    const end = (side: ReadableSide, session: Session) => ({
      readable: side,
      session,
      condition: wanted === undefined ? undefined : bucketCondition(side.expressions, buckets, wanted),
    });
    for await (const row of mergeRows({ source: end(source, left), destination: end(destination, right) })) {
      const both = Math.min(row.source, row.destination);
      keep("different", row, both);
      keep("missing", row, row.source - both);
      keep("extra", row, row.destination - both);
    }
  };
  // Always the source's first: two tables that each hold one session never wait for each other.
  await source.sessions.use((left) => destination.sessions.use((right) => merge(left, right)));

  const different = kept.filter(({ difference }) => difference === "different").map(({ row }) => row);
  const columns = different.length === 0 ? new Map<string, readonly string[]>() : await columnDifferences(pair.columns, different, source, destination);
  kept.sort((a, b) => compareRowsByKey(a.row, b.row));
  return {
    more,
    differences: kept.map(({ difference, row }) => ({
      difference,
      rowKey: rowKey(pair, row),
      columns: difference === "different" ? columns.get(row.keyText) : undefined,
    })),
  };
}

/** As PostgreSQL writes a key in its own messages. */
function rowKey({ primaryKey = [] }: TablePair, { keyHash, keyValues }: KeyDifference): string {
  if (primaryKey.length === 0) return `row hash ${BigInt.asUintN(64, keyHash).toString(16).padStart(16, "0")}`;
  return `(${primaryKey.join(", ")})=(${keyValues.map((value) => value ?? "null").join(", ")})`;
}

function withoutColumns({ source, destination }: { source: number; destination: number }, limit: number): Found {
  const count = Math.abs(source - destination);
  const difference = source > destination ? "missing" : "extra";
  const differences = Array.from({ length: Math.min(count, limit) }, (): RowDifference => ({ difference, rowKey: "row without columns" }));
  return { differences, more: count - differences.length };
}

function compareRowsByKey(a: KeyDifference, b: KeyDifference): number {
  for (const [index, left] of a.keyValues.entries()) {
    const order = compareValues(left ?? "", b.keyValues[index] ?? "");
    if (order !== 0) return order;
  }
  return a.keyHash < b.keyHash ? -1 : Number(a.keyHash > b.keyHash);
}

const WHOLE = /^-?\d{1,19}$/;

function compareValues(a: string, b: string): number {
  if (!WHOLE.test(a) || !WHOLE.test(b)) return compareKeys(a, b);
  const distance = BigInt(a) - BigInt(b);
  return distance < 0n ? -1 : Number(distance > 0n);
}

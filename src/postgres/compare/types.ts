import type { TidemarkError } from "../../core/errors.ts";
import type { Session } from "../connect/session.ts";

export interface RelationName {
  readonly schema: string;
  readonly name: string;
}

/** Two tables whose rows are to be the same. */
export interface TablePair {
  /** `rows public.users`. */
  readonly key: string;
  readonly source: RelationName;
  readonly destination: RelationName;
  /** Names on both sides, in whatever order the tables have them. Generated columns are left out by the caller. */
  readonly columns: readonly string[];
  /** A condition on the source's rows. The destination is expected to hold those rows and no others. */
  readonly where?: string | undefined;
  /** A condition on the destination's rows: others are not looked at. */
  readonly destinationWhere?: string | undefined;
  /** Columns that tell rows apart. undefined or empty: rows are compared as a multiset. */
  readonly primaryKey?: readonly string[] | undefined;
  /** false: rows of children and partitions count as the table's own. Partitioned tables are always read so. Default true. */
  readonly only?: boolean | undefined;
}

export interface CompareProgress {
  readonly key: string;
  readonly side: Side;
  /** Rows of the table that were read since the last report. */
  readonly rows: number;
}

export interface CompareRowsOptions {
  readonly pairs: readonly TablePair[];
  openSource(): Promise<Session>;
  openDestination(): Promise<Session>;
  /** Connections at once to each side, at least 1. */
  readonly sessions: number;
  /** Of a table, what a session reads at a time at least, in blocks of 8 KiB; 512 MiB by default. */
  readonly sliceBlocks?: number | undefined;
  /** Exported snapshots to look at. Whoever exported one holds the locks that keep it true. */
  readonly snapshots?: { readonly source?: string | undefined; readonly destination?: string | undefined } | undefined;
  readonly signal: AbortSignal;
  /** `count`: only how many rows there are. */
  readonly depth: "count" | "values";
  /** Differences that are told one by one of each table; the others are counted. */
  readonly maxRowDifferences: number;
  onProgress?(progress: CompareProgress): void;
}

export interface RowDifference {
  /** `missing` at the destination, or `extra` there. */
  readonly difference: "missing" | "extra" | "different";
  /** `(id)=(42)`; of a table without a key `row hash 9f86d081884c7d65`. */
  readonly rowKey: string;
  /** Columns that differ. undefined where it could not be told, and of rows that are on one side only. */
  readonly columns?: readonly string[] | undefined;
}

/** What comparing one pair of tables found. */
export interface TableComparison {
  readonly key: string;
  /** undefined where the table could not be read. */
  readonly rows: { readonly source: number; readonly destination: number } | undefined;
  readonly equal: boolean;
  /** As many as asked for, sorted by their keys. Empty with depth `count`. */
  readonly differences: readonly RowDifference[];
  /** Differences beyond those listed. */
  readonly more: number;
  /** Why the pair could not be compared. It never stops the others. */
  readonly problem: TidemarkError | undefined;
}

export type Side = "source" | "destination";

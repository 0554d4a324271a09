/**
 * What a page holds for its script, as JSON. Written by Node, read by the browser: types and constants
 * only, so that both may import it.
 */

/** What a page begins with, by which a later one knows that it may take its place. */
export const PAGE_MARKER = "<!doctype html>\n<!-- tidemark report -->\n";

/** Rows that a page lists. What is beyond is counted, and said to be left out. */
export const MOST_ROWS = 100_000;

/** Ids of the elements that hold JSON: one of `PageData`, any number of `RowChunk`. */
export const DATA_ID = "page-data";
export const CHUNK_CLASS = "page-rows";

/** How a kind of row is marked and called. Its colour is the CSS variable `--of-NAME`. */
export interface KindWord {
  readonly mark: string;
  readonly word: string;
}

export type ColumnName = "kind" | "action" | "key" | "bytes" | "rows" | "at" | "reason" | "sync";

export interface PageColumn {
  readonly name: ColumnName;
  readonly title: string;
}

export interface PageData {
  readonly page: "plan" | "run" | "comparison";
  /** Of every kind and action that rows and pictures name. */
  readonly words: Readonly<Record<string, KindWord>>;
  readonly columns: readonly PageColumn[];
  readonly charts: readonly ChartData[];
}

/** Items and bytes by kind, with nothing for a kind that has none. */
export type Amounts = Readonly<Record<string, { readonly items: number; readonly bytes: number }>>;

export interface TreeNode {
  readonly name: string;
  readonly amounts: Amounts;
  readonly children?: readonly TreeNode[] | undefined;
}

export interface TreemapData {
  readonly type: "treemap";
  readonly id: string;
  readonly nodes: readonly TreeNode[];
}

export type Measure = "items" | "bytes" | "rows";

/** Bars, each cut into kinds. */
export interface BarsData {
  readonly type: "bars";
  readonly id: string;
  /** Bars that lie: names of tables are long. */
  readonly lying: boolean;
  readonly categories: readonly string[];
  /** Measures that there are, the first shown first. A value for each category. */
  readonly measures: readonly { readonly measure: Measure; readonly series: readonly { readonly kind: string; readonly values: readonly number[] }[] }[];
}

/** How a run went over time: what was done in each stretch that ends at `at`. */
export interface CourseData {
  readonly type: "course";
  readonly id: string;
  /** Milliseconds since the run began, ascending. */
  readonly at: readonly number[];
  /** A second. */
  readonly bytes: readonly number[];
  readonly items: readonly number[];
  /** In the stretch. */
  readonly problems: readonly number[];
  readonly retries: readonly number[];
}

export type ChartData = TreemapData | BarsData | CourseData;

/** Values of a column, one a row; or a single one that holds for all rows. */
export type Values<Value> = readonly Value[];

/** Texts by their number in `texts`: few are different. */
export interface WordValues {
  readonly texts: readonly string[];
  readonly of: Values<number>;
}

/** Some thousand rows by column, so that a page of 100,000 stays small and opens fast. */
export interface RowChunk {
  readonly rows: number;
  readonly kind: WordValues;
  readonly action: WordValues;
  readonly reason: WordValues;
  readonly sync: WordValues;
  /** How many UTF-16 units a key shares with the one before it in the chunk, and what follows them. */
  readonly shared: Values<number>;
  readonly rest: readonly string[];
  readonly bytes: Values<number>;
  readonly count: Values<number>;
  /** Seconds since the epoch; -1 where it is not known. */
  readonly at: Values<number>;
  /** By the number of a row in the chunk. */
  readonly details: Readonly<Record<number, RowDetail>>;
}

/** What is known of a row beside its columns. */
export interface RowDetail {
  readonly message?: string | undefined;
  readonly hint?: string | undefined;
  readonly ddl?: string | undefined;
  /** Lines that begin with `-` (destination), `+` (source) or a blank. */
  readonly difference?: string | undefined;
  readonly where?: string | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly owner?: string | undefined;
  /** The version that is replaced. `at`: seconds since the epoch. */
  readonly replaced?: { readonly bytes: number | undefined; readonly at: number | undefined } | undefined;
  /** When it was tried. Seconds since the epoch. */
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
  /** Where a long text was cut. */
  readonly isCut?: boolean | undefined;
}

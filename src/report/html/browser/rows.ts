import { visible } from "../../../core/escape.ts";
import { CHUNK_CLASS, type PageData, type RowChunk, type RowDetail, type Values, type WordValues } from "../page-data.ts";

/** All rows of the page, by column. */
export interface Rows {
  readonly count: number;
  readonly kind: readonly string[];
  readonly action: readonly string[];
  readonly reason: readonly string[];
  readonly sync: readonly string[];
  readonly key: readonly string[];
  readonly bytes: Float64Array;
  readonly rows: Float64Array;
  /** Seconds since the epoch, -1 where it is not known. */
  readonly at: Float64Array;
  detail(row: number): RowDetail | undefined;
  /** What a search looks in: all that is shown of the row, in lower case. */
  text(row: number): string;
}

/** Reads what the page holds. */
export function readRows({ words }: PageData): Rows {
  // SAFETY: written by Tidemark into the same page.
  const chunks = [...document.getElementsByClassName(CHUNK_CLASS)].map((script) => JSON.parse(script.textContent) as RowChunk);
  const count = chunks.reduce((sum, { rows }) => sum + rows, 0);
  const kind: string[] = [];
  const action: string[] = [];
  const reason: string[] = [];
  const sync: string[] = [];
  const key: string[] = [];
  const bytes = new Float64Array(count);
  const rows = new Float64Array(count);
  const at = new Float64Array(count);
  const details = new Map<number, RowDetail>();
  let from = 0;
  for (const chunk of chunks) {
    spread(chunk.kind, chunk.rows, kind);
    spread(chunk.action, chunk.rows, action);
    spread(chunk.reason, chunk.rows, reason);
    spread(chunk.sync, chunk.rows, sync);
    bytes.set(all(chunk.bytes, chunk.rows), from);
    rows.set(all(chunk.count, chunk.rows), from);
    at.set(all(chunk.at, chunk.rows), from);
    let before = "";
    const shared = all(chunk.shared, chunk.rows);
    for (let row = 0; row < chunk.rows; row += 1) {
      before = before.slice(0, shared[row]) + (chunk.rest[row] ?? "");
      key.push(before);
    }
    for (const [row, detail] of Object.entries(chunk.details)) details.set(from + Number(row), detail);
    from += chunk.rows;
  }
  const texts: string[] = [];
  const text = (row: number) =>
    (texts[row] ??= [
      visible(key[row] ?? ""),
      visible(reason[row] ?? ""),
      visible(sync[row] ?? ""),
      words[kind[row] ?? ""]?.word,
      words[action[row] ?? ""]?.word,
    ]
      .join("\n")
      .toLowerCase());
  return { count, kind, action, reason, sync, key, bytes, rows, at, detail: (row) => details.get(row), text };
}

function all(values: Values<number>, count: number): Values<number> {
  return values.length === count ? values : Array.from({ length: count }, () => values[0] ?? 0);
}

function spread({ texts, of }: WordValues, count: number, into: string[]): void {
  for (const number of all(of, count)) into.push(texts[number] ?? "");
}

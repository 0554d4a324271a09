import { visible } from "../../../core/escape.ts";
import { CHUNK_CLASS, type PageData, type RowChunk, type RowDetail, type Values, type WordValues } from "../page-data.ts";

interface Piece {
  readonly script: Element;
  readonly from: number;
  readonly rows: number;
  isRead: boolean;
}

/**
 * All rows of the page, by column. Pieces of the page are read when a row of theirs is needed, so that
 * what is seen first need not wait for the rest: columns hold a row only after `need` or `readAll`.
 */
export class Rows {
  readonly count: number;
  readonly kind: string[] = [];
  readonly action: string[] = [];
  readonly reason: string[] = [];
  readonly sync: string[] = [];
  readonly key: string[] = [];
  readonly bytes: Float64Array;
  readonly rows: Float64Array;
  /** Seconds since the epoch, -1 where it is not known. */
  readonly at: Float64Array;
  readonly #words: PageData["words"];
  readonly #pieces: readonly Piece[];
  readonly #details = new Map<number, RowDetail>();
  readonly #texts: string[] = [];

  constructor({ words }: PageData) {
    this.#words = words;
    let from = 0;
    this.#pieces = [...document.getElementsByClassName(CHUNK_CLASS)].map((script) => {
      const rows = Number(script.getAttribute("data-rows"));
      from += rows;
      return { script, from: from - rows, rows, isRead: false };
    });
    this.count = from;
    this.bytes = new Float64Array(from);
    this.rows = new Float64Array(from);
    this.at = new Float64Array(from);
  }

  /** Reads the piece that has this row. */
  need(row: number): void {
    const piece = this.#pieces.find(({ from, rows }) => row < from + rows);
    if (piece) this.#read(piece);
  }

  readAll(): void {
    for (const piece of this.#pieces) this.#read(piece);
  }

  /** Reads one more piece. @returns whether there are others */
  readOne(): boolean {
    const piece = this.#pieces.find(({ isRead }) => !isRead);
    if (piece) this.#read(piece);
    return piece !== undefined;
  }

  detail(row: number): RowDetail | undefined {
    this.need(row);
    return this.#details.get(row);
  }

  /** What a search looks in: all that is shown of the row, in lower case. */
  text(row: number): string {
    return (this.#texts[row] ??= [
      visible(this.key[row] ?? ""),
      visible(this.reason[row] ?? ""),
      visible(this.sync[row] ?? ""),
      this.#words[this.kind[row] ?? ""]?.word,
      this.#words[this.action[row] ?? ""]?.word,
    ]
      .join("\n")
      .toLowerCase());
  }

  #read(piece: Piece): void {
    if (piece.isRead) return;
    piece.isRead = true;
    // SAFETY: written by Tidemark into the same page.
    const chunk = JSON.parse(piece.script.textContent) as RowChunk;
    const { from, rows } = piece;
    spread(chunk.kind, piece, this.kind);
    spread(chunk.action, piece, this.action);
    spread(chunk.reason, piece, this.reason);
    spread(chunk.sync, piece, this.sync);
    this.bytes.set(all(chunk.bytes, rows), from);
    this.rows.set(all(chunk.count, rows), from);
    this.at.set(all(chunk.at, rows), from);
    const shared = all(chunk.shared, rows);
    let key = "";
    for (let row = 0; row < rows; row += 1) {
      key = key.slice(0, shared[row]) + (chunk.rest[row] ?? "");
      this.key[from + row] = key;
    }
    for (const [row, detail] of Object.entries(chunk.details)) this.#details.set(from + Number(row), detail);
  }
}

function all(values: Values<number>, count: number): Values<number> {
  return values.length === count ? values : Array.from({ length: count }, () => values[0] ?? 0);
}

function spread({ texts, of }: WordValues, { from, rows }: Piece, into: string[]): void {
  for (const [row, number] of all(of, rows).entries()) into[from + row] = texts[number] ?? "";
}

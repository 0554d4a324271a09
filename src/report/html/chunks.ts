import { scriptJson } from "./markup.ts";
import { CHUNK_CLASS, MOST_ROWS, type RowChunk, type RowDetail, type Values, type WordValues } from "./page-data.ts";

/** A row of the table. */
export interface PageRow {
  /** What becomes, or became, of it. */
  readonly kind: string;
  readonly action: string;
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  /** Milliseconds since the epoch. */
  readonly at: number | undefined;
  readonly reason: string;
  readonly sync: string;
  readonly detail: RowDetail | undefined;
}

/** Rows of one script element. */
const CHUNK_ROWS = 4000;
/** Characters of one definition or difference; a text that is longer is cut. */
const LONGEST_TEXT = 100_000;
/** Characters of all of them: a browser opens the whole of the page. */
const MOST_TEXT = 24_000_000;
/** Characters of definitions that may wait for the next piece. */
const WAITING_TEXT = 1_000_000;

/** Turns rows into script elements, some thousand a piece, and holds no more than one piece. */
export class ChunkWriter {
  readonly #write: (text: string) => Promise<void>;
  #rows: PageRow[] = [];
  #listed = 0;
  readonly #kinds = new Map<string, number>();
  #waiting = 0;
  #textLeft = MOST_TEXT;
  #textsLeftOut = 0;

  constructor(write: (text: string) => Promise<void>) {
    this.#write = write;
  }

  get listed(): number {
    return this.#listed;
  }

  /** Rows by their kind, in the order in which kinds came. */
  get kinds(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#kinds);
  }

  /** Rows whose definition had no room. */
  get textsLeftOut(): number {
    return this.#textsLeftOut;
  }

  get isFull(): boolean {
    return this.#listed >= MOST_ROWS;
  }

  /** @returns false where there is no room for another row */
  async add(row: PageRow): Promise<boolean> {
    if (this.isFull) return false;
    this.#listed += 1;
    this.#kinds.set(row.kind, (this.#kinds.get(row.kind) ?? 0) + 1);
    this.#rows.push(row.detail === undefined ? row : { ...row, detail: this.#fitted(row.detail) });
    if (this.#rows.length >= CHUNK_ROWS || this.#waiting > WAITING_TEXT) await this.flush();
    return true;
  }

  async flush(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    this.#waiting = 0;
    if (rows.length > 0)
      await this.#write(`<script type="application/json" class="${CHUNK_CLASS}" data-rows="${rows.length}">${scriptJson(chunkOf(rows))}</script>\n`);
  }

  #fitted(detail: RowDetail): RowDetail {
    if (detail.ddl === undefined && detail.difference === undefined) return detail;
    const ddl = detail.ddl?.slice(0, LONGEST_TEXT);
    const difference = detail.difference?.slice(0, LONGEST_TEXT);
    const length = (ddl?.length ?? 0) + (difference?.length ?? 0);
    if (length > this.#textLeft) {
      this.#textsLeftOut += 1;
      return { ...detail, ddl: undefined, difference: undefined, isCut: true };
    }
    this.#textLeft -= length;
    this.#waiting += length;
    const isCut = ddl?.length !== detail.ddl?.length || difference?.length !== detail.difference?.length;
    return isCut ? { ...detail, ddl, difference, isCut } : detail;
  }
}

function chunkOf(rows: readonly PageRow[]): RowChunk {
  const shared: number[] = [];
  const rest: string[] = [];
  let before = "";
  for (const { key } of rows) {
    const most = Math.min(before.length, key.length);
    let same = 0;
    while (same < most && before.charCodeAt(same) === key.charCodeAt(same)) same += 1;
    shared.push(same);
    rest.push(key.slice(same));
    before = key;
  }
  return {
    rows: rows.length,
    kind: words(rows.map(({ kind }) => kind)),
    action: words(rows.map(({ action }) => action)),
    reason: words(rows.map(({ reason }) => reason)),
    sync: words(rows.map(({ sync }) => sync)),
    shared: values(shared),
    rest,
    bytes: values(rows.map(({ bytes }) => bytes)),
    count: values(rows.map(({ rows: count }) => count)),
    at: values(rows.map(({ at }) => (at === undefined || !Number.isFinite(at) ? -1 : Math.max(-1, Math.floor(at / 1000))))),
    details: Object.fromEntries(rows.flatMap(({ detail }, at) => (detail === undefined ? [] : [[at, detail] as const]))),
  };
}

function values(all: readonly number[]): Values<number> {
  const [first] = all;
  return first !== undefined && all.every((value) => value === first) ? [first] : all;
}

function words(all: readonly string[]): WordValues {
  const numbers = new Map<string, number>();
  const of = all.map((text) => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  });
  return { texts: [...numbers.keys()], of: values(of) };
}

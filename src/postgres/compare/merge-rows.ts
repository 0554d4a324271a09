import { compareKeys } from "../../core/byte-order.ts";
import type { Session } from "../connect/session.ts";
import { allDone } from "./all-done.ts";
import type { SideSessions } from "./side-sessions.ts";
import { from, type ReadableSide, whereAll } from "./sums.ts";

/** Rows of one key that only one side has, or that differ. Of equal rows nothing is told. */
export interface KeyDifference {
  readonly keyHash: bigint;
  /** Canonical; "" where there is no key. */
  readonly keyText: string;
  readonly keyValues: readonly (string | null)[];
  /** Rows that only the source has under this key, and only the destination. */
  readonly source: number;
  readonly destination: number;
}

interface MergeRow {
  readonly keyHash: bigint;
  readonly keyText: string;
  readonly rowHash: bigint;
  readonly keyValues: readonly (string | null)[];
}

const PAGE_ROWS = 2000;

/**
 * Joins the rows of both sides by key and reports those that are not the same, in the order of
 * the keys' hashes. The servers sort, pages travel, and memory does not grow with the rows.
 *
 * Rows without a key, and keys that occur several times where no primary key was made yet, count as
 * a multiset.
 */
export async function* mergeRows(sides: {
  source: { readable: ReadableSide; session: Session; condition: string | undefined };
  destination: { readable: ReadableSide; session: Session; condition: string | undefined };
}): AsyncGenerator<KeyDifference, void, undefined> {
  const source = new RowReader(sides.source);
  const destination = new RowReader(sides.destination);
  await allDone([source.open(), destination.open()]);
  let current: { row: MergeRow; source: number; destination: number } | undefined;
  for (;;) {
    if (source.needsPage || destination.needsPage) await allDone([source.load(), destination.load()]);
    const left = source.head;
    const right = destination.head;
    const order = left === undefined ? 1 : right === undefined ? -1 : orderOf(left, right);
    const row = order <= 0 ? left : right;
    if (current !== undefined && (row === undefined || !sameKey(current.row, row))) {
      if (current.source + current.destination > 0) yield finished(current);
      current = undefined;
    }
    if (row === undefined) break;
    current ??= { row, source: 0, destination: 0 };
    if (order < 0) current.source += 1;
    if (order > 0) current.destination += 1;
    if (order <= 0) source.advance();
    if (order >= 0) destination.advance();
  }
  await allDone([source.close(), destination.close()]);
}

function finished({ row, source, destination }: { row: MergeRow; source: number; destination: number }): KeyDifference {
  return { keyHash: row.keyHash, keyText: row.keyText, keyValues: row.keyValues, source, destination };
}

function sameKey(a: MergeRow, b: MergeRow): boolean {
  return a.keyHash === b.keyHash && a.keyText === b.keyText;
}

function orderOf(a: MergeRow, b: MergeRow): number {
  if (a.keyHash !== b.keyHash) return a.keyHash < b.keyHash ? -1 : 1;
  // Two keys of one hash are told apart by their texts, in the order of bytes, as the servers sort them.
  if (a.keyText !== b.keyText) return compareKeys(a.keyText, b.keyText);
  if (a.rowHash === b.rowHash) return 0;
  return a.rowHash < b.rowHash ? -1 : 1;
}

interface CursorRow {
  readonly k: string;
  readonly t: string;
  readonly r: string;
  readonly v: string;
  readonly [column: string]: unknown;
}

/** One side's rows through a cursor. */
class RowReader {
  readonly #sessions: SideSessions;
  readonly #session: Session;
  readonly #sql: string;
  #page: readonly MergeRow[] = [];
  #at = 0;
  #ended = false;

  constructor({ readable, session, condition }: { readable: ReadableSide; session: Session; condition: string | undefined }) {
    const { rowHash, keyHash, keyText, keyValues } = readable.expressions;
    this.#sessions = readable.sessions;
    this.#session = session;
    // Without a key the row is its own.
    const columns = keyHash === undefined ? [`${rowHash} AS k`, "'' AS t", "0::int8 AS r"] : [`${keyHash} AS k`, `${keyText ?? "''"} AS t`, `${rowHash} AS r`];
    const values = keyValues.length === 0 ? "'{}'::text[]" : `ARRAY[${keyValues.join(", ")}]`;
    this.#sql = `SELECT k::text AS k, t, r::text AS r, array_to_json(v)::text AS v FROM (
      SELECT ${columns.join(", ")}, ${values} AS v FROM ${from(readable)}${whereAll([readable.where, condition])}) AS rows
      ORDER BY rows.k, rows.t COLLATE "C", rows.r`;
  }

  get needsPage(): boolean {
    return !this.#ended && this.#at >= this.#page.length;
  }

  get head(): MergeRow | undefined {
    return this.#page[this.#at];
  }

  advance(): void {
    this.#at += 1;
  }

  async open(): Promise<void> {
    await this.#query(`DECLARE tidemark_rows NO SCROLL CURSOR FOR ${this.#sql}`);
  }

  async load(): Promise<void> {
    if (!this.needsPage) return;
    const rows = await this.#query(`FETCH ${PAGE_ROWS} FROM tidemark_rows`);
    this.#page = rows.map(({ k, t, r, v }) => ({
      keyHash: BigInt(k),
      keyText: t,
      rowHash: BigInt(r),
      keyValues: JSON.parse(v) as readonly (string | null)[],
    }));
    this.#at = 0;
    this.#ended = rows.length < PAGE_ROWS;
  }

  async close(): Promise<void> {
    await this.#query("CLOSE tidemark_rows");
  }

  /** Both sides' sessions are in use at once: an error is told with its own. */
  #query(sql: string): Promise<readonly CursorRow[]> {
    return this.#sessions.blame(this.#session.query<CursorRow>(sql));
  }
}

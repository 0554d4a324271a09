import { compareKeys } from "../../core/byte-order.ts";
import { ListingOutOfOrderError } from "./out-of-order.ts";
import { PageReader } from "./page-reader.ts";

/** What the sides have under one key. At least one of `left` and `right` is present. */
export interface Pair<Left, Right, Record = never> {
  readonly left: Left | undefined;
  readonly right: Right | undefined;
  readonly record: Record | undefined;
}

export interface Keyed {
  readonly key: string;
}

/**
 * Joins two listings by key, and what is remembered of these keys, in one pass and in constant memory.
 *
 * Pages in, pages out: a promise per page, never per entry, because ten million promises cost more
 * than the comparison itself. Each side's next page is on its way while the one before is joined, so
 * both listings run at once, and beside whatever consumes the pairs.
 *
 * Leaving early closes all sides. A page that is on its way is waited for: abort the listings'
 * signal where that must not take long.
 *
 * @param left the source: pages in ascending UTF-8 byte order of the key, without repeats
 * @param right the destination, in the same order
 * @param records in the same order; those without an entry on either side are passed over
 * @returns pages of pairs in key order; a page may be of any length but 0
 * @throws ListingOutOfOrderError where a side is not ascending: a join of unordered sides would lose
 *   entries without a trace
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html (order of keys)
 */
export async function* mergeJoin<Left extends Keyed, Right extends Keyed, Record extends Keyed = never>(
  left: AsyncIterable<readonly Left[]>,
  right: AsyncIterable<readonly Right[]>,
  records?: AsyncIterable<readonly Record[]>,
): AsyncGenerator<readonly Pair<Left, Right, Record>[], void, undefined> {
  const join = new Join<Left, Right, Record>(left, right, records ?? []);
  try {
    for (;;) {
      await join.load();
      const page = join.page();
      if (page.length > 0) yield page;
      else if (join.ended) return;
    }
  } finally {
    await join.close();
  }
}

class Join<Left extends Keyed, Right extends Keyed, Record extends Keyed> {
  readonly #left: Cursor<Left>;
  readonly #right: Cursor<Right>;
  readonly #records: Cursor<Record>;
  #last: string | undefined;

  constructor(left: AsyncIterable<readonly Left[]>, right: AsyncIterable<readonly Right[]>, records: AsyncIterable<readonly Record[]> | readonly []) {
    this.#left = new Cursor(left);
    this.#right = new Cursor(right);
    this.#records = new Cursor(records);
  }

  get ended(): boolean {
    return this.#left.ended && this.#right.ended;
  }

  async load(): Promise<void> {
    await Promise.all([this.#left.load(), this.#right.load(), this.#records.load()]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#left.close(), this.#right.close(), this.#records.close()]);
  }

  /** Joins until one of the sides needs its next page. */
  page(): Pair<Left, Right, Record>[] {
    const page: Pair<Left, Right, Record>[] = [];
    while (!this.#left.needsPage && !this.#right.needsPage) {
      const left = this.#left.head;
      const right = this.#right.head;
      let order = left ? -1 : 1;
      // Most pairs are equal, which the engine tells faster than their order.
      if (left && right) order = left.key === right.key ? 0 : compareKeys(left.key, right.key);
      const key = (order > 0 ? right : left)?.key;
      if (key === undefined) break;

      this.#passRecordsBefore(key);
      // The record of this very key may be on the page that is still to come.
      if (this.#records.needsPage) break;
      const record = this.#records.head?.key === key ? this.#records.head : undefined;

      // A side that goes backwards shows in what is joined: one comparison a pair watches both.
      if (this.#last !== undefined && compareKeys(this.#last, key) >= 0) throw this.#disorder(order, key);
      this.#last = key;
      page.push({ left: order <= 0 ? left : undefined, right: order >= 0 ? right : undefined, record });
      if (order <= 0) this.#left.advance();
      if (order >= 0) this.#right.advance();
      if (record) this.#records.advance();
    }
    return page;
  }

  #passRecordsBefore(key: string): void {
    const records = this.#records;
    for (let record = records.head; record && record.key !== key && compareKeys(record.key, key) < 0; record = records.head) {
      if (records.last !== undefined && compareKeys(records.last, record.key) >= 0) throw new ListingOutOfOrderError("state", records.last, record.key);
      records.advance();
    }
  }

  #disorder(order: number, key: string): ListingOutOfOrderError {
    const { last } = this.#left;
    if (order <= 0 && last !== undefined && compareKeys(last, key) >= 0) return new ListingOutOfOrderError("source", last, key);
    return new ListingOutOfOrderError("destination", this.#right.last ?? "", key);
  }
}

/** A place in a stream of pages. */
class Cursor<Entry extends Keyed> {
  readonly #reader: PageReader<Entry>;
  #page: readonly Entry[] = [];
  #at = 0;
  head: Entry | undefined;
  /** The key of the entry before. */
  last: string | undefined;
  needsPage = true;
  ended = false;

  constructor(pages: AsyncIterable<readonly Entry[]> | readonly []) {
    this.#reader = new PageReader(pages);
  }

  advance(): void {
    this.last = this.head?.key;
    this.#at += 1;
    this.#look();
  }

  /** Fetches pages until there is an entry to look at or the stream ends. */
  async load(): Promise<void> {
    while (this.needsPage) {
      const page = await this.#reader.next();
      this.ended = page === undefined;
      this.#page = page ?? [];
      this.#at = 0;
      this.#look();
    }
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  #look(): void {
    this.head = this.#page[this.#at];
    this.needsPage = this.head === undefined && !this.ended;
  }
}

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
  records?: AsyncIterable<readonly Record[]> | undefined,
): AsyncGenerator<readonly Pair<Left, Right, Record>[], void, undefined> {
  const l = new OrderedCursor(left, "source");
  const r = new OrderedCursor(right, "destination");
  const known = new OrderedCursor<Record>(records ?? [], "state");
  try {
    for (;;) {
      await Promise.all([l.load(), r.load(), known.load()]);
      const page = joinPage(l, r, known);
      if (page.length > 0) yield page;
      else if (!l.head && !r.head) return;
    }
  } finally {
    await Promise.all([l.close(), r.close(), known.close()]);
  }
}

/** Joins until one of the sides needs its next page. */
function joinPage<Left extends Keyed, Right extends Keyed, Record extends Keyed>(
  l: OrderedCursor<Left>,
  r: OrderedCursor<Right>,
  known: OrderedCursor<Record>,
): Pair<Left, Right, Record>[] {
  const page: Pair<Left, Right, Record>[] = [];
  while (!l.needsPage && !r.needsPage) {
    const left = l.head;
    const right = r.head;
    let order: number;
    if (left) order = right ? compareKeys(left.key, right.key) : -1;
    else if (right) order = 1;
    else break;

    const key = order <= 0 && left ? left.key : right ? right.key : "";
    let record = known.head;
    let recordOrder = record ? compareKeys(record.key, key) : 1;
    while (record && recordOrder < 0) {
      known.advance();
      record = known.head;
      recordOrder = record ? compareKeys(record.key, key) : 1;
    }
    // The record of this very key may be on the page that is still to come.
    if (known.needsPage) break;

    page.push({ left: order <= 0 ? left : undefined, right: order >= 0 ? right : undefined, record: recordOrder === 0 ? record : undefined });
    if (order <= 0) l.advance();
    if (order >= 0) r.advance();
    if (recordOrder === 0) known.advance();
  }
  return page;
}

/** A place in a stream of pages, that refuses to go backwards. */
class OrderedCursor<Entry extends Keyed> {
  readonly #reader: PageReader<Entry>;
  readonly #side: "source" | "destination" | "state";
  #page: readonly Entry[] = [];
  #at = 0;
  #ended = false;
  #last: string | undefined;
  head: Entry | undefined;
  needsPage = true;

  constructor(pages: AsyncIterable<readonly Entry[]> | readonly [], side: "source" | "destination" | "state") {
    this.#reader = new PageReader(pages);
    this.#side = side;
  }

  advance(): void {
    this.#at += 1;
    this.#look();
  }

  /** Fetches pages until there is an entry to look at or the stream ends. */
  async load(): Promise<void> {
    while (this.needsPage) {
      const page = await this.#reader.next();
      this.#ended = page === undefined;
      this.#page = page ?? [];
      this.#at = 0;
      this.#look();
    }
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  #look(): void {
    const head = this.#page[this.#at];
    this.head = head;
    this.needsPage = head === undefined && !this.#ended;
    if (head === undefined) return;
    if (this.#last !== undefined && compareKeys(this.#last, head.key) >= 0) throw new ListingOutOfOrderError(this.#side, this.#last, head.key);
    this.#last = head.key;
  }
}

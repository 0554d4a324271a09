import { PageReader } from "./page-reader.ts";

/** Prefixes whose first page is on its way before it is needed. */
const AHEAD = 8;

/**
 * The listings of several prefixes as one, in byte order.
 *
 * While one is consumed, the first pages of the next ones are fetched: many small prefixes cost a
 * fraction of a request's time each, and no more than a few pages are held.
 *
 * @param prefixes in byte order, none a prefix of another; empty: everything, which is the prefix ""
 * @param list begins the listing of one of them, which must be in byte order itself
 */
export async function* listPrefixes<Entry>(
  prefixes: readonly string[],
  list: (prefix: string) => AsyncIterable<readonly Entry[]>,
): AsyncGenerator<readonly Entry[], void, undefined> {
  const waiting = prefixes.length === 0 ? [""].values() : prefixes.values();
  const readers: PageReader<Entry>[] = [];
  const begin = () => {
    while (readers.length <= AHEAD) {
      const { done, value } = waiting.next();
      if (done) return;
      const reader = new PageReader(list(value), { ahead: false });
      readers.push(reader);
      reader.prefetch();
    }
  };
  try {
    begin();
    for (let reader = readers[0]; reader; reader = readers[0]) {
      for (let page = await reader.next(); page; page = await reader.next()) yield page;
      readers.shift();
      begin();
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

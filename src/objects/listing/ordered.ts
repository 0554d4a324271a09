import { compareKeys } from "../../core/byte-order.ts";
import type { Emit } from "../../core/events.ts";
import type { ListRange, ObjectEntry, ReadStore } from "../store.ts";
import { ExternalSort } from "./external-sort.ts";
import { isOutOfOrder, ListingOutOfOrderError } from "./out-of-order.ts";

export interface OrderedListingOptions {
  /** Whether the store lists in byte order; undefined: it is watched. */
  readonly ordered: boolean | undefined;
  /** Where entries are sorted that do not fit in memory. Default: the system's folder for temporary files. */
  readonly temporaryFolder?: string | undefined;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/**
 * A store's listing in byte order, without repeats, whatever order the store lists in.
 *
 * `ordered: false` sorts, outside memory, and so yields nothing before the store has listed all. Of a
 * key that comes again, the last entry counts. Otherwise pages pass through as they come. Disorder in
 * the first page makes it sort; disorder found later cannot be put right here, since pages are in
 * use already: the error tells the caller to throw away what it concluded from them and to begin
 * again with `ordered: false`.
 *
 * @throws ListingOutOfOrderError where disorder is found after the first page
 */
export async function* orderedListing(
  store: ReadStore,
  range: ListRange,
  { ordered, temporaryFolder, signal, emit }: OrderedListingOptions,
): AsyncGenerator<readonly ObjectEntry[], void, undefined> {
  if (ordered !== false) {
    let used = false;
    try {
      let last: string | undefined;
      for await (const page of store.list(range, signal)) {
        for (const { key } of page) {
          if (last !== undefined && compareKeys(last, key) >= 0) throw new ListingOutOfOrderError(store.display, last, key);
          last = key;
        }
        yield page;
        used = true;
      }
      return;
    } catch (error) {
      if (used || !isOutOfOrder(error)) throw error;
    }
  }

  await using sort = new ExternalSort({ temporaryFolder });
  let listed = 0;
  for await (const page of store.list({ ...range, anyOrder: true }, signal)) {
    const wanted = page.filter(({ key }) => isIn(range, key));
    listed += wanted.length;
    await sort.add(wanted);
    signal.throwIfAborted();
  }
  emit({ type: "notice", code: "LISTING_SORTED", message: `${store.display} does not list in byte order: ${listed} entries were sorted.` });
  for await (const page of sort.sorted()) {
    signal.throwIfAborted();
    yield page;
  }
}

function isIn({ prefix, after, upTo }: ListRange, key: string): boolean {
  return key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0) && (upTo === undefined || compareKeys(key, upTo) <= 0);
}

import type { ObjectEnd, ObjectSync } from "../../core/sync-plan.ts";
import type { Emit } from "../../core/events.ts";
import type { ObjectFilter } from "../filters/object-filter.ts";
import { orderedListing } from "../listing/ordered.ts";
import { parallelListing } from "../listing/parallel.ts";
import { listPrefixes } from "../listing/prefixes.ts";
import type { ListRange, ObjectEntry, ReadStore } from "../store.ts";

interface SideOptions {
  readonly sync: ObjectSync;
  readonly end: ObjectEnd;
  readonly store: ReadStore;
  readonly filter: ObjectFilter;
  /** Sort on disk first. */
  readonly sorted: boolean;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** Entries that passed the name filters. */
  count(entries: number): void;
}

interface BothSidesOptions extends Pick<SideOptions, "sync" | "filter" | "sorted" | "signal" | "emit"> {
  readonly source: ReadStore;
  readonly destination: ReadStore;
  /** Told of each page. Default: nobody. */
  countListed?(source: number, destination: number): void;
}

/** Both ends of a sync, each as the sync may see it. */
export function listSides({ source, destination, countListed, ...side }: BothSidesOptions): {
  readonly left: AsyncIterable<readonly ObjectEntry[]>;
  readonly right: AsyncIterable<readonly ObjectEntry[]>;
} {
  const { from, to } = side.sync;
  return {
    left: listSide({ ...side, end: from, store: source, count: (entries) => countListed?.(entries, 0) }),
    right: listSide({ ...side, end: to, store: destination, count: (entries) => countListed?.(0, entries) }),
  };
}

/**
 * One side of a sync, as the sync may see it: its prefixes, in byte order, without the names that the
 * filters hide. Problems of the listing stay in where a name beneath them could be seen, since they
 * protect their place.
 */
async function* listSide({ sync, end, store, filter, sorted, signal, emit, count }: SideOptions): AsyncGenerator<readonly ObjectEntry[]> {
  const ordered = end.location.type === "s3" ? end.location.ordered : true;
  const list = (range: ListRange) => {
    if (sorted || ordered === false) return orderedListing(store, range, { ordered: false, signal, emit });
    // A folder is walked in order anyway; a bucket's pages wait for the network.
    return store.kind === "s3" ? parallelListing(store, range, { signal }) : store.list(range, signal);
  };
  // What every included name begins with need not be looked for elsewhere.
  const prefixes = sync.prefixes.length === 0 && filter.commonPrefix !== "" ? [filter.commonPrefix] : sync.prefixes;
  const pages = listPrefixes(prefixes, (prefix) => list({ prefix }));
  for await (const page of pages) {
    const seen = page.filter((entry) => filter.selectsKey(entry.key) || (entry.problem && !filter.hidesBeneath(beneath(entry.key))));
    count(seen.length);
    if (seen.length > 0) yield seen;
  }
}

/** What begins so cannot be known where the entry has a problem: a link may lead to a folder, though nobody can look. */
function beneath(key: string): string {
  return key.endsWith("/") ? key : `${key}/`;
}

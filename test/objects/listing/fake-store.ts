import { compareKeys } from "../../../src/core/byte-order.ts";
import type { ListRange, ObjectEntry, ReadStore } from "../../../src/objects/store.ts";

export interface FakeListing {
  /** In the order in which they are listed. */
  readonly keys: readonly string[];
  readonly pageSize: number;
  /** Awaited before each page, as a request would be. */
  readonly request?: (range: ListRange) => Promise<unknown>;
}

export interface FakeStore extends ReadStore {
  readonly requests: number;
  /** Ranges in the order in which their listing began. */
  readonly ranges: readonly ListRange[];
  readonly closed: number;
}

/** A store that can only list. */
export function fakeStore({ keys, pageSize, request }: FakeListing): FakeStore {
  const counts = { requests: 0, closed: 0 };
  const ranges: ListRange[] = [];
  const refuse = () => Promise.reject(new Error("not part of this test"));

  async function* list(range: ListRange, signal: AbortSignal): AsyncGenerator<readonly ObjectEntry[]> {
    ranges.push(range);
    try {
      const { prefix, after, upTo } = range;
      const wanted = keys.filter((key) => key.startsWith(prefix) && (range.anyOrder === true || after === undefined || compareKeys(key, after) > 0));
      for (let at = 0; at === 0 || at < wanted.length; at += pageSize) {
        counts.requests += 1;
        await request?.(range);
        signal.throwIfAborted();
        const page = wanted.slice(at, at + pageSize);
        const kept = upTo === undefined || range.anyOrder === true ? page : page.filter((key) => compareKeys(key, upTo) <= 0);
        if (kept.length > 0) yield kept.map(entryOf);
        if (kept.length < page.length) return;
      }
    } finally {
      counts.closed += 1;
    }
  }

  return {
    display: "fake://keys/",
    resolved: "fake://keys/",
    kind: "s3",
    listsEtags: true,
    list,
    head: refuse,
    read: refuse,
    refuses: () => undefined,
    close: () => Promise.resolve(),
    ranges,
    get requests() {
      return counts.requests;
    },
    get closed() {
      return counts.closed;
    },
  };
}

export function entryOf(key: string): ObjectEntry {
  return { key, size: 1, modified: "2024-05-01T10:00:00.000Z", modifiedMs: 1714557600000, etag: "", storageClass: "STANDARD", problem: undefined };
}

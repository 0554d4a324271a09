/** Keys in the byte order of their UTF-8, sorted when they are read after they were written. */
export class SortedKeys {
  readonly #has: (key: string) => boolean;
  #sorted: string[] = [];
  #added: string[] = [];
  #removed = false;

  /** @param has whether a key is there now; asked for those that were removed */
  constructor(has: (key: string) => boolean) {
    this.#has = has;
  }

  /** To be called once for each key that was not there. */
  add(key: string): void {
    this.#added.push(key);
  }

  remove(): void {
    this.#removed = true;
  }

  read(): readonly string[] {
    if (this.#removed) {
      // A key may have been removed and added again: then it is among both, and the set leaves one.
      this.#sorted = this.#sorted.filter(this.#has);
      const known = new Set(this.#sorted);
      this.#added = [...new Set(this.#added)].filter((key) => this.#has(key) && !known.has(key));
      this.#removed = false;
    }
    if (this.#added.length > 0) {
      this.#sorted = merge(this.#sorted, sortByBytes(this.#added));
      this.#added = [];
    }
    return this.#sorted;
  }
}

/**
 * The server's own notion of the order, apart from the program's so that a test of one checks the other:
 * Buffers are compared byte by byte.
 */
export function compareByBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Whether a text has units whose UTF-16 order may not be that of the bytes. */
const UNUSUAL = /[\ud800-\uffff]/;

export function sortByBytes(keys: readonly string[]): string[] {
  // The engine's own comparison is many times faster, and right where no key has such a unit.
  return keys.some((key) => UNUSUAL.test(key)) ? keys.toSorted(compareByBytes) : keys.toSorted();
}

/** Index of the first key that `isPast` holds for; it must hold for all that follow. */
export function firstWhere(keys: readonly string[], isPast: (key: string) => boolean, from = 0): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = keys[middle];
    if (key !== undefined && !isPast(key)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first key at or after `bound`, or only after it. */
export function seek(keys: readonly string[], bound: string, { inclusive }: { readonly inclusive: boolean }, from = 0): number {
  const bytes = Buffer.from(bound);
  return firstWhere(keys, (key) => Buffer.compare(Buffer.from(key), bytes) >= (inclusive ? 0 : 1), from);
}

function merge(a: readonly string[], b: readonly string[]): string[] {
  const last = a.at(-1);
  const first = b[0];
  if (last === undefined) return [...b];
  if (first === undefined || compareByBytes(last, first) < 0) return a.concat(b);
  const out: string[] = [];
  let at = 0;
  for (const key of b) {
    const to = seek(a, key, { inclusive: true }, at);
    for (; at < to; at++) out.push(a[at] ?? key);
    out.push(key);
  }
  return out.concat(a.slice(at));
}

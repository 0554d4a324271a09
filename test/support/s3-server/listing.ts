import { seek } from "./sorted-keys.ts";

export interface PageQuery {
  readonly prefix: string;
  readonly delimiter: string;
  /** Exclusive. A common prefix hides all it stands for. */
  readonly after: string;
  readonly limit: number;
}

export type PageItem = { readonly key: string } | { readonly commonPrefix: string };

export interface Page {
  readonly items: readonly PageItem[];
  readonly isTruncated: boolean;
}

/**
 * One page of keys and common prefixes, in the order of `keys`.
 * @param isListed whether a key shows at all
 */
export function readPage(keys: readonly string[], { prefix, delimiter, after, limit }: PageQuery, isListed: (key: string) => boolean): Page {
  const items: PageItem[] = [];
  let at = seek(keys, prefix, { inclusive: true });
  if (after !== "") at = Math.max(at, endOf(keys, after, { prefix, delimiter }));
  while (at < keys.length) {
    const key = keys[at];
    if (key === undefined || !key.startsWith(prefix)) break;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const commonPrefix = cut === -1 ? undefined : key.slice(0, cut + delimiter.length);
    const next = commonPrefix === undefined ? at + 1 : endOfPrefix(keys, commonPrefix, at);
    const isShown = commonPrefix === undefined ? isListed(key) : someListed(keys, at, next, isListed);
    if (isShown) {
      if (items.length === limit) return { items, isTruncated: limit > 0 };
      items.push(commonPrefix === undefined ? { key } : { commonPrefix });
    }
    at = next;
  }
  return { items, isTruncated: false };
}

export function nameOf(item: PageItem): string {
  return "key" in item ? item.key : item.commonPrefix;
}

/** Index of the first key past what `after` stands for: one key, or all beneath a common prefix. */
function endOf(keys: readonly string[], after: string, { prefix, delimiter }: { readonly prefix: string; readonly delimiter: string }): number {
  const cut = delimiter === "" || !after.startsWith(prefix) ? -1 : after.indexOf(delimiter, prefix.length);
  const isCommonPrefix = cut !== -1 && cut + delimiter.length === after.length;
  return isCommonPrefix ? endOfPrefix(keys, after, 0) : seek(keys, after, { inclusive: false });
}

/** Index after the last key that begins with the prefix. */
function endOfPrefix(keys: readonly string[], prefix: string, from: number): number {
  const bytes = Buffer.from(prefix);
  let low = seek(keys, prefix, { inclusive: true }, from);
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = Buffer.from(keys[middle] ?? "");
    if (Buffer.compare(key.subarray(0, bytes.length), bytes) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function someListed(keys: readonly string[], from: number, to: number, isListed: (key: string) => boolean): boolean {
  for (let at = from; at < to; at++) {
    const key = keys[at];
    if (key !== undefined && isListed(key)) return true;
  }
  return false;
}

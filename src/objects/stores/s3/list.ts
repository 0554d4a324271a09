import { compareKeys } from "../../../core/byte-order.ts";
import { TidemarkError } from "../../../core/errors.ts";
import type { ListRange, ObjectEntry } from "../../store.ts";
import { explain } from "./errors.ts";
import { S3Failure } from "./failure.ts";
import { firstDisorder, type ScannedPage, scanPage } from "./list-scanner.ts";
import type { Scope } from "./scope.ts";

/**
 * Pages of a range. The next page travels while this one is worked on.
 *
 * An object whose key is the store's own prefix (a folder's marker) has no key beneath it and is left out.
 *
 * @param onRaw told before a page is given whose keys were not url encoded
 * @throws TidemarkError `LISTING_OUT_OF_ORDER` at the first key that does not follow the one before it
 */
export async function* listObjects(scope: Scope, range: ListRange, signal: AbortSignal, onRaw: () => void = () => {}): AsyncGenerator<readonly ObjectEntry[]> {
  const prefix = scope.root + range.prefix;
  const after = range.after === undefined ? undefined : scope.root + range.after;
  const upTo = range.upTo === undefined ? undefined : scope.root + range.upTo;
  const ordered = range.anyOrder !== true;
  const startAfter = ordered ? after : undefined;
  // A consumer that stops early must not leave a page on its way.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const fetchPage = (token: string | undefined): Promise<ScannedPage> => {
    const page = listPage(scope, { prefix, after: startAfter, token }, either);
    page.catch(() => undefined);
    return page;
  };

  let last = after;
  let token: string | undefined;
  let coming: Promise<ScannedPage> | undefined = fetchPage(undefined);
  try {
    while (coming !== undefined) {
      const page: ScannedPage = await coming;
      if (page.next !== undefined && page.next === token)
        throw new TidemarkError("LISTING_STUCK", `${scope.display} goes on listing the same page.`, {
          hint: "The store repeats its continuation token; report it to whoever runs it.",
        });
      token = page.next;
      if (page.raw) onRaw();
      const { entries } = page;
      const tail = entries.at(-1);
      const past = ordered && tail !== undefined && upTo !== undefined && compareKeys(tail.key, upTo) >= 0;
      coming = token === undefined || past ? undefined : fetchPage(token);

      if (ordered) {
        const disorder = firstDisorder(entries, last);
        if (disorder !== undefined) throw outOfOrder(scope, disorder);
        if (tail !== undefined) last = tail.key;
      }
      const beneath = relative(scope, ordered ? entries.slice(0, countUpTo(entries, upTo)) : within(entries, after, upTo), prefix);
      if (beneath.length > 0) yield beneath;
    }
  } finally {
    stop.abort();
  }
}

interface PageRequest {
  /** Full. */
  readonly prefix: string;
  readonly after: string | undefined;
  readonly token: string | undefined;
}

/** One whole page, asked for again where it was cut off. */
export async function listPage(scope: Scope, request: PageRequest, signal: AbortSignal): Promise<ScannedPage> {
  const query: Record<string, string> = { "list-type": "2", "encoding-type": "url", prefix: request.prefix, "max-keys": "1000" };
  if (request.token !== undefined) query["continuation-token"] = request.token;
  else if (request.after !== undefined) query["start-after"] = request.after;
  let page: ScannedPage | undefined;
  scope.context.countRequest?.("list");
  try {
    await scope.client.send({
      method: "GET",
      query,
      context: scope.context,
      signal,
      inspect: (response) => {
        page = scanPage(response.body.toString("utf8"));
      },
    });
  } catch (error) {
    throw error instanceof S3Failure ? explain(scope, error, undefined, "list") : error;
  }
  if (page === undefined) throw new Error("a page that was accepted was not read");
  return page;
}

/** How many entries of an ordered page are not past `upTo`. */
function countUpTo(entries: readonly ObjectEntry[], upTo: string | undefined): number {
  let end = entries.length;
  if (upTo === undefined) return end;
  let from = 0;
  while (from < end) {
    const middle = (from + end) >> 1;
    const entry = entries[middle];
    if (entry !== undefined && compareKeys(entry.key, upTo) <= 0) from = middle + 1;
    else end = middle;
  }
  return end;
}

function within(entries: readonly ObjectEntry[], after: string | undefined, upTo: string | undefined): readonly ObjectEntry[] {
  return entries.filter(({ key }) => (after === undefined || compareKeys(key, after) > 0) && (upTo === undefined || compareKeys(key, upTo) <= 0));
}

function relative(scope: Scope, entries: readonly ObjectEntry[], prefix: string): readonly ObjectEntry[] {
  const skip = scope.root.length;
  const beneath: ObjectEntry[] = [];
  for (const entry of entries) {
    if (!entry.key.startsWith(prefix)) {
      throw new TidemarkError(
        "LISTING_OUT_OF_RANGE",
        `${scope.display} listed ${JSON.stringify(entry.key)}, which does not begin with ${JSON.stringify(prefix)}.`,
        { hint: "The store does not understand ListObjectsV2; it cannot be synced safely." },
      );
    }
    if (skip === 0) beneath.push(entry);
    else if (entry.key.length > skip) beneath.push({ ...entry, key: entry.key.slice(skip) });
  }
  return beneath;
}

function outOfOrder(scope: Scope, [before, after]: readonly [string, string]): TidemarkError {
  return new TidemarkError("LISTING_OUT_OF_ORDER", `${scope.display} listed ${JSON.stringify(after)} after ${JSON.stringify(before)}.`, {
    hint: "Say `ordered: false` at the location, and its listings are sorted on disk.",
  });
}

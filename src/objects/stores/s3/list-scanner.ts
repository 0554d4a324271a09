import { compareKeys } from "../../../core/byte-order.ts";
import type { ListingProblem, ObjectEntry } from "../../store.ts";
import { S3Failure } from "./failure.ts";
import { bareEtag } from "./version-pin.ts";
import { decodeUrlText, unescapeXml, xmlText } from "./xml.ts";

export interface ScannedPage {
  /** Full keys, in the order of the document. */
  readonly entries: ObjectEntry[];
  /** undefined: the last page. */
  readonly next: string | undefined;
  /** The server wrote keys as XML: one that XML cannot hold is not among them, at most a misspelt one. */
  readonly raw: boolean;
}

const OPEN = "<Contents>";
const CLOSE = "</Contents>";
const END = "</ListBucketResult>";
const [SLASH, E, K, L, S] = [47, 69, 75, 76, 83];

/**
 * Reads one page of ListObjectsV2.
 *
 * Written for that document alone: a general parser takes eight times as long, and lists are most of
 * what a sync with nothing to do works on.
 *
 * @throws S3Failure `BAD_DOCUMENT`, to be asked for again, where the page is not whole: a page that
 *   was cut off would look like objects that are gone
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function scanPage(xml: string): ScannedPage {
  if (!xml.trimEnd().endsWith(END)) throw bad("does not end in its closing tag");
  const first = xml.indexOf(OPEN);
  const last = xml.lastIndexOf(CLOSE);
  // What is told of the page stands before the first entry or after the last; keys must not be mistaken for it.
  const frame = first < 0 ? xml : xml.slice(0, first) + xml.slice(last + CLOSE.length);
  const urlEncoded = xmlText(frame, "EncodingType") === "url";
  const entries: ObjectEntry[] = [];
  let at = first;
  while (at >= 0) {
    const end = xml.indexOf(CLOSE, at);
    if (end < 0) throw bad("has an entry without an end");
    entries.push(scanEntry(xml, at + OPEN.length, end, urlEncoded));
    at = xml.indexOf(OPEN, end + CLOSE.length);
  }
  return { entries, next: nextOf(frame, entries.length), raw: !urlEncoded };
}

function nextOf(frame: string, found: number): string | undefined {
  const count = xmlText(frame, "KeyCount");
  // More than it says are repeats, which the order tells; fewer means that some were lost.
  if (count !== undefined && Number(count) > found) throw bad(`says ${count} keys and holds ${found}`);
  const truncated = xmlText(frame, "IsTruncated");
  if (truncated !== "true" && truncated !== "false") throw bad("does not say whether there is more");
  if (truncated === "false") return undefined;
  const token = xmlText(frame, "NextContinuationToken");
  if (token === undefined || token === "") throw bad("says there is more and not where");
  return token;
}

/** An element of an entry is told by its name's first letters; a text holds no `<`, so it ends at the next one. */
function scanEntry(xml: string, from: number, to: number, urlEncoded: boolean): ObjectEntry {
  let key: string | undefined;
  let size = -1;
  let modified = "";
  let etag = "";
  let storageClass = "STANDARD";
  let at = from;
  for (;;) {
    const open = xml.indexOf("<", at);
    if (open < 0 || open >= to) break;
    const text = xml.indexOf(">", open) + 1;
    const end = xml.indexOf("<", text);
    at = end;
    switch (xml.charCodeAt(open + 1)) {
      case SLASH:
        break;
      case K:
        if (text - open === 5 && xml.startsWith("Key", open + 1)) key = keyText(xml.slice(text, end), urlEncoded);
        break;
      case S:
        if (xml.startsWith("Size>", open + 1)) size = Number(xml.slice(text, end));
        else if (xml.startsWith("StorageClass>", open + 1)) storageClass = xml.slice(text, end);
        break;
      case L:
        if (xml.startsWith("LastModified>", open + 1)) modified = xml.slice(text, end);
        break;
      case E:
        if (xml.startsWith("ETag>", open + 1)) etag = etagText(xml, text, end);
        break;
      default:
    }
  }
  const modifiedMs = instant(modified);
  if (key === undefined || !(size >= 0) || Number.isNaN(modifiedMs)) throw bad("has an entry without key, size or time");
  const problem = !urlEncoded && key.includes("\uFFFD") ? misspelt(key) : undefined;
  return { key, size, modified, modifiedMs, etag, storageClass, problem };
}

/** XML cannot hold most control characters; servers that write them as they are put U+FFFD in their place. */
function misspelt(key: string): ListingProblem {
  return {
    code: "KEY_MISSPELT",
    message: `The server lists ${JSON.stringify(key)}, with U+FFFD in place of what its listing cannot hold; the object's name is not known.`,
    scope: "item",
  };
}

/** Whether a listing that was not url encoded can hold the key. @see https://www.w3.org/TR/xml/#charsets */
export function fitsXml(key: string): boolean {
  return !/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(key);
}

function etagText(xml: string, from: number, to: number): string {
  if (xml.startsWith("&quot;", from) && xml.startsWith("&quot;", to - 6) && to - from > 12) return xml.slice(from + 6, to - 6);
  return bareEtag(unescapeXml(xml.slice(from, to)));
}

function keyText(raw: string, urlEncoded: boolean): string {
  const text = unescapeXml(raw);
  try {
    return urlEncoded ? decodeUrlText(text) : text;
  } catch {
    throw bad(`has a key that is no UTF-8: ${text}`);
  }
}

/** `2024-05-01T10:00:00.000Z` to milliseconds; the shape every server writes is read without a parser. */
function instant(text: string): number {
  if (text.length !== 24 || text.charCodeAt(23) !== 90 || text.charCodeAt(19) !== 46) return Date.parse(text);
  return Date.UTC(
    digits(text, 0, 4),
    digits(text, 5, 7) - 1,
    digits(text, 8, 10),
    digits(text, 11, 13),
    digits(text, 14, 16),
    digits(text, 17, 19),
    digits(text, 20, 23),
  );
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** The first key that does not follow the one before it, with that one; undefined where all is in order. */
export function firstDisorder(entries: readonly ObjectEntry[], before: string | undefined): readonly [string, string] | undefined {
  let last = before;
  for (const entry of entries) {
    if (last !== undefined && compareKeys(last, entry.key) >= 0) return [last, entry.key];
    last = entry.key;
  }
  return undefined;
}

function bad(what: string): S3Failure {
  return new S3Failure(200, "BAD_DOCUMENT", `A page of the listing ${what}`);
}

import { compareKeys } from "../../../core/byte-order.ts";
import type { ObjectEntry } from "../../store.ts";
import { S3Failure } from "./failure.ts";
import { bareEtag } from "./version-pin.ts";
import { decodeUrlText, unescapeXml, xmlText } from "./xml.ts";

export interface ScannedPage {
  /** Full keys, in the order of the document. */
  readonly entries: ObjectEntry[];
  /** undefined: the last page. */
  readonly next: string | undefined;
}

const OPEN = "<Contents>";
const CLOSE = "</Contents>";
const END = "</ListBucketResult>";

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
  return { entries, next: nextOf(frame, entries.length) };
}

function nextOf(frame: string, found: number): string | undefined {
  const count = xmlText(frame, "KeyCount");
  if (count !== undefined && Number(count) !== found) throw bad(`says ${count} keys and holds ${found}`);
  const truncated = xmlText(frame, "IsTruncated");
  if (truncated !== "true" && truncated !== "false") throw bad("does not say whether there is more");
  if (truncated === "false") return undefined;
  const token = xmlText(frame, "NextContinuationToken");
  if (token === undefined || token === "") throw bad("says there is more and not where");
  return token;
}

function scanEntry(xml: string, from: number, to: number, urlEncoded: boolean): ObjectEntry {
  let key: string | undefined;
  let size = -1;
  let modified = "";
  let etag = "";
  let storageClass = "STANDARD";
  let at = from;
  while (at < to) {
    const open = xml.indexOf("<", at);
    if (open < 0 || open >= to) break;
    const nameEnd = xml.indexOf(">", open);
    if (xml.charCodeAt(nameEnd - 1) === 47) {
      at = nameEnd + 1;
      continue;
    }
    const name = xml.slice(open + 1, nameEnd);
    const close = xml.indexOf(`</${name}>`, nameEnd);
    if (close < 0 || close > to) throw bad(`has a ${name} without an end`);
    switch (name) {
      case "Key": {
        const text = unescapeXml(xml.slice(nameEnd + 1, close));
        key = urlEncoded ? decodeUrlText(text) : text;
        break;
      }
      case "Size":
        size = Number(xml.slice(nameEnd + 1, close));
        break;
      case "LastModified":
        modified = xml.slice(nameEnd + 1, close);
        break;
      case "ETag":
        etag = bareEtag(unescapeXml(xml.slice(nameEnd + 1, close)));
        break;
      case "StorageClass":
        storageClass = xml.slice(nameEnd + 1, close);
        break;
      default:
    }
    at = close + name.length + 3;
  }
  const modifiedMs = instant(modified);
  if (key === undefined || !(size >= 0) || Number.isNaN(modifiedMs)) throw bad("has an entry without key, size or time");
  return { key, size, modified, modifiedMs, etag, storageClass, problem: undefined };
}

/** `2024-05-01T10:00:00.000Z` to milliseconds; the shape every server writes is read without a parser. */
function instant(text: string): number {
  if (text.length !== 24 || text.charCodeAt(23) !== 90 || text.charCodeAt(19) !== 46) return Date.parse(text);
  return Date.UTC(digits(text, 0, 4), digits(text, 5, 7) - 1, digits(text, 8, 10), digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19), digits(text, 20, 23));
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

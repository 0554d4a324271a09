import { S3Error } from "./errors.ts";
import type { ConditionKind } from "./faults.ts";
import type { StoredObject } from "./model.ts";
import type { S3Request } from "./request.ts";

/**
 * The conditions of a write, to be asked in the same turn as the write itself.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 *
 * @throws S3Error `PreconditionFailed`, `NoSuchKey` where If-Match finds nothing, `NotImplemented`
 */
export function checkWrite(request: S3Request, write: "put" | "copy" | "complete", current: StoredObject | undefined): void {
  const ifNoneMatch = active(request, "if-none-match", `${write}-if-none-match`);
  const ifMatch = active(request, "if-match", `${write}-if-match`);
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== "*" || ifMatch !== undefined) throw new S3Error("NotImplemented", { details: { Header: "If-None-Match" } });
    if (current !== undefined) throw failed("If-None-Match");
  }
  if (ifMatch !== undefined) checkMatch(request, ifMatch, current);
}

export function checkDelete(request: S3Request, current: StoredObject | undefined): void {
  const ifMatch = active(request, "if-match", "delete-if-match");
  if (ifMatch !== undefined) checkMatch(request, ifMatch, current);
}

/**
 * In the order of RFC 9110, section 13.2.2.
 * @throws S3Error `PreconditionFailed`, `NotModified`
 */
export function checkRead(request: S3Request, object: StoredObject): void {
  const ifMatch = active(request, "if-match", "get-if-match");
  const since = parseDate(active(request, "if-unmodified-since", "get-if-unmodified-since"));
  if (ifMatch !== undefined) {
    if (!listMatches(ifMatch, object.etag)) throw failed("If-Match");
  } else if (since !== undefined && object.lastModified > since) throw failed("If-Unmodified-Since");

  const ifNoneMatch = active(request, "if-none-match", "get-if-none-match");
  const modified = parseDate(active(request, "if-modified-since", "get-if-modified-since"));
  const unchanged = ifNoneMatch !== undefined ? listMatches(ifNoneMatch, object.etag) : modified !== undefined && object.lastModified <= modified;
  if (unchanged) throw new S3Error("NotModified", { headers: { etag: `"${object.etag}"`, "last-modified": object.lastModified.toUTCString() } });
}

/** @throws S3Error `PreconditionFailed`: a copy knows no 304 */
export function checkCopySource(request: S3Request, source: StoredObject): void {
  const prefix = "x-amz-copy-source-";
  const ifMatch = active(request, `${prefix}if-match`, "copy-source-if-match");
  const since = parseDate(active(request, `${prefix}if-unmodified-since`, "copy-source-if-unmodified-since"));
  if (ifMatch !== undefined) {
    if (!listMatches(ifMatch, source.etag)) throw failed(`${prefix}If-Match`);
  } else if (since !== undefined && source.lastModified > since) throw failed(`${prefix}If-Unmodified-Since`);

  const ifNoneMatch = active(request, `${prefix}if-none-match`, "copy-source-if-none-match");
  const modified = parseDate(active(request, `${prefix}if-modified-since`, "copy-source-if-modified-since"));
  if (ifNoneMatch !== undefined) {
    if (listMatches(ifNoneMatch, source.etag)) throw failed(`${prefix}If-None-Match`);
  } else if (modified !== undefined && source.lastModified <= modified) throw failed(`${prefix}If-Modified-Since`);
}

export function etagMatches(given: string, etag: string): boolean {
  return given === "*" || given.replaceAll('"', "") === etag;
}

function checkMatch(request: S3Request, ifMatch: string, current: StoredObject | undefined): void {
  if (current === undefined) throw new S3Error("NoSuchKey", { details: { Key: request.key ?? "" } });
  if (!etagMatches(ifMatch, current.etag)) throw failed("If-Match");
}

function active(request: S3Request, header: string, kind: ConditionKind): string | undefined {
  const value = request.header(header);
  return value === undefined || request.faults.ignores(kind) ? undefined : value.trim();
}

function listMatches(list: string, etag: string): boolean {
  return list.split(",").some((given) => etagMatches(given.trim().replace(/^W\//, ""), etag));
}

function failed(condition: string): S3Error {
  return new S3Error("PreconditionFailed", { details: { Condition: condition } });
}

/** A date that cannot be read is no condition. */
function parseDate(text: string | undefined): Date | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : new Date(time);
}

import { receiveBody, receiveText } from "../body.ts";
import type { Bucket } from "../bucket.ts";
import { checkDelete, checkRead, checkWrite, etagMatches } from "../conditions.ts";
import { holding } from "../content.ts";
import { S3Error } from "../errors.ts";
import { etagOf, storedBody } from "../etags.ts";
import { isMarker, type StoredObject } from "../model.ts";
import { checksumHeaders, objectHeaders, readProperties, tagsOf } from "../properties.ts";
import { headerBytes, type S3Request } from "../request.ts";
import { bucketOf, findObject, keyOf, wholeSecond, type Call, type Reply } from "../state.ts";
import { childrenNamed, childText, element, leaf, parseXml, root } from "../xml.ts";

const MAX_DELETES = 1000;

export async function putObject(call: Call): Promise<Reply> {
  const { server, request } = call;
  const bucket = bucketOf(call);
  const key = keyOf(call);
  const properties = readProperties(request);
  const tags = tagsOf(request);
  const received = await receiveBody(request, call.payload, server.spool, { maxBytes: server.limits.maxPutBytes });
  return holding(received.content, () => {
    checkWrite(request, "put", bucket.current(key));
    const { content, md5 } = storedBody(request, received.content, received.md5);
    const etag = etagOf(properties, md5);
    const object = bucket.put({
      ...properties,
      key,
      tags,
      etag,
      content,
      checksum: received.checksum,
      parts: undefined,
      lastModified: wholeSecond(request.now),
    });
    return {
      status: 200,
      headers: { etag: `"${etag}"`, ...object.encryption, ...checksumHeaders(object.checksum), ...versionHeader(bucket, object.versionId) },
    };
  });
}

export function getObject(call: Call): Reply {
  const { request } = call;
  const bucket = bucketOf(call);
  const object = objectToRead(call, bucket);
  if (request.operation === "GetObject" && (object.storageClass === "GLACIER" || object.storageClass === "DEEP_ARCHIVE"))
    throw new S3Error("InvalidObjectState", { details: { StorageClass: object.storageClass } });
  checkRead(request, object);
  const withChecksum = request.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED";
  const headers = { ...objectHeaders(object, { versioned: bucket.versioning !== undefined, withChecksum }), ...overrides(request) };
  const { size } = object.content;
  const range = partRange(request, object) ?? byteRange(request, object);
  if (range === undefined) return { status: 200, headers, body: object.content };
  // The checksum is of the whole.
  const whole = range.start === 0 && range.end === size;
  const partial = whole ? headers : Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("x-amz-checksum-")));
  const contentRange = size === 0 ? {} : { "content-range": `bytes ${range.start}-${range.end - 1}/${size}` };
  return { status: 206, headers: { ...partial, ...contentRange, ...range.headers }, body: object.content.slice(range.start, range.end) };
}

export function deleteObject(call: Call): Reply {
  const bucket = bucketOf(call);
  const key = keyOf(call);
  const versionId = call.request.query.get("versionId");
  if (versionId === undefined) checkDelete(call.request, bucket.current(key));
  const result = remove(call.request, bucket, key, versionId);
  return {
    status: 204,
    headers: {
      ...(result.versionId === undefined ? {} : { "x-amz-version-id": result.versionId }),
      ...(result.marker ? { "x-amz-delete-marker": "true" } : {}),
    },
  };
}

export async function deleteObjects(call: Call): Promise<Reply> {
  const { request, server } = call;
  const bucket = bucketOf(call);
  const checked =
    request.header("content-md5") !== undefined ||
    Object.keys(request.message.headers).some((name) => name.startsWith("x-amz-checksum-")) ||
    request.header("x-amz-trailer") !== undefined;
  if (!checked) throw new S3Error("InvalidRequest", { message: "Missing required header for this request: Content-MD5 OR x-amz-checksum-*" });
  const document = parseXml(await receiveText(request, call.payload, server.spool), "Delete");
  const wanted = childrenNamed(document, "Object");
  if (wanted.length === 0 || wanted.length > MAX_DELETES) throw new S3Error("MalformedXML");
  const quiet = childText(document, "Quiet") === "true";
  const results = wanted.map((node) => {
    const key = childText(node, "Key");
    if (key === undefined || key === "") throw new S3Error("MalformedXML");
    const versionId = childText(node, "VersionId");
    const etag = childText(node, "ETag");
    const refusal = etag === undefined || request.faults.ignores("delete-if-match") ? undefined : refuseDelete(etag, bucket.current(key));
    if (refusal !== undefined)
      return element("Error", leaf("Key", key), leaf("VersionId", versionId), leaf("Code", refusal.code), leaf("Message", refusal.message));
    const result = remove(request, bucket, key, versionId);
    if (quiet) return "";
    const marker = result.marker ? leaf("DeleteMarker", true) + leaf("DeleteMarkerVersionId", result.versionId) : "";
    return element("Deleted", leaf("Key", key), leaf("VersionId", versionId), marker);
  });
  return { status: 200, body: root("DeleteResult", ...results) };
}

export function versionHeader(bucket: Bucket, versionId: string): Record<string, string> {
  return bucket.versioning === undefined ? {} : { "x-amz-version-id": versionId };
}

function objectToRead({ request }: Call, bucket: Bucket): StoredObject {
  const key = request.key ?? "";
  if (request.faults.find("stale-read") === undefined) return findObject(bucket, key, request.query.get("versionId"));
  const before = bucket.before(key);
  if (before === undefined) throw new S3Error("NoSuchKey", { details: { Key: key } });
  return before;
}

function remove(
  request: S3Request,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): { readonly versionId: string | undefined; readonly marker: boolean } {
  if (versionId !== undefined) {
    const removed = bucket.deleteVersion(key, versionId);
    return { versionId, marker: removed !== undefined && isMarker(removed) };
  }
  const marker = bucket.delete(key, wholeSecond(request.now));
  return { versionId: marker?.versionId, marker: marker !== undefined };
}

function refuseDelete(etag: string, current: StoredObject | undefined): S3Error | undefined {
  if (current === undefined) return new S3Error("NoSuchKey");
  return etagMatches(etag, current.etag) ? undefined : new S3Error("PreconditionFailed");
}

interface Range {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** undefined: all of it, also where the header is no range of bytes or has several. */
function byteRange(request: S3Request, object: StoredObject): Range | undefined {
  const { size } = object.content;
  const fields = /^bytes=(\d*)-(\d*)$/.exec(request.header("range") ?? "");
  const [, first = "", last = ""] = fields ?? [];
  if (fields === null || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(Number(last) + 1, size);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start >= size)
    throw new S3Error("InvalidRange", {
      details: { RangeRequested: request.header("range") ?? "", ActualObjectSize: String(size) },
      headers: { "content-range": `bytes */${size}` },
    });
  return { start, end };
}

function partRange(request: S3Request, object: StoredObject): Range | undefined {
  const text = request.query.get("partNumber");
  if (text === undefined) return undefined;
  const sizes = object.parts ?? [object.content.size];
  const number = Number(text);
  const size = sizes[number - 1];
  if (size === undefined) throw new S3Error("InvalidPartNumber", { details: { PartNumberRequested: text, ActualPartCount: String(sizes.length) } });
  const start = sizes.slice(0, number - 1).reduce((sum, part) => sum + part, 0);
  return { start, end: start + size, headers: object.parts === undefined ? {} : { "x-amz-mp-parts-count": String(sizes.length) } };
}

function overrides(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ["content-type", "content-language", "expires", "cache-control", "content-disposition", "content-encoding"]) {
    const value = request.query.get(`response-${name}`);
    if (value !== undefined) headers[name] = headerBytes(value);
  }
  return headers;
}

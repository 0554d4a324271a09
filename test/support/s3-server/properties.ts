import { CHECKSUM_ALGORITHMS, checksumHeader, type Checksum } from "./checksums.ts";
import { S3Error } from "./errors.ts";
import type { Properties, StoredObject } from "./model.ts";
import { headerBytes, headerText, parseQuery, type S3Request } from "./request.ts";

const KEPT_HEADERS = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
  "x-amz-website-redirect-location",
];
const STORAGE_CLASSES = new Set([
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "DEEP_ARCHIVE",
  "GLACIER_IR",
]);
const ENCRYPTION_HEADERS = ["x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-bucket-key-enabled"];
const META = "x-amz-meta-";
const MAX_METADATA_BYTES = 2048;
const MAX_TAGS = 10;

/** @throws S3Error `MetadataTooLarge`, `InvalidStorageClass`, `InvalidArgument`, `NotImplemented` */
export function readProperties(request: S3Request): Properties {
  if (request.header("x-amz-server-side-encryption-customer-algorithm") !== undefined) throw new S3Error("NotImplemented");
  return { headers: keptHeaders(request), metadata: metadataOf(request), storageClass: storageClassOf(request), encryption: encryptionOf(request) };
}

export function storageClassOf(request: S3Request): string {
  const name = request.header("x-amz-storage-class") ?? "STANDARD";
  if (!STORAGE_CLASSES.has(name)) throw new S3Error("InvalidStorageClass", { details: { StorageClassRequested: name } });
  return name;
}

export function encryptionOf(request: S3Request): Readonly<Record<string, string>> {
  const encryption: Record<string, string> = {};
  for (const name of ENCRYPTION_HEADERS) {
    const value = request.header(name);
    if (value !== undefined) encryption[name] = value;
  }
  const algorithm = encryption["x-amz-server-side-encryption"];
  if (algorithm !== undefined && !["AES256", "aws:kms", "aws:kms:dsse"].includes(algorithm)) {
    throw new S3Error("InvalidArgument", {
      message: "The encryption method specified is not supported",
      details: { ArgumentName: "x-amz-server-side-encryption", ArgumentValue: algorithm },
    });
  }
  return encryption;
}

/** @throws S3Error `InvalidArgument`, `InvalidTag` */
export function tagsOf(request: S3Request): ReadonlyMap<string, string> {
  return checkTags(parseQuery(headerText(request.header("x-amz-tagging") ?? "")));
}

export function checkTags(tags: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (tags.size > MAX_TAGS) throw new S3Error("InvalidTag", { message: `Object tags cannot be greater than ${MAX_TAGS}` });
  for (const [name, value] of tags) {
    if (name === "" || name.length > 128) throw new S3Error("InvalidTag", { message: "The TagKey you have provided is invalid", details: { TagKey: name } });
    if (value.length > 256)
      throw new S3Error("InvalidTag", { message: "The TagValue you have provided is invalid", details: { TagKey: name, TagValue: value } });
  }
  return tags;
}

/** What GET and HEAD tell of an object. */
export function objectHeaders(
  object: StoredObject,
  { versioned, withChecksum }: { readonly versioned: boolean; readonly withChecksum: boolean },
): Record<string, string> {
  const headers: Record<string, string> = {
    etag: `"${object.etag}"`,
    "last-modified": object.lastModified.toUTCString(),
    "accept-ranges": "bytes",
    ...object.encryption,
  };
  for (const [name, value] of Object.entries(object.headers)) headers[name] = headerBytes(value);
  for (const [name, value] of Object.entries(object.metadata)) headers[META + name] = headerBytes(value);
  if (object.storageClass !== "STANDARD") headers["x-amz-storage-class"] = object.storageClass;
  if (object.tags.size > 0) headers["x-amz-tagging-count"] = String(object.tags.size);
  if (versioned) headers["x-amz-version-id"] = object.versionId;
  if (withChecksum) Object.assign(headers, checksumHeaders(object.checksum));
  return headers;
}

export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  return checksum === undefined ? {} : { [checksumHeader(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type };
}

/** Names of the elements that tell a checksum in XML. */
export function checksumElement(checksum: Checksum): string {
  return `Checksum${checksum.algorithm}`;
}

export const CHECKSUM_ELEMENTS: ReadonlyMap<string, (typeof CHECKSUM_ALGORITHMS)[number]> = new Map(
  CHECKSUM_ALGORITHMS.map((algorithm) => [`Checksum${algorithm}`, algorithm]),
);

function keptHeaders(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = request.header(name);
    if (value !== undefined) headers[name] = headerText(value);
  }
  headers["content-type"] ??= "binary/octet-stream";
  const encodings = headers["content-encoding"]
    ?.split(",")
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== "aws-chunked" && encoding !== "");
  if (encodings !== undefined) {
    delete headers["content-encoding"];
    if (encodings.length > 0) headers["content-encoding"] = encodings.join(",");
  }
  return headers;
}

function metadataOf({ message }: S3Request): Record<string, string> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const name in message.headers) {
    if (!name.startsWith(META)) continue;
    const value = message.headers[name];
    const text = Array.isArray(value) ? value.join(",") : (value ?? "");
    bytes += name.length - META.length + Buffer.byteLength(text, "latin1");
    metadata[name.slice(META.length)] = headerText(text);
  }
  if (bytes > MAX_METADATA_BYTES) throw new S3Error("MetadataTooLarge", { details: { Size: String(bytes), MaxSizeAllowed: String(MAX_METADATA_BYTES) } });
  return metadata;
}

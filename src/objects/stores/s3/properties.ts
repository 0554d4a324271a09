import type { ObjectHead, ObjectProperties } from "../../store.ts";
import { bareEtag } from "./version-pin.ts";
import { decodeHeaderText, encodeMetadataValue } from "./header-text.ts";
import { encodeValue } from "./addressing.ts";

type Headers = Readonly<Record<string, string>>;

const CONTENT_HEADERS = ["content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires"] as const;
const META = "x-amz-meta-";

/** Marks that multipart writes carry, since their ETag cannot be compared with the source's. */
export const SOURCE_ETAG_MARK = "tidemark-source-etag";
export const PART_SIZE_MARK = "tidemark-part-size";

/** Seconds with an optional fraction, as rclone writes them. */
const MTIME = /^-?\d+(\.\d+)?$/;

/** What a GET or HEAD tells of an object. `modified` is exact to the second only: that is all the header holds. */
export function headOf(headers: Headers, size: number): ObjectHead {
  const modifiedMs = Date.parse(headers["last-modified"] ?? "");
  const versionId = headers["x-amz-version-id"];
  return {
    version: {
      size,
      etag: bareEtag(headers["etag"]),
      ...(Number.isNaN(modifiedMs) ? {} : { modified: new Date(modifiedMs).toISOString() }),
      // "null" names an object written before versions were kept; it is written over in place, so it pins nothing.
      ...(versionId === undefined || versionId === "" || versionId === "null" ? {} : { versionId }),
    },
    modifiedMs: Number.isNaN(modifiedMs) ? 0 : modifiedMs,
    properties: propertiesOf(headers),
  };
}

function propertiesOf(headers: Headers): ObjectProperties {
  const metadata: Record<string, string> = {};
  const content: Record<string, string> = {};
  let mtime: string | undefined;
  for (const name in headers) {
    if (!name.startsWith(META)) continue;
    const value = decodeHeaderText(headers[name] ?? "");
    if (name === "x-amz-meta-mtime" && MTIME.test(value)) mtime = value;
    else metadata[name.slice(META.length)] = value;
  }
  for (const name of CONTENT_HEADERS) {
    const value = headers[name];
    if (value !== undefined) content[name] = decodeHeaderText(value);
  }
  // Made by every client of AWS's for a trailing checksum, and gone once the object is stored.
  const encoding = content["content-encoding"];
  if (encoding?.includes("aws-chunked") === true) {
    const rest = encoding
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== "aws-chunked" && each !== "");
    if (rest.length === 0) delete content["content-encoding"];
    else content["content-encoding"] = rest.join(", ");
  }
  const tagCount = Number(headers["x-amz-tagging-count"] ?? 0);
  return {
    metadata,
    headers: content,
    mtime,
    storageClass: headers["x-amz-storage-class"] ?? "STANDARD",
    tags: tagCount === 0 ? {} : undefined,
    tagCount,
  };
}

/** Headers of a PUT, COPY or CreateMultipartUpload that give an object these properties. */
export function propertyHeaders(properties: ObjectProperties): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of CONTENT_HEADERS) {
    const value = properties.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  for (const name of Object.keys(properties.metadata)) {
    const lower = name.toLowerCase();
    if (lower === SOURCE_ETAG_MARK || lower === PART_SIZE_MARK) continue;
    headers[META + lower] = encodeMetadataValue(properties.metadata[name] ?? "");
  }
  if (properties.mtime !== undefined) headers["x-amz-meta-mtime"] = properties.mtime;
  const storageClass = storageClassName(properties.storageClass);
  if (storageClass !== undefined) headers["x-amz-storage-class"] = storageClass;
  if (properties.tags !== undefined && Object.keys(properties.tags).length > 0) headers["x-amz-tagging"] = tagsText(properties.tags);
  return headers;
}

/** Tags as `x-amz-tagging` wants them. */
export function tagsText(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([name, value]) => `${encodeValue(name)}=${encodeValue(value)}`)
    .join("&");
}

const CLASSES: Readonly<Record<string, string>> = {
  standard: "STANDARD",
  "infrequent-access": "STANDARD_IA",
  archive: "GLACIER",
  "reduced-redundancy": "REDUCED_REDUNDANCY",
};

/** S3's name of a storage class; a store's own name goes through in capitals. undefined: the store's default. */
export function storageClassName(name: string | undefined): string | undefined {
  if (name === undefined || name === "" || name === "preserve") return undefined;
  const mapped = CLASSES[name.toLowerCase()] ?? name.toUpperCase();
  // It is the default everywhere, and stores without classes refuse the header.
  return mapped === "STANDARD" ? undefined : mapped;
}

/** Marks of a multipart write: what it was made from, and in which parts. */
export function markHeaders(sourceEtag: string | undefined, partSize: number): Record<string, string> {
  return {
    ...(sourceEtag === undefined || sourceEtag === "" ? {} : { [META + SOURCE_ETAG_MARK]: sourceEtag }),
    [META + PART_SIZE_MARK]: String(partSize),
  };
}

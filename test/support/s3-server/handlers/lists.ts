import { S3Error } from "../errors.ts";
import { nameOf, readPage, type PageItem } from "../listing.ts";
import { isMarker, type StoredVersion, type Upload } from "../model.ts";
import { checksumElement } from "../properties.ts";
import { wholeNumber, type S3Request } from "../request.ts";
import { compareByBytes, sortByBytes } from "../sorted-keys.ts";
import { bucketOf, keyOf, OWNER, type Call, type Reply } from "../state.ts";
import { element, escapeXml, leaf, root } from "../xml.ts";
import { uploadOf } from "./multipart.ts";

const MAX_PAGE = 1000;
const OWNER_ELEMENT = element("Owner", leaf("ID", OWNER.id), leaf("DisplayName", OWNER.name));

export function listObjectsV2(call: Call): Reply {
  const { request } = call;
  const token = request.query.get("continuation-token");
  const startAfter = request.query.get("start-after");
  const after = token === undefined ? (startAfter ?? "") : readToken(token);
  const { common, items, isTruncated, encode, write } = objectPage(call, after, request.query.get("fetch-owner") === "true");
  const last = items.at(-1);
  const next = isTruncated && last !== undefined ? leaf("NextContinuationToken", writeToken(nameOf(last))) : "";
  return {
    status: 200,
    body: root(
      "ListBucketResult",
      common,
      leaf("StartAfter", startAfter && encode(startAfter)),
      leaf("ContinuationToken", token),
      leaf("KeyCount", items.length),
      leaf("IsTruncated", isTruncated),
      next,
      write(),
    ),
  };
}

export function listObjects(call: Call): Reply {
  const { request } = call;
  const marker = request.query.get("marker") ?? "";
  const { common, items, isTruncated, encode, write } = objectPage(call, marker, true);
  const last = items.at(-1);
  const next = isTruncated && last !== undefined && request.query.has("delimiter") ? leaf("NextMarker", encode(nameOf(last))) : "";
  return { status: 200, body: root("ListBucketResult", common, leaf("Marker", encode(marker)), leaf("IsTruncated", isTruncated), next, write()) };
}

export function listObjectVersions(call: Call): Reply {
  const { request } = call;
  const bucket = bucketOf(call);
  const { prefix, delimiter, limit, encode, common } = listQuery(call);
  const keyMarker = request.query.get("key-marker") ?? "";
  const idMarker = request.query.get("version-id-marker") ?? "";
  if (idMarker !== "" && keyMarker === "") throw new S3Error("InvalidArgument", { message: "A version-id marker cannot be specified without a key marker." });
  const rest = idMarker === "" ? [] : newestFirst(bucket.versionsOf(keyMarker));
  const found: (StoredVersion | { readonly commonPrefix: string })[] = rest.slice(rest.findIndex((version) => version.versionId === idMarker) + 1);
  const page = readPage(bucket.sortedKeys(), { prefix, delimiter, after: keyMarker, limit: limit + 1 }, () => true);
  for (const item of page.items) found.push(...("key" in item ? newestFirst(bucket.versionsOf(item.key)) : [item]));
  const shown = found.slice(0, limit);
  const isTruncated = limit > 0 && found.length > limit;
  const last = shown.at(-1);
  const next =
    !isTruncated || last === undefined
      ? ""
      : "commonPrefix" in last
        ? leaf("NextKeyMarker", encode(last.commonPrefix))
        : leaf("NextKeyMarker", encode(last.key)) + leaf("NextVersionIdMarker", last.versionId);
  const rows = shown.map((version) => {
    if ("commonPrefix" in version) return element("CommonPrefixes", leaf("Prefix", encode(version.commonPrefix)));
    const start =
      leaf("Key", encode(version.key)) +
      leaf("VersionId", version.versionId) +
      leaf("IsLatest", bucket.newest(version.key) === version) +
      leaf("LastModified", version.lastModified.toISOString());
    if (isMarker(version)) return element("DeleteMarker", start, OWNER_ELEMENT);
    return element(
      "Version",
      start,
      leaf("ETag", `"${version.etag}"`),
      leaf("Size", version.content.size),
      OWNER_ELEMENT,
      leaf("StorageClass", version.storageClass),
    );
  });
  return {
    status: 200,
    body: root(
      "ListVersionsResult",
      common,
      leaf("KeyMarker", encode(keyMarker)),
      leaf("VersionIdMarker", idMarker),
      leaf("IsTruncated", isTruncated),
      next,
      ...rows,
    ),
  };
}

export function listMultipartUploads(call: Call): Reply {
  const { request, server } = call;
  const bucket = bucketOf(call);
  const { prefix, delimiter, encode } = listQuery(call);
  const limit = Math.min(wholeNumber(request, "max-uploads", MAX_PAGE), MAX_PAGE);
  const keyMarker = request.query.get("key-marker") ?? "";
  const idMarker = request.query.get("upload-id-marker") ?? "";
  const byKey = Map.groupBy([...bucket.uploads.values()].sort(byStart), (upload) => upload.key);
  const keys = sortByBytes([...byKey.keys()]).filter((key) => !server.listsUploadsByExactKey || key === prefix);
  const ofMarker = byKey.get(keyMarker) ?? [];
  const rest = idMarker === "" ? [] : ofMarker.slice(ofMarker.findIndex((upload) => upload.id === idMarker) + 1);
  const page = readPage(keys, { prefix, delimiter, after: keyMarker, limit: limit + 1 }, () => true);
  const found: (Upload | { readonly commonPrefix: string })[] = [...rest];
  for (const item of page.items) found.push(...("key" in item ? (byKey.get(item.key) ?? []) : [item]));
  const shown = found.slice(0, limit);
  const isTruncated = limit > 0 && found.length > limit;
  const last = shown.at(-1);
  const next =
    !isTruncated || last === undefined
      ? ""
      : "commonPrefix" in last
        ? leaf("NextKeyMarker", encode(last.commonPrefix))
        : leaf("NextKeyMarker", encode(last.key)) + leaf("NextUploadIdMarker", last.id);
  const rows = shown.map((upload) =>
    "commonPrefix" in upload
      ? element("CommonPrefixes", leaf("Prefix", encode(upload.commonPrefix)))
      : element(
          "Upload",
          leaf("Key", encode(upload.key)),
          leaf("UploadId", upload.id),
          OWNER_ELEMENT,
          leaf("StorageClass", upload.storageClass),
          leaf("Initiated", upload.initiated.toISOString()),
        ),
  );
  const start =
    leaf("Bucket", bucket.name) +
    leaf("KeyMarker", encode(keyMarker)) +
    leaf("UploadIdMarker", idMarker) +
    leaf("Prefix", encode(prefix)) +
    leaf("Delimiter", delimiter === "" ? undefined : encode(delimiter));
  return {
    status: 200,
    body: root(
      "ListMultipartUploadsResult",
      start,
      leaf("EncodingType", request.query.get("encoding-type")),
      leaf("MaxUploads", limit),
      leaf("IsTruncated", isTruncated),
      next,
      ...rows,
    ),
  };
}

export function listParts(call: Call): Reply {
  const bucket = bucketOf(call);
  const upload = uploadOf(call, bucket);
  const limit = Math.min(wholeNumber(call.request, "max-parts", MAX_PAGE), MAX_PAGE);
  const marker = wholeNumber(call.request, "part-number-marker", 0);
  const found = [...upload.parts.values()].filter((part) => part.number > marker).sort((a, b) => a.number - b.number);
  const shown = found.slice(0, limit);
  const isTruncated = limit > 0 && found.length > limit;
  const rows = shown.map((part) =>
    element(
      "Part",
      leaf("PartNumber", part.number) +
        leaf("LastModified", part.lastModified.toISOString()) +
        leaf("ETag", `"${part.etag}"`) +
        leaf("Size", part.content.size),
      part.checksum === undefined ? "" : leaf(checksumElement(part.checksum), part.checksum.value),
    ),
  );
  const start =
    leaf("Bucket", bucket.name) +
    leaf("Key", keyOf(call)) +
    leaf("UploadId", upload.id) +
    leaf("StorageClass", upload.storageClass) +
    leaf("PartNumberMarker", marker);
  return {
    status: 200,
    body: root(
      "ListPartsResult",
      start,
      leaf("NextPartNumberMarker", shown.at(-1)?.number ?? 0),
      leaf("MaxParts", limit),
      leaf("IsTruncated", isTruncated),
      ...rows,
    ),
  };
}

function listQuery({ request }: Call): {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  readonly encode: (text: string) => string;
  readonly common: string;
} {
  const encoding = request.query.get("encoding-type");
  if (encoding !== undefined && encoding !== "url")
    throw new S3Error("InvalidArgument", {
      message: "Invalid Encoding Method specified in Request",
      details: { ArgumentName: "encoding-type", ArgumentValue: encoding },
    });
  const encode = encoding === undefined ? (text: string) => text : encodeForList;
  const prefix = request.query.get("prefix") ?? "";
  const delimiter = request.query.get("delimiter") ?? "";
  const limit = Math.min(wholeNumber(request, "max-keys", MAX_PAGE), MAX_PAGE);
  const common =
    leaf("Name", request.bucket) +
    leaf("Prefix", encode(prefix)) +
    leaf("Delimiter", delimiter === "" ? undefined : encode(delimiter)) +
    leaf("MaxKeys", limit) +
    leaf("EncodingType", encoding);
  return { prefix, delimiter, limit, encode, common };
}

function objectPage(call: Call, after: string, withOwner: boolean) {
  const bucket = bucketOf(call);
  const { prefix, delimiter, limit, encode, common } = listQuery(call);
  const { items, isTruncated } = readPage(bucket.sortedKeys(), { prefix, delimiter, after, limit }, (key) => bucket.current(key) !== undefined);
  const owner = withOwner ? OWNER_ELEMENT : "";
  const write = () => {
    const keys = misorder(
      call.request,
      items.filter((item) => "key" in item),
      after,
    );
    const rows = keys.map(({ key }) => {
      const object = bucket.current(key);
      if (object === undefined) return "";
      const checksum =
        object.checksum === undefined
          ? ""
          : `<ChecksumAlgorithm>${object.checksum.algorithm}</ChecksumAlgorithm><ChecksumType>${object.checksum.type}</ChecksumType>`;
      return `<Contents><Key>${escapeXml(encode(key))}</Key><LastModified>${object.lastModified.toISOString()}</LastModified><ETag>&quot;${object.etag}&quot;</ETag>${checksum}<Size>${object.content.size}</Size>${owner}<StorageClass>${object.storageClass}</StorageClass></Contents>`;
    });
    const prefixes = items.filter((item): item is Exclude<PageItem, { readonly key: string }> => "commonPrefix" in item);
    return rows.join("") + prefixes.map(({ commonPrefix }) => element("CommonPrefixes", leaf("Prefix", encode(commonPrefix)))).join("");
  };
  return { common, items, isTruncated, encode, write };
}

function misorder<T extends { readonly key: string }>({ faults }: S3Request, entries: readonly T[], after: string): readonly { readonly key: string }[] {
  let out: readonly { readonly key: string }[] = entries;
  if (faults.find("list-out-of-order") !== undefined) {
    out = out.length < 4 ? out.toReversed() : [...swapped(out.slice(0, 2)), ...out.slice(2, -2), ...swapped(out.slice(-2))];
  }
  const [first] = out;
  if (faults.find("list-repeats") !== undefined && first !== undefined) out = [...(after === "" ? [] : [{ key: after }]), first, ...out];
  return out;
}

function swapped<T>(pair: readonly T[]): readonly T[] {
  return pair.toReversed();
}

/** As S3 does for `encoding-type=url`: a space is `+`, the slash stays. */
function encodeForList(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+");
}

function writeToken(name: string): string {
  return Buffer.from(`1:${name}`).toString("base64url");
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (!text.startsWith("1:"))
    throw new S3Error("InvalidArgument", { message: "The continuation token provided is incorrect", details: { ArgumentName: "continuation-token" } });
  return text.slice(2);
}

function newestFirst(versions: readonly StoredVersion[]): StoredVersion[] {
  return versions.toReversed();
}

function byStart(a: Upload, b: Upload): number {
  return a.initiated.getTime() - b.initiated.getTime() || compareByBytes(a.id, b.id);
}

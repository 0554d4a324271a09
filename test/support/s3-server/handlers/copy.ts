import type { Bucket } from "../bucket.ts";
import { checkCopySource, checkWrite } from "../conditions.ts";
import { holding } from "../content.ts";
import { S3Error } from "../errors.ts";
import { etagOf, hidesMd5, md5Of, storedBody } from "../etags.ts";
import type { Properties, StoredObject } from "../model.ts";
import { checksumElement, encryptionOf, readProperties, storageClassOf, tagsOf } from "../properties.ts";
import { decodeEscapes, headerText, parseQuery } from "../request.ts";
import { bucketOf, findObject, keyOf, wholeSecond, type Call, type Reply } from "../state.ts";
import { leaf, root } from "../xml.ts";
import { versionHeader } from "./objects.ts";

export interface CopySource {
  readonly bucket: Bucket;
  readonly object: StoredObject;
  readonly isCurrent: boolean;
}

/** `CopyObject`: metadata and tags of the source unless others are given, the storage class never. */
export async function copyObject(call: Call): Promise<Reply> {
  const { server, request } = call;
  const bucket = bucketOf(call);
  const key = keyOf(call);
  const { bucket: sourceBucket, object: source, isCurrent } = copySource(call);
  if (source.content.size > server.limits.maxPutBytes) {
    throw new S3Error("InvalidRequest", {
      message: `The specified copy source is larger than the maximum allowable size for a copy source: ${server.limits.maxPutBytes}`,
    });
  }
  const replaceMetadata = directive(call, "x-amz-metadata-directive") === "REPLACE";
  const replaceTags = directive(call, "x-amz-tagging-directive") === "REPLACE";
  const properties: Properties = replaceMetadata
    ? readProperties(request)
    : { headers: source.headers, metadata: source.metadata, storageClass: storageClassOf(request), encryption: encryptionOf(request) };
  const changes = replaceMetadata || request.header("x-amz-storage-class") !== undefined || Object.keys(properties.encryption).length > 0;
  if (sourceBucket === bucket && source.key === key && isCurrent && !changes) {
    throw new S3Error("InvalidRequest", {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  const object = await holding(source.content, async () => {
    // A copy is one part again, so the ETag of one that came in parts changes.
    const sourceMd5 = source.parts === undefined && !hidesMd5(source) ? source.etag : await md5Of(source.content);
    // Asked again, for hashing takes a while: the source must be what the client means when it is copied.
    copySource(call);
    checkWrite(request, "copy", bucket.current(key));
    const { content, md5 } = storedBody(request, source.content, sourceMd5);
    return bucket.put({
      ...properties,
      key,
      etag: etagOf(properties, md5),
      tags: replaceTags ? tagsOf(request) : source.tags,
      content,
      checksum: source.checksum?.type === "COMPOSITE" ? undefined : source.checksum,
      parts: undefined,
      lastModified: wholeSecond(request.now),
    });
  });
  const sourceVersion: Record<string, string> = sourceBucket.versioning === undefined ? {} : { "x-amz-copy-source-version-id": source.versionId };
  const checksum =
    object.checksum === undefined ? "" : leaf(checksumElement(object.checksum), object.checksum.value) + leaf("ChecksumType", object.checksum.type);
  return {
    status: 200,
    headers: { ...object.encryption, ...versionHeader(bucket, object.versionId), ...sourceVersion },
    body: root("CopyObjectResult", leaf("LastModified", object.lastModified.toISOString()), leaf("ETag", `"${object.etag}"`), checksum),
  };
}

/**
 * The object that `x-amz-copy-source` names, once its conditions hold.
 * @throws S3Error
 */
export function copySource(call: Call): CopySource {
  const { request } = call;
  const header = headerText(request.header("x-amz-copy-source") ?? "");
  const mark = header.indexOf("?");
  const path = decodeEscapes(mark === -1 ? header : header.slice(0, mark)).replace(/^\//, "");
  const versionId = mark === -1 ? undefined : parseQuery(header.slice(mark + 1)).get("versionId");
  const slash = path.indexOf("/");
  if (slash <= 0 || slash === path.length - 1) {
    throw new S3Error("InvalidArgument", {
      message: "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      details: { ArgumentName: "x-amz-copy-source", ArgumentValue: header },
    });
  }
  const bucket = bucketOf(call, path.slice(0, slash));
  const object = findObject(bucket, path.slice(slash + 1), versionId);
  if (object.storageClass === "GLACIER" || object.storageClass === "DEEP_ARCHIVE")
    throw new S3Error("InvalidObjectState", { details: { StorageClass: object.storageClass } });
  checkCopySource(request, object);
  return { bucket, object, isCurrent: bucket.newest(object.key) === object };
}

function directive({ request }: Call, name: string): "COPY" | "REPLACE" {
  const value = request.header(name) ?? "COPY";
  if (value !== "COPY" && value !== "REPLACE")
    throw new S3Error("InvalidArgument", {
      message: `Unknown ${name.replace("x-amz-", "").replace("-", " ")}.`,
      details: { ArgumentName: name, ArgumentValue: value },
    });
  return value;
}

import { randomBytes } from "node:crypto";
import { receiveBody, receiveText } from "../body.ts";
import type { Bucket } from "../bucket.ts";
import { checksumAlgorithm, checksumHasher, type Checksum, type ChecksumAlgorithm } from "../checksums.ts";
import { checkWrite } from "../conditions.ts";
import { Content, holding } from "../content.ts";
import { S3Error } from "../errors.ts";
import { md5Of, multipartEtag, storedBody } from "../etags.ts";
import type { Part, Upload } from "../model.ts";
import { CHECKSUM_ELEMENTS, checksumElement, checksumHeaders, readProperties, tagsOf } from "../properties.ts";
import { bucketOf, keyOf, wholeSecond, type Call, type Reply } from "../state.ts";
import { childrenNamed, childText, leaf, parseXml, root, type XmlNode } from "../xml.ts";
import { copySource } from "./copy.ts";
import { versionHeader } from "./objects.ts";

const MAX_PARTS = 10_000;

export function createMultipartUpload(call: Call): Reply {
  const { request } = call;
  const bucket = bucketOf(call);
  const key = keyOf(call);
  const named = request.header("x-amz-checksum-algorithm");
  const algorithm = named === undefined ? undefined : checksumAlgorithm(named);
  if (named !== undefined && algorithm === undefined)
    throw new S3Error("InvalidRequest", {
      message: "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
    });
  const upload: Upload = {
    ...readProperties(request),
    id: randomBytes(48).toString("base64url"),
    key,
    tags: tagsOf(request),
    initiated: wholeSecond(request.now),
    checksumAlgorithm: algorithm,
    checksumType: checksumTypeOf(request.header("x-amz-checksum-type"), algorithm),
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  const checksum: Record<string, string> = algorithm === undefined ? {} : { "x-amz-checksum-algorithm": algorithm, "x-amz-checksum-type": upload.checksumType };
  return {
    status: 200,
    headers: { ...upload.encryption, ...checksum },
    body: root("InitiateMultipartUploadResult", leaf("Bucket", bucket.name), leaf("Key", key), leaf("UploadId", upload.id)),
  };
}

export async function uploadPart(call: Call): Promise<Reply> {
  const { server, request } = call;
  const bucket = bucketOf(call);
  const number = partNumber(call);
  const { checksumAlgorithm: algorithm } = uploadOf(call, bucket);
  const received = await receiveBody(request, call.payload, server.spool, { maxBytes: server.limits.maxPutBytes, algorithm });
  return holding(received.content, () => {
    if (algorithm !== undefined && received.checksum?.algorithm !== algorithm) {
      throw new S3Error("InvalidRequest", {
        message: `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${received.checksum?.algorithm.toLowerCase() ?? "null"}`,
      });
    }
    const { content, md5 } = storedBody(request, received.content, received.md5);
    const stored = { content, etag: md5 };
    // Asked again: the upload may have been completed or aborted while the body came.
    const part = addPart(uploadOf(call, bucket), { number, ...stored, checksum: received.checksum, lastModified: wholeSecond(request.now) });
    return { status: 200, headers: { etag: `"${part.etag}"`, ...checksumHeaders(part.checksum) } };
  });
}

export async function uploadPartCopy(call: Call): Promise<Reply> {
  const { server, request } = call;
  const bucket = bucketOf(call);
  const number = partNumber(call);
  const { checksumAlgorithm: algorithm } = uploadOf(call, bucket);
  const { object: source } = copySource(call);
  const range = request.header("x-amz-copy-source-range");
  const fields = range === undefined ? undefined : /^bytes=(\d+)-(\d+)$/.exec(range);
  if (fields === null)
    throw new S3Error("InvalidArgument", {
      message:
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
    });
  const [start, end] = fields === undefined ? [0, source.content.size] : [Number(fields[1]), Number(fields[2]) + 1];
  if (end > source.content.size || start >= end)
    throw new S3Error("InvalidArgument", { message: `Range specified is not valid for source object of size: ${source.content.size}` });
  if (end - start > server.limits.maxPutBytes)
    throw new S3Error("InvalidRequest", {
      message: `The specified copy source is larger than the maximum allowable size for a copy source: ${server.limits.maxPutBytes}`,
    });
  const part = await holding(source.content, async () => {
    const { content } = storedBody(request, source.content.slice(start, end), "");
    const checksum = algorithm === undefined ? undefined : await wholeChecksum(algorithm, content);
    const etag = await md5Of(content);
    return addPart(uploadOf(call, bucket), { number, etag, content, checksum, lastModified: wholeSecond(request.now) });
  });
  const element = part.checksum === undefined ? "" : leaf(checksumElement(part.checksum), part.checksum.value);
  return { status: 200, body: root("CopyPartResult", leaf("LastModified", part.lastModified.toISOString()), leaf("ETag", `"${part.etag}"`), element) };
}

export async function completeMultipartUpload(call: Call): Promise<Reply> {
  const { server, request } = call;
  const bucket = bucketOf(call);
  const key = keyOf(call);
  uploadOf(call, bucket);
  const document = parseXml(await receiveText(request, call.payload, server.spool), "CompleteMultipartUpload");
  const parts = chooseParts(uploadOf(call, bucket), childrenNamed(document, "Part"), server.limits.minPartBytes);
  const size = request.header("x-amz-mp-object-size");
  const content = Content.join(parts.map((part) => part.content));
  if (size !== undefined && Number(size) !== content.size)
    throw new S3Error("InvalidRequest", { message: "The provided 'x-amz-mp-object-size' header value does not match what was computed." });
  const object = await holding(content, async () => {
    const checksum = await uploadChecksum(uploadOf(call, bucket), parts, content);
    const upload = uploadOf(call, bucket);
    checkWrite(request, "complete", bucket.current(key));
    const { headers, metadata, storageClass, encryption, tags } = upload;
    const sizes = parts.map((part) => part.content.size);
    const etag = multipartEtag(upload, parts);
    const stored = bucket.put({
      headers,
      metadata,
      storageClass,
      encryption,
      tags,
      key,
      etag,
      content,
      checksum,
      parts: sizes,
      lastModified: wholeSecond(request.now),
    });
    dropUpload(bucket, upload);
    return stored;
  });
  const location = leaf("Location", `http://${request.header("host") ?? ""}${request.path}`);
  const { checksum, etag, encryption } = object;
  const told = checksum === undefined ? "" : leaf(checksumElement(checksum), checksum.value) + leaf("ChecksumType", checksum.type);
  return {
    status: 200,
    headers: { ...encryption, ...versionHeader(bucket, object.versionId) },
    body: root("CompleteMultipartUploadResult", location, leaf("Bucket", bucket.name), leaf("Key", key), leaf("ETag", `"${etag}"`), told),
  };
}

export function abortMultipartUpload(call: Call): Reply {
  const bucket = bucketOf(call);
  dropUpload(bucket, uploadOf(call, bucket));
  return { status: 204 };
}

/** @throws S3Error `NoSuchUpload` also where the upload is of another key */
export function uploadOf(call: Call, bucket: Bucket): Upload {
  const id = call.request.query.get("uploadId") ?? "";
  const upload = bucket.uploads.get(id);
  if (upload === undefined || upload.key !== keyOf(call)) throw new S3Error("NoSuchUpload", { details: { UploadId: id } });
  return upload;
}

function partNumber({ request }: Call): number {
  const text = request.query.get("partNumber") ?? "";
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > MAX_PARTS) {
    throw new S3Error("InvalidArgument", {
      message: `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`,
      details: { ArgumentName: "partNumber", ArgumentValue: text },
    });
  }
  return Number(text);
}

function addPart(upload: Upload, part: Part): Part {
  part.content.retain();
  upload.parts.get(part.number)?.content.release();
  upload.parts.set(part.number, part);
  return part;
}

function dropUpload(bucket: Bucket, upload: Upload): void {
  bucket.uploads.delete(upload.id);
  for (const part of upload.parts.values()) part.content.release();
}

function chooseParts(upload: Upload, nodes: readonly XmlNode[], minPartBytes: number): readonly Part[] {
  if (nodes.length === 0 || nodes.length > MAX_PARTS) throw new S3Error("MalformedXML");
  let last = 0;
  const parts = nodes.map((node) => {
    const number = Number(childText(node, "PartNumber"));
    const etag = childText(node, "ETag");
    if (!Number.isInteger(number) || etag === undefined) throw new S3Error("MalformedXML");
    if (number <= last) throw new S3Error("InvalidPartOrder", { details: { UploadId: upload.id } });
    last = number;
    const part = upload.parts.get(number);
    if (part === undefined || part.etag !== etag.replaceAll('"', "") || !checksumsAgree(node, part))
      throw new S3Error("InvalidPart", { details: { UploadId: upload.id, PartNumber: String(number), ETag: etag } });
    return part;
  });
  const small = parts.slice(0, -1).find((part) => part.content.size < minPartBytes);
  if (small !== undefined) {
    throw new S3Error("EntityTooSmall", {
      details: { ProposedSize: String(small.content.size), MinSizeAllowed: String(minPartBytes), PartNumber: String(small.number), ETag: small.etag },
    });
  }
  return parts;
}

function checksumsAgree(node: XmlNode, part: Part): boolean {
  return [...CHECKSUM_ELEMENTS].every(([name, algorithm]) => {
    const given = childText(node, name);
    return given === undefined || (part.checksum?.algorithm === algorithm && part.checksum.value === given);
  });
}

async function uploadChecksum({ checksumAlgorithm: algorithm, checksumType }: Upload, parts: readonly Part[], content: Content): Promise<Checksum | undefined> {
  if (algorithm === undefined) return undefined;
  if (checksumType === "FULL_OBJECT") return wholeChecksum(algorithm, content);
  const hasher = checksumHasher(algorithm);
  for (const part of parts) hasher.update(Buffer.from(part.checksum?.value ?? "", "base64"));
  return { algorithm, value: `${hasher.digest().toString("base64")}-${parts.length}`, type: "COMPOSITE" };
}

async function wholeChecksum(algorithm: ChecksumAlgorithm, content: Content): Promise<Checksum> {
  const hasher = checksumHasher(algorithm);
  for await (const chunk of content.chunks()) hasher.update(chunk);
  return { algorithm, value: hasher.digest().toString("base64"), type: "FULL_OBJECT" };
}

function checksumTypeOf(asked: string | undefined, algorithm: ChecksumAlgorithm | undefined): Checksum["type"] {
  const usual = algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
  if (asked === undefined) return usual;
  const possible = {
    CRC32: ["COMPOSITE", "FULL_OBJECT"],
    CRC32C: ["COMPOSITE", "FULL_OBJECT"],
    CRC64NVME: ["FULL_OBJECT"],
    SHA1: ["COMPOSITE"],
    SHA256: ["COMPOSITE"],
  }[algorithm ?? "CRC64NVME"];
  if (!possible.includes(asked))
    throw new S3Error("InvalidRequest", {
      message: `The ${asked} checksum type cannot be used with the ${algorithm?.toLowerCase() ?? "null"} checksum algorithm.`,
    });
  return asked === "COMPOSITE" ? "COMPOSITE" : "FULL_OBJECT";
}

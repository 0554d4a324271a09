import { createHash, hash } from "node:crypto";
import type { Readable } from "node:stream";
import type { BodySource, WriteOptions, WriteResult } from "../../store.ts";
import { explain } from "./errors.ts";
import { isCutOff, S3Failure } from "./failure.ts";
import { HashingStream } from "./hashing-stream.ts";
import { integrityMismatch, verifyStored } from "./integrity.ts";
import { customerKeyHeaders, writeEncryptionHeaders } from "./location-headers.ts";
import { expectBefore } from "./look.ts";
import { type PartPlan, partSizeFor, planParts, runParts } from "./part-pool.ts";
import { markHeaders, propertyHeaders } from "./properties.ts";
import type { Scope } from "./scope.ts";
import { asUpload, type UploadedPart } from "./upload.ts";
import { bareEtag, md5Etag } from "./version-pin.ts";

const PART_ATTEMPTS = 3;

/** Writes a large object: parts in parallel, each streamed from its own range of the source. */
export async function writeInParts(scope: Scope, key: string, source: BodySource, options: WriteOptions): Promise<WriteResult> {
  const { size } = source;
  const partSize = partSizeFor(size, scope.limits.partSize);
  // A refusal after hours of uploading is better had before; the store is held to it again when the upload completes.
  await expectBefore(scope, key, options.expect, options.signal);
  const properties = await source.properties(await source.head(options.signal));
  const headers = { ...propertyHeaders(properties), ...writeEncryptionHeaders(scope.client.location), ...markHeaders(options.sourceEtag, partSize) };
  const version = await asUpload(scope, key, headers, size, options, (uploadId) =>
    runParts(planParts(size, partSize), options.slots, options.signal, (part, signal) => sendPart(scope, key, uploadId, part, source, options, signal)),
  );
  await verifyStored(scope, key, { version, size, md5: undefined }, source, options);
  return { version };
}

async function sendPart(scope: Scope, key: string, uploadId: string, part: PartPlan, source: BodySource, options: WriteOptions, signal: AbortSignal): Promise<UploadedPart> {
  for (let attempt = 1; ; attempt++) {
    try {
      const sent = await sendOnce(scope, key, uploadId, part, source, options, signal);
      if (sent !== undefined) return sent;
      if (attempt >= PART_ATTEMPTS) throw integrityMismatch(scope, key, attempt);
    } catch (error) {
      if (error instanceof S3Failure) throw explain(scope, error, key, "write");
      if (!isCutOff(error) || attempt >= PART_ATTEMPTS) throw error;
    }
    scope.context.emit({ type: "retry", key, attempt, code: "PART_DAMAGED", delayMs: 0 });
  }
}

/** @returns undefined where the store holds something else than was sent */
async function sendOnce(scope: Scope, key: string, uploadId: string, part: PartPlan, source: BodySource, options: WriteOptions, signal: AbortSignal): Promise<UploadedPart | undefined> {
  const length = part.end - part.start + 1;
  const plain = options.verify === "none";
  let md5: (() => string | undefined) | undefined;
  const body = async (): Promise<Readable | Uint8Array> => {
    const { content } = await source.open({ start: part.start, end: part.end }, signal);
    if (content.kind === "whole") {
      md5 = () => (plain ? undefined : hash("md5", content.bytes, "hex"));
      return content.bytes;
    }
    const hashing = HashingStream.over(content.stream, plain ? undefined : createHash("md5"));
    md5 = () => hashing.digest();
    return hashing;
  };
  const answer = await scope.client.send({
    method: "PUT",
    key: scope.root + key,
    query: { partNumber: String(part.number), uploadId },
    headers: { "content-length": String(length), ...customerKeyHeaders(scope.client.location) },
    body,
    slots: options.slots,
    context: scope.context,
    signal,
  });
  scope.context.emit({ type: "transferred", bytes: length });
  const etag = bareEtag(answer.headers["etag"]);
  const claimed = md5Etag(etag, answer.headers);
  const sent = md5?.();
  return claimed !== undefined && sent !== undefined && claimed !== sent ? undefined : { number: part.number, etag };
}

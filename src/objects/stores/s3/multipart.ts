import { ItemError } from "../../../core/errors.ts";
import type { BodySource, WriteOptions, WriteResult } from "../../store.ts";
import { CRC32_HEADER } from "./body-stream.ts";
import { explain } from "./errors.ts";
import { isCutOff, S3Failure } from "./failure.ts";
import { integrityMismatch, verifyStored } from "./integrity.ts";
import { customerKeyHeaders, writeEncryptionHeaders } from "./location-headers.ts";
import { expectBefore } from "./look.ts";
import { Outgoing, learnsChecksums } from "./outgoing.ts";
import { type PartPlan, partSizeFor, planParts, runParts } from "./part-pool.ts";
import { markHeaders, propertyHeaders } from "./properties.ts";
import type { Scope } from "./scope.ts";
import { asUpload, takeAwayDamaged, type UploadedPart } from "./upload.ts";
import { bareEtag } from "./version-pin.ts";

const PART_ATTEMPTS = 3;

/** Writes a large object: parts in parallel, each streamed from its own range of the source. */
export async function writeInParts(scope: Scope, key: string, source: BodySource, options: WriteOptions): Promise<WriteResult> {
  const { size } = source;
  const partSize = partSizeFor(size, scope.limits.partSize);
  // A refusal after hours of uploading is better had before; the store is held to it again when the upload completes.
  await expectBefore(scope, key, options.expect, options.signal);
  const properties = await source.properties(await source.head(options.signal));
  const headers: Record<string, string> = {
    ...propertyHeaders(properties),
    ...writeEncryptionHeaders(scope.client.location),
    ...markHeaders(options.sourceEtag, partSize),
  };
  if (options.verify === "checksum" && scope.client.learned.checksums) headers["x-amz-checksum-algorithm"] = "CRC32";
  const version = await asUpload(scope, key, headers, size, options, (uploadId) =>
    runParts(planParts(size, partSize), options.slots, options.signal, (part, signal) => sendPart(scope, key, uploadId, part, source, options, signal)),
  );
  try {
    await verifyStored(scope, key, { version, size, md5: undefined }, source, options);
  } catch (error) {
    if (error instanceof ItemError && error.code === "INTEGRITY_MISMATCH") await takeAwayDamaged(scope, key, version, options.signal);
    throw error;
  }
  return { version };
}

async function sendPart(
  scope: Scope,
  key: string,
  uploadId: string,
  part: PartPlan,
  source: BodySource,
  options: WriteOptions,
  signal: AbortSignal,
): Promise<UploadedPart> {
  for (let attempt = 1; ; attempt++) {
    try {
      const sent = await sendOnce(scope, key, uploadId, part, source, options, signal);
      if (sent !== undefined) return sent;
      if (attempt >= PART_ATTEMPTS) throw integrityMismatch(scope, key, attempt);
    } catch (error) {
      if (learnsChecksums(scope, error)) continue;
      if (error instanceof S3Failure) throw explain(scope, error, key, "write");
      if (!isCutOff(error) || attempt >= PART_ATTEMPTS) throw error;
    }
    scope.context.emit({ type: "retry", key, attempt, code: "PART_DAMAGED", delayMs: 0 });
  }
}

/** @returns undefined where the store holds something else than was sent */
async function sendOnce(
  scope: Scope,
  key: string,
  uploadId: string,
  part: PartPlan,
  source: BodySource,
  options: WriteOptions,
  signal: AbortSignal,
): Promise<UploadedPart | undefined> {
  const range = { start: part.start, end: part.end };
  const outgoing = Outgoing.of(scope, await source.open(range, signal), () => source.open(range, signal), options.verify);
  const sending = scope.client.send({
    method: "PUT",
    key: scope.root + key,
    query: { partNumber: String(part.number), uploadId },
    headers: { ...outgoing.headers, ...customerKeyHeaders(scope.client.location) },
    body: outgoing.body,
    slots: options.slots,
    context: scope.context,
    signal,
  });
  const { headers } = await sending.finally(() => outgoing.discard());
  if (options.verify !== "none" && outgoing.differsFrom(headers)) return undefined;
  scope.context.emit({ type: "transferred", key, bytes: part.end - part.start + 1 });
  return { number: part.number, etag: bareEtag(headers["etag"]), crc32: headers[CRC32_HEADER] };
}

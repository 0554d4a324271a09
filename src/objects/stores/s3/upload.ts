import { hash } from "node:crypto";
import type { ItemVersion } from "../../../core/version.ts";
import { ItemError } from "../../../core/errors.ts";
import type { WriteOptions } from "../../store.ts";
import { failureOf, type S3Answer } from "./client.ts";
import { conditionHeaders } from "./conditions.ts";
import { cancelled, destinationChanged, explain } from "./errors.ts";
import { isPassing, S3Failure } from "./failure.ts";
import { lookForOurs } from "./look.ts";
import { mustBeResult } from "./result-body.ts";
import { backoffMs, MAX_ATTEMPTS, pause } from "./retry.ts";
import { nameOf, type Scope } from "./scope.ts";
import { uploadsOf } from "./upload-list.ts";
import { bareEtag, md5Etag, quotedEtag } from "./version-pin.ts";
import { escapeXml, xmlText } from "./xml.ts";

/** Cleaning up after a stop gets this long. */
const CLEAN_UP_MS = 10_000;

export interface UploadedPart {
  readonly number: number;
  readonly etag: string;
  /** As the store told it, where it keeps one. */
  readonly crc32?: string | undefined;
}

/**
 * Writes one object as a multipart upload: begun under a recorded intent, and completed or aborted.
 *
 * The intent stays on record where it cannot be told whether an upload was left, so that a later run
 * looks for it.
 *
 * @param send uploads every part
 */
export async function asUpload(
  scope: Scope,
  key: string,
  headers: Readonly<Record<string, string>>,
  size: number,
  options: WriteOptions,
  send: (uploadId: string) => Promise<readonly UploadedPart[]>,
): Promise<ItemVersion> {
  const { client } = scope;
  const intent = await options.intents.begin(
    "multipart",
    scope.root + key,
    JSON.stringify({ bucket: scope.bucket, endpoint: client.location.endpoint ?? "aws" }),
  );
  const since = Date.now();
  let uploadId: string;
  try {
    uploadId = await create(scope, key, headers, since, options);
  } catch (error) {
    if (error instanceof S3Failure && !error.maybeApplied) await options.intents.end(intent);
    if (options.signal.aborted) throw cancelled(scope, key, error);
    throw error instanceof S3Failure ? explain(scope, error, key, "write") : error;
  }
  let version: ItemVersion;
  try {
    version = await complete(scope, key, uploadId, await send(uploadId), { size, since }, options);
  } catch (error) {
    // Of an upload in doubt nothing is taken away: it may be the finished object.
    if (!(error instanceof ItemError && error.fate === "inDoubt") && (await abortUpload(scope, scope.root + key, uploadId, options.signal)))
      await options.intents.end(intent);
    if (options.signal.aborted && !(error instanceof ItemError)) throw cancelled(scope, key, error);
    throw error instanceof S3Failure ? explain(scope, error, key, "write") : error;
  }
  await options.intents.end(intent);
  return version;
}

async function create(scope: Scope, key: string, headers: Readonly<Record<string, string>>, since: number, options: WriteOptions): Promise<string> {
  const { client, context } = scope;
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await client.send({
        method: "POST",
        key: scope.root + key,
        query: { uploads: "" },
        headers: { ...headers, "content-length": "0" },
        attempts: 1,
        slots: options.slots,
        context,
        signal: options.signal,
      });
      const id = xmlText(answer.body.toString("utf8"), "UploadId");
      if (id !== undefined) return id;
      throw new S3Failure(200, "BAD_DOCUMENT", "the answer names no upload", { headers: answer.headers });
    } catch (error) {
      if (!(error instanceof S3Failure) || !isPassing(error) || attempt >= MAX_ATTEMPTS) throw error;
      if (error.maybeApplied || error.status === 200) {
        // The id is only in the answer that was lost: an upload begun since then that is the only one is it.
        const begun = await uploadsOf(scope, scope.root + key, since, options.signal);
        const [only] = begun;
        if (only !== undefined && begun.length === 1) return only.id;
      }
      const delayMs = backoffMs(attempt, error);
      context.emit({ type: "retry", key, attempt, code: error.code, delayMs: Math.round(delayMs) });
      await pause(delayMs, options.signal);
    }
  }
}

async function complete(
  scope: Scope,
  key: string,
  uploadId: string,
  parts: readonly UploadedPart[],
  { size, since }: { readonly size: number; readonly since: number },
  options: WriteOptions,
): Promise<ItemVersion> {
  const expected = multipartEtag(parts);
  const list = parts
    .map(
      ({ number, etag, crc32 }) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(quotedEtag(etag))}</ETag>${crc32 === undefined ? "" : `<ChecksumCRC32>${crc32}</ChecksumCRC32>`}</Part>`,
    )
    .join("");
  const body = Buffer.from(`<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${list}</CompleteMultipartUpload>`);
  const ours = (cause: unknown): Promise<ItemVersion | undefined> => lookForOurs(scope, key, { size, md5: expected }, since, cause, options.signal);
  let answer: S3Answer;
  try {
    answer = await scope.client.send({
      method: "POST",
      key: scope.root + key,
      query: { uploadId },
      headers: { ...conditionHeaders(options.expect), "content-type": "application/xml", "content-length": String(body.byteLength) },
      body,
      allow: [404, 409, 412],
      patient: true,
      inspect: mustBeResult("CompleteMultipartUploadResult"),
      slots: options.slots,
      context: scope.context,
      signal: options.signal,
    });
  } catch (error) {
    const lost = error instanceof S3Failure ? error.maybeApplied : options.signal.aborted;
    const found = lost ? await ours(error) : undefined;
    if (found !== undefined) return found;
    throw error;
  }
  if (answer.status >= 300) return refused(scope, key, answer, ours);
  const etag = bareEtag(xmlText(answer.body.toString("utf8"), "ETag"));
  if (
    options.verify !== "none" &&
    expected !== undefined &&
    etag !== expected &&
    /^[0-9a-f]{32}-\d+$/.test(etag) &&
    md5Etag(etag.slice(0, 32), answer.headers) !== undefined
  ) {
    await takeAwayDamaged(scope, key, versionOf(answer, size, etag), options.signal);
    throw new ItemError("failed", "INTEGRITY_MISMATCH", `${nameOf(scope, key)}: the store put its parts together to ETag ${etag} instead of ${expected}.`, {
      hint: "It was taken away again; apply again.",
    });
  }
  return versionOf(answer, size, etag);
}

function versionOf({ headers }: S3Answer, size: number, etag: string): ItemVersion {
  const versionId = headers["x-amz-version-id"];
  return { size, etag, ...(versionId === undefined || versionId === "null" ? {} : { versionId }) };
}

/**
 * Takes away a completed upload that turned out damaged: it carries the mark of the source that it
 * was made from, and would be taken for a copy of it ever after.
 */
export async function takeAwayDamaged(scope: Scope, key: string, { etag, versionId }: ItemVersion, signal: AbortSignal): Promise<void> {
  try {
    await scope.client.send({
      method: "DELETE",
      key: scope.root + key,
      query: versionId === undefined ? undefined : { versionId },
      headers: etag === undefined || etag === "" || versionId !== undefined ? {} : { "if-match": quotedEtag(etag) },
      context: scope.context,
      signal: signal.aborted ? AbortSignal.timeout(CLEAN_UP_MS) : signal,
    });
  } catch {
    // Without permission to delete, or written over by somebody else meanwhile: the outcome says failed all the same.
  }
}

async function refused(scope: Scope, key: string, answer: S3Answer, ours: (cause: unknown) => Promise<ItemVersion | undefined>): Promise<ItemVersion> {
  const failure = failureOf(answer);
  const found = answer.maybeApplied ? await ours(failure) : undefined;
  if (found !== undefined) return found;
  if (failure.code === "NoSuchUpload")
    throw new ItemError("failed", "UPLOAD_GONE", `${nameOf(scope, key)}: its upload was aborted by somebody else.`, { hint: "Apply again." });
  if (answer.status === 404 && failure.code !== "NoSuchKey") throw failure;
  if (answer.status === 409 && failure.code !== "ConditionalRequestConflict") throw failure;
  throw destinationChanged(scope, key, "the store refused the condition");
}

/** @returns whether nothing is left of it */
export async function abortUpload(scope: Scope, fullKey: string, uploadId: string, signal: AbortSignal): Promise<boolean> {
  try {
    await scope.client.send({
      method: "DELETE",
      key: fullKey,
      query: { uploadId },
      allow: [404],
      context: scope.context,
      signal: signal.aborted ? AbortSignal.timeout(CLEAN_UP_MS) : signal,
    });
    return true;
  } catch {
    // The intent stays on record, and the next run tries again.
    return false;
  }
}

/** The ETag S3 gives an object of these parts; undefined where theirs are no MD5s. */
function multipartEtag(parts: readonly UploadedPart[]): string | undefined {
  if (!parts.every(({ etag }) => md5Etag(etag, {}) !== undefined)) return undefined;
  return `${hash("md5", Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, "hex"))), "hex")}-${parts.length}`;
}

import { createHash, hash } from "node:crypto";
import type { Readable } from "node:stream";
import { ItemError } from "../../../core/errors.ts";
import type { BodySource, ObjectBody, WriteOptions, WriteResult } from "../../store.ts";
import { failureOf, type S3Answer } from "./client.ts";
import { conditionHeaders, enforced } from "./conditions.ts";
import { cancelled, destinationChanged, explain } from "./errors.ts";
import { isCutOff, S3Failure } from "./failure.ts";
import { HashingStream } from "./hashing-stream.ts";
import { integrityMismatch, verifyStored } from "./integrity.ts";
import { writeEncryptionHeaders } from "./location-headers.ts";
import { expectBefore, lookForOurs } from "./look.ts";
import { writeInParts } from "./multipart.ts";
import { propertyHeaders } from "./properties.ts";
import type { Scope } from "./scope.ts";
import { WHOLE_LIMIT } from "./transport.ts";
import { bareEtag, md5Etag } from "./version-pin.ts";

/** How often an object is sent again because what arrived, or what was read, was not what was meant. */
const SEND_ATTEMPTS = 3;

/** Writes one object, all or nothing, under its expectation. Large ones go up in parts. */
export async function writeObject(scope: Scope, key: string, source: BodySource, options: WriteOptions): Promise<WriteResult> {
  if (options.signal.aborted) throw cancelled(scope, key, options.signal.reason);
  if (source.size > scope.limits.multipartAbove) return writeInParts(scope, key, source, options);
  // An early refusal would come while a large body is still on its way, and be lost with the connection.
  if (options.expect.kind === "version" || source.size > WHOLE_LIMIT || !(await enforced(scope, options.signal)).putIfAbsent) {
    await expectBefore(scope, key, options.expect, options.signal);
  }
  let ours: string | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      const sent = await putOnce(scope, key, source, options, ours);
      if (sent.wrongEtag === undefined) {
        await verifyStored(scope, key, sent, source, options);
        return { version: sent.version };
      }
      ours = sent.wrongEtag;
      if (attempt >= SEND_ATTEMPTS) throw integrityMismatch(scope, key, attempt);
      scope.context.emit({ type: "retry", key, attempt, code: "INTEGRITY_MISMATCH", delayMs: 0 });
    } catch (error) {
      if (!isCutOff(error) || attempt >= SEND_ATTEMPTS) throw error;
      scope.context.emit({ type: "retry", key, attempt, code: "BODY_TRUNCATED", delayMs: 0 });
    }
  }
}

export interface Sent extends WriteResult {
  readonly size: number;
  readonly md5: string | undefined;
  /** The store says it holds something else than was sent; this is its ETag. */
  readonly wrongEtag: string | undefined;
}

/** @param ours ETag of a damaged object of ours, to be written over */
async function putOnce(scope: Scope, key: string, source: BodySource, options: WriteOptions, ours: string | undefined): Promise<Sent> {
  const { signal } = options;
  let opened: ObjectBody | undefined = await source.open(undefined, signal);
  const { size } = opened;
  const properties = await source.properties(opened);
  const headers: Record<string, string> = {
    ...propertyHeaders(properties),
    ...writeEncryptionHeaders(scope.client.location),
    ...conditionHeaders(options.expect, ours),
    "content-length": String(size),
  };
  let md5: string | undefined;
  let stream: HashingStream | undefined;
  let body: Uint8Array | (() => Promise<Readable>);
  if (opened.content.kind === "whole") {
    const { bytes } = opened.content;
    md5 = opened.content.md5 ?? (options.verify === "none" ? undefined : hash("md5", bytes, "hex"));
    body = bytes;
  } else {
    body = async () => {
      const { content } = opened ?? (await source.open(undefined, signal));
      opened = undefined;
      if (content.kind !== "stream") throw new Error("a stream was opened again as a whole");
      stream = HashingStream.over(content.stream, options.verify === "none" ? undefined : createHash("md5"));
      return stream;
    };
  }
  const since = Date.now();
  const digest = (): string | undefined => md5 ?? stream?.digest();
  let answer: S3Answer;
  try {
    answer = await scope.client.send({ method: "PUT", key: scope.root + key, headers, body, allow: [404, 409, 412], slots: options.slots, context: scope.context, signal });
  } catch (error) {
    return await afterLoss(scope, key, error, { size, md5: digest() }, since, signal);
  }
  if (answer.status >= 300) return refusedCondition(scope, key, answer, { size, md5: digest() }, since, signal);
  const etag = bareEtag(answer.headers["etag"]);
  const claimed = md5Etag(etag, answer.headers);
  const sentMd5 = digest();
  const wrongEtag = claimed !== undefined && sentMd5 !== undefined && options.verify !== "none" && claimed !== sentMd5 ? etag : undefined;
  const versionId = answer.headers["x-amz-version-id"];
  return { version: { size, etag, ...(versionId === undefined || versionId === "null" ? {} : { versionId }) }, size, md5: sentMd5, wrongEtag };
}

interface SentBody {
  readonly size: number;
  readonly md5: string | undefined;
}

/** A 412 (or 404, 409) is a change by somebody else only where it cannot be our own write, whose answer was lost. */
async function refusedCondition(scope: Scope, key: string, answer: S3Answer, body: SentBody, since: number, signal: AbortSignal): Promise<Sent> {
  if (answer.status === 404 && answer.body.includes("<Code>NoSuchBucket</Code>")) throw explain(scope, new S3Failure(404, "NoSuchBucket", "no such bucket"), key, "write");
  if (answer.maybeApplied) {
    const found = await lookForOurs(scope, key, { size: body.size, etag: body.md5 }, since, undefined, signal);
    if (found !== undefined) return { version: found, size: body.size, md5: body.md5, wrongEtag: undefined };
  }
  if (answer.status === 409 && failureOf(answer).code !== "ConditionalRequestConflict") throw explain(scope, failureOf(answer), key, "write");
  throw destinationChanged(scope, key, answer.status === 412 ? "the store refused the condition" : answer.status === 404 ? "it is gone" : "somebody else is writing it");
}

async function afterLoss(scope: Scope, key: string, error: unknown, body: SentBody, since: number, signal: AbortSignal): Promise<Sent> {
  const lost = error instanceof S3Failure ? error.maybeApplied : signal.aborted;
  if (lost && !(error instanceof ItemError)) {
    const found = await lookForOurs(scope, key, { size: body.size, etag: body.md5 }, since, error, signal);
    if (found !== undefined) return { version: found, size: body.size, md5: body.md5, wrongEtag: undefined };
  }
  if (signal.aborted) throw cancelled(scope, key, error);
  throw error instanceof S3Failure ? explain(scope, error, key, "write") : error;
}

import { hash } from "node:crypto";
import { ItemError } from "../../../core/errors.ts";
import type { ObjectBody, ObjectHead, ReadOptions } from "../../store.ts";
import type { S3Answer } from "./client.ts";
import { cancelled, explain, sourceChanged, sourceGone } from "./errors.ts";
import { S3Failure } from "./failure.ts";
import { customerKeyHeaders } from "./location-headers.ts";
import { headOf } from "./properties.ts";
import { nameOf, type Scope } from "./scope.ts";
import type { WireResponse } from "./transport.ts";
import { md5Etag, quotedEtag, versionDifference } from "./version-pin.ts";

/** How often a body that came wrong is asked for again. */
const READ_ATTEMPTS = 3;

/** @returns undefined where there is no such object, or only a delete marker */
export async function headObject(scope: Scope, key: string, signal: AbortSignal): Promise<ObjectHead | undefined> {
  return (await headAnswer(scope, key, signal))?.head;
}

/** The head with the raw headers beside it. */
export async function headAnswer(
  scope: Scope,
  key: string,
  signal: AbortSignal,
  attempts?: number,
): Promise<{ readonly head: ObjectHead; readonly headers: Readonly<Record<string, string>> } | undefined> {
  scope.context.countRequest?.("head");
  try {
    const answer = await scope.client.send({
      method: "HEAD",
      key: scope.root + key,
      headers: customerKeyHeaders(scope.client.location),
      allow: [404],
      attempts,
      context: scope.context,
      signal,
    });
    if (answer.status === 404) return undefined;
    return { head: headOf(answer.headers, Number(answer.headers["content-length"] ?? 0)), headers: answer.headers };
  } catch (error) {
    throw error instanceof S3Failure ? explain(scope, error, key, "read") : error;
  }
}

/** Opens content under the pinned version. Bodies of up to 1 MiB come whole and checked against an MD5 ETag. */
export async function readObject(scope: Scope, key: string, { version, range, signal }: ReadOptions): Promise<ObjectBody> {
  scope.context.countRequest?.("read");
  const headers: Record<string, string> = { ...customerKeyHeaders(scope.client.location) };
  if (version?.etag !== undefined && version.etag !== "") headers["if-match"] = quotedEtag(version.etag);
  if (range !== undefined) headers["range"] = `bytes=${range.start}-${range.end}`;
  for (let attempt = 1; ; attempt++) {
    const answer = await request(scope, key, headers, version?.versionId, signal);
    const total = totalSize(answer);
    const head = headOf(answer.headers, total);
    const difference = version === undefined ? undefined : versionDifference(version, head.version);
    if (difference !== undefined) {
      answer.stream?.destroy();
      throw sourceChanged(scope, key, difference);
    }
    const expected = range === undefined ? total : Math.min(range.end, total - 1) - range.start + 1;
    const claimed = range === undefined ? md5Etag(head.version.etag ?? "", answer.headers) : undefined;
    if (answer.stream !== undefined) return { ...head, size: expected, content: { kind: "stream", stream: answer.stream, md5: claimed } };
    if (answer.body.byteLength === expected) {
      const md5 = claimed === undefined ? undefined : hash("md5", answer.body, "hex");
      if (md5 === claimed) return { ...head, size: expected, content: { kind: "whole", bytes: answer.body, md5 } };
      if (attempt >= READ_ATTEMPTS)
        throw new ItemError("failed", "INTEGRITY_MISMATCH", `${nameOf(scope, key)} arrived with another MD5 than its ETag says, ${attempt} times.`, {
          hint: "The store or something between damages bodies, or its ETags are not MD5s; look at the object there.",
        });
    } else if (attempt >= READ_ATTEMPTS) {
      throw explain(scope, new S3Failure(0, "BODY_TRUNCATED", `${answer.body.byteLength} of ${expected} bytes came`), key, "read");
    }
    scope.context.emit({ type: "retry", key, attempt, code: "BODY_DAMAGED", delayMs: 0 });
  }
}

async function request(scope: Scope, key: string, headers: Record<string, string>, versionId: string | undefined, signal: AbortSignal): Promise<S3Answer> {
  let answer: S3Answer;
  try {
    answer = await scope.client.send({
      method: "GET",
      key: scope.root + key,
      query: versionId === undefined ? undefined : { versionId },
      headers,
      stream: true,
      // Whoever stores the stream must be able to tell that it was the source that failed.
      streamError: (error) => {
        if (signal.aborted) return cancelled(scope, key, error);
        return error instanceof S3Failure ? explain(scope, error, key, "read") : error;
      },
      allow: [404, 412, 416],
      context: scope.context,
      signal,
    });
  } catch (error) {
    if (error instanceof S3Failure) throw explain(scope, error, key, "read");
    throw signal.aborted ? cancelled(scope, key, error) : error;
  }
  if (answer.status === 412) throw sourceChanged(scope, key, "its content has another ETag");
  if (answer.status === 416) throw sourceChanged(scope, key, "it is shorter now");
  if (answer.status !== 404) return answer;
  if (answer.body.includes("<Code>NoSuchBucket</Code>")) throw explain(scope, new S3Failure(404, "NoSuchBucket", "no such bucket"), key, "read");
  throw sourceGone(scope, key);
}

/** Of the whole object, also where only a range of it came. */
function totalSize(response: WireResponse): number {
  const total = /\/(\d+)$/.exec(response.headers["content-range"] ?? "")?.[1];
  if (total !== undefined) return Number(total);
  return Number(response.headers["content-length"] ?? response.body.byteLength);
}

import type { ItemVersion } from "../../../core/version.ts";
import type { S3Answer } from "./client.ts";
import { cancelled, destinationChanged, explain, inDoubt } from "./errors.ts";
import { S3Failure } from "./failure.ts";
import { headAnswer } from "./read.ts";
import type { Scope } from "./scope.ts";
import { quotedEtag, versionDifference } from "./version-pin.ts";

/**
 * Deletes the pinned version; what is gone already is done.
 *
 * Always looks just before: few stores hold a DELETE to `If-Match`, and none to a Last-Modified.
 */
export async function deleteObject(scope: Scope, key: string, version: ItemVersion, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw cancelled(scope, key, signal.reason);
  const there = (await headAnswer(scope, key, signal))?.head;
  if (there === undefined) return;
  const difference = versionDifference(version, there.version);
  if (difference !== undefined) throw destinationChanged(scope, key, difference);
  const etag = there.version.etag ?? "";
  let answer: S3Answer;
  try {
    answer = await scope.client.send({
      method: "DELETE",
      key: scope.root + key,
      headers: etag === "" ? {} : { "if-match": quotedEtag(etag) },
      allow: [404, 409, 412],
      context: scope.context,
      signal,
    });
  } catch (error) {
    if (signal.aborted || (error instanceof S3Failure && error.maybeApplied)) return await afterLoss(scope, key, error, signal);
    throw error instanceof S3Failure ? explain(scope, error, key, "delete") : error;
  }
  if (answer.status !== 409 && answer.status !== 412) return;
  // Some refuse the condition of a key that is gone: then it may have been ourselves, unheard.
  if (answer.maybeApplied && (await isGone(scope, key, answer, signal))) return;
  throw destinationChanged(scope, key, "the store refused the condition");
}

async function isGone(scope: Scope, key: string, cause: unknown, signal: AbortSignal): Promise<boolean> {
  try {
    return (await headAnswer(scope, key, signal.aborted ? AbortSignal.timeout(5000) : signal)) === undefined;
  } catch {
    throw inDoubt(scope, key, cause);
  }
}

async function afterLoss(scope: Scope, key: string, error: unknown, signal: AbortSignal): Promise<void> {
  if (await isGone(scope, key, error, signal)) return;
  if (signal.aborted) throw cancelled(scope, key, error);
  throw error instanceof S3Failure ? explain(scope, error, key, "delete") : error;
}

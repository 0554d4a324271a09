import { S3Failure } from "./failure.ts";
import { explain } from "./errors.ts";
import type { Scope } from "./scope.ts";
import { abortUpload } from "./upload.ts";
import { type BegunUpload, TOLD_WITHIN_MS, uploadsOf } from "./upload-list.ts";

export interface OpenIntent {
  readonly id: number;
  readonly kind: string;
  readonly key: string;
  readonly detail: string;
  readonly at: number;
}

/**
 * Aborts uploads that killed runs began and did not end.
 *
 * An upload's id was perhaps never heard, so it is found by its exact key and time: begun after the
 * intent was recorded, and before the next intent for that key. Where more than one could be meant,
 * none is touched and a notice says so: another program may be uploading.
 *
 * @returns ids of intents with nothing left to do
 */
export async function recoverUploads(scope: Scope, intents: readonly OpenIntent[], signal: AbortSignal): Promise<readonly number[]> {
  const byKey = new Map<string, OpenIntent[]>();
  for (const intent of intents) {
    if (intent.kind !== "multipart" || !intent.key.startsWith(scope.root) || bucketOf(intent.detail) !== scope.bucket) continue;
    const same = byKey.get(intent.key);
    if (same === undefined) byKey.set(intent.key, [intent]);
    else same.push(intent);
  }
  const settled: number[] = [];
  for (const [key, same] of byKey)
    settled.push(
      ...(await recoverKey(
        scope,
        key,
        same.toSorted((a, b) => a.at - b.at),
        signal,
      )),
    );
  return settled;
}

async function recoverKey(scope: Scope, key: string, intents: readonly OpenIntent[], signal: AbortSignal): Promise<number[]> {
  const settled: number[] = [];
  let begun: readonly BegunUpload[];
  try {
    begun = await uploadsOf(scope, key, intents[0]?.at ?? 0, signal);
  } catch (error) {
    throw error instanceof S3Failure ? explain(scope, error, undefined, "list") : error;
  }
  for (const [index, intent] of intents.entries()) {
    const until = intents[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const ours = begun.filter(({ initiated }) => Number.isNaN(initiated) || (initiated + TOLD_WITHIN_MS > intent.at && initiated + TOLD_WITHIN_MS <= until));
    const [only] = ours;
    if (only === undefined) settled.push(intent.id);
    else if (ours.length > 1) {
      settled.push(intent.id);
      scope.context.emit({
        type: "notice",
        code: "UPLOAD_NOT_OURS",
        message: `${ours.length} unfinished multipart uploads of ${JSON.stringify(key)} were begun since a run of ours that was killed; they were left alone, since only one can be ours.`,
        hint: `Look at them with: aws s3api list-multipart-uploads --bucket ${scope.bucket}, and abort those that nobody is working on.`,
      });
    } else if (await abortUpload(scope, key, only.id, signal)) settled.push(intent.id);
  }
  return settled;
}

function bucketOf(detail: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(detail);
    if (typeof parsed !== "object" || parsed === null || !("bucket" in parsed)) return undefined;
    return typeof parsed.bucket === "string" ? parsed.bucket : undefined;
  } catch {
    return undefined;
  }
}

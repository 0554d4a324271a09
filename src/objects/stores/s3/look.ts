import type { ItemVersion } from "../../../core/version.ts";
import type { Expectation, ObjectHead } from "../../store.ts";
import { destinationChanged, inDoubt } from "./errors.ts";
import { headAnswer } from "./read.ts";
import type { Scope } from "./scope.ts";
import { TOLD_WITHIN_MS } from "./upload-list.ts";
import { md5Etag, versionDifference } from "./version-pin.ts";

/** A look after the run was aborted gets this long. */
const LAST_LOOK_MS = 5000;

/**
 * Looks whether the destination is what a write expects, where the store does not hold it to that by
 * itself. An ETag alone is not enough anywhere: it stays when only metadata is rewritten.
 *
 * @throws ItemError `stale`
 */
export async function expectBefore(scope: Scope, key: string, expect: Expectation, signal: AbortSignal): Promise<void> {
  const there = (await headAnswer(scope, key, signal))?.head;
  const difference = expectationDifference(expect, there);
  if (difference !== undefined) throw destinationChanged(scope, key, difference);
}

export function expectationDifference(expect: Expectation, there: ObjectHead | undefined): string | undefined {
  if (expect.kind === "absent") return there === undefined ? undefined : "there is an object now";
  if (there === undefined) return "it is gone";
  return versionDifference(expect.version, there.version);
}

/**
 * After a lost response: whether the destination holds what was sent.
 *
 * @param sent size and the MD5 (or the ETag of its parts), where it is known
 * @param since when sending began, by our clock
 * @returns the version where it is ours, undefined where it is not
 * @throws ItemError `inDoubt` where looking fails
 */
export async function lookForOurs(
  scope: Scope,
  key: string,
  sent: { readonly size: number; readonly md5: string | undefined },
  since: number,
  cause: unknown,
  signal: AbortSignal,
): Promise<ItemVersion | undefined> {
  let there: Awaited<ReturnType<typeof headAnswer>>;
  try {
    there = await headAnswer(scope, key, signal.aborted ? AbortSignal.timeout(LAST_LOOK_MS) : signal);
  } catch {
    throw inDoubt(scope, key, cause);
  }
  const version = there?.head.version;
  if (there === undefined || version?.size !== sent.size) return undefined;
  const etag = version.etag ?? "";
  const comparable = md5Etag(etag.slice(0, 32), there.headers) !== undefined;
  if (sent.md5 !== undefined && comparable) return etag === sent.md5 ? version : undefined;
  // Under a key of the user's an ETag says nothing: then only what was written since we began can be ours.
  const date = Date.parse(there.headers["date"] ?? "");
  const offMs = Number.isNaN(date) ? scope.client.skewMs : date - Date.now();
  return there.head.modifiedMs + TOLD_WITHIN_MS > since + offMs ? version : undefined;
}

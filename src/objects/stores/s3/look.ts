import type { ItemVersion } from "../../../core/version.ts";
import type { Expectation, ObjectHead } from "../../store.ts";
import { destinationChanged, inDoubt } from "./errors.ts";
import { headAnswer } from "./read.ts";
import type { Scope } from "./scope.ts";
import { versionDifference } from "./version-pin.ts";

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
 * @param sent size and, where it is known, the ETag that what was sent has
 * @returns the version where it is ours, undefined where it is not
 * @throws ItemError `inDoubt` where looking fails
 */
export async function lookForOurs(scope: Scope, key: string, sent: { readonly size: number; readonly etag: string | undefined }, since: number, cause: unknown, signal: AbortSignal): Promise<ItemVersion | undefined> {
  let there: ObjectHead | undefined;
  try {
    there = (await headAnswer(scope, key, signal.aborted ? AbortSignal.timeout(LAST_LOOK_MS) : signal))?.head;
  } catch {
    throw inDoubt(scope, key, cause);
  }
  if (there === undefined || there.version.size !== sent.size) return undefined;
  if (sent.etag !== undefined) return there.version.etag === sent.etag ? there.version : undefined;
  // Without an ETag to go by (encrypted under a key), only what was written since we began can be ours.
  return there.modifiedMs + 1000 > since + scope.client.skewMs ? there.version : undefined;
}

import { setTimeout as delay } from "node:timers/promises";
import type { S3Failure } from "./failure.ts";

export const MAX_ATTEMPTS = 10;
const BASE_MS = 50;
const CAP_MS = 20_000;
/** A server that asks for more than this is not waited for as long as it says. */
const RETRY_AFTER_CAP_MS = 60_000;

/**
 * How long to wait before the next attempt: full jitter over an exponential, so that clients that
 * failed together do not come back together; never sooner than `Retry-After`.
 *
 * @param attempt the one that failed, from 1
 */
export function backoffMs(attempt: number, failure: S3Failure, random: () => number = Math.random): number {
  const jitter = random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt);
  return Math.max(jitter, Math.min(retryAfterMs(failure.headers["retry-after"]), RETRY_AFTER_CAP_MS));
}

/** Seconds or an HTTP date. @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfterMs(header: string | undefined): number {
  if (header === undefined) return 0;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - Date.now());
}

/** Rejects with the signal's reason where that comes first. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    throw signal.aborted && signal.reason instanceof Error ? signal.reason : error;
  }
}

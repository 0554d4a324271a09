import { setTimeout as wait } from "node:timers/promises";

/** Milliseconds. A clock that was set, or a machine that slept, is noticed after this. */
const LONGEST_WAIT = 60_000;

/**
 * Resolves when the system's clock shows a moment, in milliseconds since the epoch.
 *
 * @throws the signal's reason
 */
export async function waitUntil(at: number, signal: AbortSignal): Promise<void> {
  for (let left = at - Date.now(); left > 0; left = at - Date.now()) {
    signal.throwIfAborted();
    // Its own error says less than the reason.
    await wait(Math.min(left, LONGEST_WAIT), undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  signal.throwIfAborted();
}

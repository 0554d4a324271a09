import { availableParallelism } from "node:os";
import type { ObjectSync } from "../../../core/sync-plan.ts";

/** A thread takes a tenth of a second to start and to warm up: fewer items are done by then. */
const WORTH_ITEMS = 4000;
const MOST = 4;

/**
 * How many threads transfer a sync's objects. 0: the main thread does.
 *
 * Directories have threads of their own that wait for the disk, so only writes to a store gain. A rate
 * and a small fixed concurrency are kept by one thread.
 *
 * @param asked what the user wants; undefined: nothing
 */
export function threadsFor({ to, rate, concurrency }: ObjectSync, items: number, asked: number | undefined): number {
  if (to.location.type !== "s3" || asked === 0) return 0;
  if (rate.bytesPerSecond !== undefined || rate.requestsPerSecond !== undefined) return 0;
  const threads = asked ?? Math.min(MOST, availableParallelism());
  if (concurrency !== "auto" && concurrency < 8 * threads) return 0;
  if (asked === undefined && (items < WORTH_ITEMS || threads < 2)) return 0;
  return threads;
}

/** How many requests one of these threads may have in flight: all of them together no more than the plan says. */
export function shareOf({ concurrency }: Pick<ObjectSync, "concurrency">, threads: number): "auto" | number {
  return concurrency === "auto" ? "auto" : Math.max(1, Math.floor(concurrency / threads));
}

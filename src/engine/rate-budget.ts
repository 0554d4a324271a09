import { setTimeout as wait } from "node:timers/promises";
import type { RateBudget } from "../core/rate-budget.ts";

export interface RateLimits {
  readonly bytesPerSecond: number | undefined;
  readonly requestsPerSecond: number | undefined;
}

/** No more than the limits, averaged over a second; without limits it never waits. */
export function createRateBudget({ bytesPerSecond, requestsPerSecond }: RateLimits): RateBudget {
  if (bytesPerSecond === undefined && requestsPerSecond === undefined) return { take: () => settled };
  const buckets = { bytes: new Bucket(bytesPerSecond), requests: new Bucket(requestsPerSecond) };
  return {
    async take(bytes, requests, signal) {
      let delay = Math.max(buckets.bytes.spend(bytes), buckets.requests.spend(requests));
      for (; delay > 0; delay -= LONGEST_TIMER) await wait(Math.min(delay, LONGEST_TIMER), undefined, { signal });
    },
  };
}

/** Milliseconds, about 12 days: a timer set for longer than twice that would end at once. */
const LONGEST_TIMER = 2 ** 30;
const settled = Promise.resolve();

/**
 * Spending may go below zero, and the wait is what it takes to come back: so an item larger than a
 * second's budget still passes, and those behind it wait for it.
 */
class Bucket {
  readonly #perSecond: number | undefined;
  #level: number;
  #filledAt = performance.now();

  constructor(perSecond: number | undefined) {
    this.#perSecond = perSecond;
    this.#level = perSecond ?? 0;
  }

  /** @returns milliseconds to wait before going on */
  spend(amount: number): number {
    if (this.#perSecond === undefined) return 0;
    const now = performance.now();
    this.#level = Math.min(this.#perSecond, this.#level + ((now - this.#filledAt) / 1000) * this.#perSecond);
    this.#filledAt = now;
    this.#level -= amount;
    return this.#level >= 0 ? 0 : (-this.#level / this.#perSecond) * 1000;
  }
}

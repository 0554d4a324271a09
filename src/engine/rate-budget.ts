import type { RateBudget } from "../core/rate-budget.ts";
import type { Flow } from "../core/sync-plan.ts";
import { type FlowPeriod, flowPeriods } from "./flow-windows.ts";
import { type Clock, SYSTEM_CLOCK } from "./flow-clock.ts";
import { Meter } from "./flow-meter.ts";

export interface RateLimits {
  readonly flow: Flow;
  readonly requestsPerSecond: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Somebody waits while all is paused. Once a pause. @param until milliseconds since the epoch; undefined: without an end */
  readonly onPause?: ((until: number | undefined) => void) | undefined;
}

/** A budget whose limit of bytes may be another from now on, also for those who wait already. */
export interface AdjustableBudget extends RateBudget {
  change(flow: Flow): void;
  /** Whether somebody waits for the end of a pause. */
  readonly isPaused: boolean;
  /** What holds now, of bytes. */
  readonly period: FlowPeriod;
  follow(listener: () => void): () => void;
}

/**
 * No more than what holds at the moment, averaged over a second: an item larger than a second's
 * budget still passes, and those behind it wait for it. While a window says so, nothing passes.
 */
export function createRateBudget({ flow, requestsPerSecond, clock = SYSTEM_CLOCK, onPause }: RateLimits): AdjustableBudget {
  const requests = new Meter({ clock, limitAt: always(requestsPerSecond ?? "unlimited") });
  const listeners = new Set<() => void>();
  const onPeriod = () => {
    for (const listener of listeners) listener();
  };
  const bytes = new Meter({ clock, limitAt: flowPeriods(flow), onPause, onPeriod });
  return {
    take(byteCount, requestCount, signal) {
      const first = requestCount === 0 ? undefined : requests.spend(requestCount, signal);
      const second = bytes.spend(byteCount, signal);
      if (first === undefined) return second ?? settled;
      return second === undefined ? first : Promise.all([first, second]).then(nothing);
    },
    change: (changed) => bytes.change(flowPeriods(changed)),
    get isPaused() {
      return bytes.isPaused;
    },
    get period() {
      return bytes.period;
    },
    get freeUntil() {
      const { limit, until } = bytes.period;
      return limit === "unlimited" ? until : 0;
    },
    follow(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function always(limit: FlowPeriod["limit"]): () => FlowPeriod {
  return () => ({ limit, until: Number.POSITIVE_INFINITY });
}

const settled = Promise.resolve();

function nothing(): void {
  // `Promise.all` gives a list, and nobody wants it.
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Flow } from "../../src/core/sync-plan.ts";
import type { Clock } from "../../src/engine/flow-clock.ts";
import { createRateBudget } from "../../src/engine/rate-budget.ts";

const SECOND = 1000;
const HOUR = 3_600_000;

/** Time that passes when the test says so. */
class FakeClock implements Clock {
  /** How often a timer ended. */
  ended = 0;
  #now: number;
  readonly #began: number;
  readonly #timers = new Set<{ readonly at: number; readonly call: () => void }>();

  constructor(start = "2026-06-01T00:00:00Z") {
    this.#now = Date.parse(start);
    this.#began = this.#now;
  }

  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now - this.#began;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#now + ms, call };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  async pass(ms: number): Promise<void> {
    // What happened before comes before.
    await settle();
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.at;
      this.ended += 1;
      next.call();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

const rate = (outside: Flow["outside"]): Flow => ({ windows: [], outside });
const never = new AbortController().signal;

function budgetAt(clock: FakeClock, flow: Flow, requestsPerSecond?: number) {
  const pauses: (number | undefined)[] = [];
  const budget = createRateBudget({ flow, requestsPerSecond, clock, onPause: (until) => pauses.push(until) });
  /** When each may pass, in seconds since the clock began. */
  const passed: Record<string, number> = {};
  const take = (name: string, bytes: number, requests = 1) =>
    void budget.take(bytes, requests, never).then(() => {
      passed[name] = clock.elapsed() / SECOND;
    });
  return { budget, passed, take, pauses };
}

describe("a rate", () => {
  test("lets a second's budget pass at once, and then as much a second as it says", async () => {
    const clock = new FakeClock();
    const { passed, take } = budgetAt(clock, rate(100));
    take("a", 100);
    take("b", 50);
    take("c", 100);
    await clock.pass(5 * SECOND);
    expect(passed).toEqual({ a: 0, b: 0.5, c: 1.5 });
  });

  test("an item larger than a second's budget waits for all of it, and the next one behind it", async () => {
    const clock = new FakeClock();
    const { passed, take } = budgetAt(clock, rate(100));
    take("large", 1000);
    take("small", 1);
    await clock.pass(20 * SECOND);
    expect(passed).toEqual({ large: 9, small: 9.01 });
  });

  test("unlimited, nobody waits and no timer is set", async () => {
    const clock = new FakeClock();
    const { passed, take } = budgetAt(clock, rate("unlimited"));
    take("a", 1e15);
    take("b", 1e15);
    await settle();
    expect(passed).toEqual({ a: 0, b: 0 });
    expect(clock.timers).toBe(0);
  });

  test("requests have a rate of their own", async () => {
    const clock = new FakeClock();
    const { passed, take } = budgetAt(clock, rate("unlimited"), 2);
    for (const name of ["a", "b", "c"]) take(name, 0);
    take("none", 5, 0);
    await clock.pass(SECOND);
    expect(passed).toEqual({ a: 0, b: 0, c: 0.5, none: 0 });
  });

  test("over any time no more passes than a second's budget and what the rate allows, and none is left waiting", async () => {
    const amounts = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 * SECOND }), fc.integer({ min: 0, max: 500 })), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(amounts, async (asked) => {
        const clock = new FakeClock();
        const budget = createRateBudget({ flow: rate(100), requestsPerSecond: undefined, clock });
        const passed: { readonly at: number; readonly bytes: number }[] = [];
        for (const [wait, bytes] of asked) {
          await clock.pass(wait);
          void budget.take(bytes, 1, never).then(() => passed.push({ at: clock.elapsed(), bytes }));
        }
        await clock.pass(HOUR);
        expect(passed.map(({ bytes }) => bytes)).toEqual(asked.map(([, bytes]) => bytes));
        for (const [first, { at: from }] of passed.entries()) {
          let total = 0;
          for (const { at, bytes } of passed.slice(first)) {
            total += bytes;
            // The first may have waited long before; what it takes counts with the second before it.
            const allowed = 100 * ((at - from) / SECOND + 1) + (passed[first]?.bytes ?? 0);
            expect(total).toBeLessThanOrEqual(allowed + 1e-6);
          }
        }
        expect(clock.timers).toBe(0);
      }),
    );
  });
});

describe("windows", () => {
  const working: Flow = {
    windows: [{ start: 480, end: 1080, days: [0, 1, 2, 3, 4], timezone: "UTC", bytesPerSecond: 10 }],
    outside: "pause",
  };

  test("outside all is paused, and the moment a window opens it goes on", async () => {
    const clock = new FakeClock();
    const { passed, take, pauses } = budgetAt(clock, working);
    take("a", 10);
    take("b", 10);
    await clock.pass(24 * HOUR);
    expect(passed).toEqual({ a: 8 * 3600 + 1, b: 8 * 3600 + 2 });
    expect(pauses).toEqual([Date.parse("2026-06-01T08:00:00Z")]);
  });

  test("a pause begins within what waits, and ends after the weekend", async () => {
    const clock = new FakeClock("2026-06-05T17:59:50Z");
    const { passed, take } = budgetAt(clock, working);
    take("a", 10);
    take("b", 50);
    take("c", 100);
    await clock.pass(3 * 24 * HOUR);
    const opened = (Date.parse("2026-06-08T08:00:00Z") - Date.parse("2026-06-05T17:59:50Z")) / SECOND;
    // Ten seconds of the window were left: 100 of the 150 bytes that came after the first ten.
    expect(passed).toEqual({ a: 0, b: 5, c: opened + 5 });
  });

  test("no wait is busy: a pause of a weekend ends no more than a timer a minute", async () => {
    const clock = new FakeClock("2026-06-05T18:00:00Z");
    const { take } = budgetAt(clock, working);
    take("a", 10);
    await clock.pass(62 * HOUR);
    expect(clock.ended).toBeLessThanOrEqual(62 * 60 + 2);
  });

  test("a limit ends where the window does, for those who wait too", async () => {
    const clock = new FakeClock("2026-06-01T17:59:55Z");
    const { passed, take } = budgetAt(clock, { ...working, outside: "unlimited" });
    take("a", 10_000);
    take("b", 10_000);
    await clock.pass(10 * SECOND);
    expect(passed).toEqual({ a: 5, b: 5 });
  });

  test("nobody pays later for what passed while nothing was counted", async () => {
    const clock = new FakeClock("2026-06-01T07:59:59Z");
    const { passed, take } = budgetAt(clock, { ...working, outside: "unlimited" });
    take("before", 1e9);
    await clock.pass(2 * SECOND);
    take("after", 20);
    await clock.pass(10 * SECOND);
    expect(passed).toEqual({ before: 0, after: 4 });
  });
});

describe("changed while somebody waits", () => {
  test("a faster rate lets them pass sooner", async () => {
    const clock = new FakeClock();
    const { budget, passed, take } = budgetAt(clock, rate(1));
    take("a", 1_000_001);
    await clock.pass(10 * SECOND);
    budget.change(rate(100_000));
    await clock.pass(20 * SECOND);
    expect(passed["a"]).toBeCloseTo(19.9999, 3);
  });

  test("without a limit they pass at once", async () => {
    const clock = new FakeClock();
    const { budget, passed, take } = budgetAt(clock, rate(1));
    take("a", 1e9);
    take("b", 1e9);
    budget.change(rate("unlimited"));
    await settle();
    expect(passed).toEqual({ a: 0, b: 0 });
    expect(clock.timers).toBe(0);
  });

  test("paused, nothing passes until it is changed again", async () => {
    const clock = new FakeClock();
    const { budget, passed, take, pauses } = budgetAt(clock, rate(10));
    take("a", 20);
    budget.change(rate("pause"));
    await clock.pass(100 * HOUR);
    expect([passed, pauses]).toEqual([{}, [undefined]]);
    budget.change(rate(10));
    await clock.pass(2 * SECOND);
    expect(passed).toEqual({ a: 100 * 3600 + 1 });
  });

  test("from no limit to one, the next ones wait", async () => {
    const clock = new FakeClock();
    const { budget, passed, take } = budgetAt(clock, rate("unlimited"));
    take("a", 1e9);
    budget.change(rate(10));
    take("b", 20);
    await clock.pass(10 * SECOND);
    expect(passed).toEqual({ a: 0, b: 2 });
  });
});

describe("an abort", () => {
  test("ends a wait with its reason, also in a pause, and leaves no timer", async () => {
    const clock = new FakeClock();
    const budget = createRateBudget({ flow: rate("pause"), requestsPerSecond: undefined, clock });
    const stop = new AbortController();
    const waiting = budget.take(1, 1, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    await expect(budget.take(1, 1, stop.signal)).rejects.toThrow("stopped");
    expect(clock.timers).toBe(0);
  });

  test("of one lets the others pass", async () => {
    const clock = new FakeClock();
    const { budget, passed, take } = budgetAt(clock, rate(10));
    take("first", 10);
    const one = new AbortController();
    const waiting = budget.take(10, 1, one.signal);
    take("last", 10);
    one.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    await clock.pass(10 * SECOND);
    expect(passed).toMatchObject({ first: 0, last: 2 });
  });

  test("leaves nothing behind at a signal that lives on", async () => {
    const clock = new FakeClock();
    const budget = createRateBudget({ flow: rate(10), requestsPerSecond: undefined, clock });
    let listeners = 0;
    const stop = new AbortController();
    const { signal } = stop;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof add>) => (listeners++, add(...args)),
      removeEventListener: (...args: Parameters<typeof remove>) => (listeners--, remove(...args)),
    });
    for (let at = 0; at < 20; at++) void budget.take(10, 1, signal);
    expect(listeners).toBe(19);
    await clock.pass(60 * SECOND);
    expect(listeners).toBe(0);
  });
});

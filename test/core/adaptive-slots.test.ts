import { expect, test } from "vitest";
import { AdaptiveSlots } from "../../src/core/adaptive-slots.ts";

const never = new AbortController().signal;

test("no more than the limit is handed out, and waiters go in order", async () => {
  const slots = new AdaptiveSlots({ concurrency: 2 });
  await slots.acquire(never);
  await slots.acquire(never);
  expect(slots.tryAcquire()).toBe(false);
  const order: string[] = [];
  const first = slots.acquire(never).then(() => order.push("first"));
  const second = slots.acquire(never).then(() => order.push("second"));
  slots.release();
  await first;
  expect(slots.used).toBe(2);
  slots.release();
  await second;
  expect(order).toEqual(["first", "second"]);
});

test("a waiter whose run is stopped leaves the line, and its slot goes to the next", async () => {
  const slots = new AdaptiveSlots({ concurrency: 1 });
  await slots.acquire(never);
  const stop = new AbortController();
  const stopped = slots.acquire(stop.signal);
  const next = slots.acquire(never);
  stop.abort(new Error("stopped"));
  await expect(stopped).rejects.toThrow("stopped");
  slots.release();
  await next;
  expect(slots.used).toBe(1);
});

test("the number grows while requests take no longer for it, and no further", async () => {
  // A server that serves 100 requests at a time, each in 20 ms: more than that brings nothing.
  const { limits } = await simulate({ serves: 100, latencyMs: 20, requests: 60_000 });
  expect(Math.max(...limits)).toBeGreaterThanOrEqual(100);
  expect(limits.at(-1)).toBeLessThanOrEqual(200);
});

test("a server that asks to slow down gets fewer requests at once", async () => {
  const slots = new AdaptiveSlots({ concurrency: "auto" });
  const before = slots.limit;
  slots.throttled();
  expect(slots.limit).toBeLessThan(before);
  const after = slots.limit;
  // The answers to requests that were already on their way say nothing new.
  slots.throttled();
  expect(slots.limit).toBe(after);
});

test("a fixed number stays what the user said", () => {
  const slots = new AdaptiveSlots({ concurrency: 7 });
  slots.throttled();
  expect(slots.limit).toBe(7);
});

/** Runs requests against a made clock: no time passes. */
async function simulate({ serves, latencyMs, requests }: { serves: number; latencyMs: number; requests: number }) {
  let clock = 0;
  const limits: number[] = [];
  const slots = new AdaptiveSlots({ concurrency: "auto", now: () => clock, onChange: (limit) => limits.push(limit) });
  const flying: number[] = [];
  let waiting: Promise<void> | undefined;
  let landed = false;
  for (let done = 0; done < requests;) {
    while (!waiting && slots.tryAcquire()) flying.push(clock + latencyMs * Math.max(1, (flying.length + 1) / serves));
    waiting ??= slots.acquire(never).then(() => {
      landed = true;
    });
    flying.sort((a, b) => a - b);
    clock = Math.max(clock, flying.shift() ?? clock);
    slots.release();
    done += 1;
    await Promise.resolve();
    if (landed) {
      landed = false;
      waiting = undefined;
      flying.push(clock + latencyMs * Math.max(1, (flying.length + 1) / serves));
    }
  }
  return { limits };
}

import { afterEach, expect, test, vi } from "vitest";
import type { ObjectSync } from "../../src/core/sync-plan.ts";
import { createRateBudget } from "../../src/engine/rate-budget.ts";
import { Workplace } from "./workplace.ts";

afterEach(() => void vi.restoreAllMocks());

test("what waits for its share of the rate has not begun: a stop does not wait for it", async () => {
  await using place = await Workplace.make();
  await place.write("from/a", "x".repeat(10_000));
  // It would wait for nearly three hours.
  const slow: Partial<ObjectSync> = { rate: { bytesPerSecond: 1, requestsPerSecond: undefined } };
  const stop = new AbortController();
  const result = await place.apply(await place.plan(slow), [slow], {
    stop: stop.signal,
    emit: ({ type }) => {
      if (type === "syncStarted") setImmediate(() => stop.abort());
    },
  });
  expect(result).toMatchObject({ status: "stopped", problems: 0, syncs: { all: { outcomes: { applied: 0, failed: 0, cancelled: 0 } } } });
});

test("a wait that is longer than any timer is not cut short", async () => {
  // So Node tells that a timer will end at once.
  const warnings = vi.spyOn(process, "emitWarning");
  const stop = new AbortController();
  const waiting = createRateBudget({ flow: { windows: [], outside: 1 }, requestsPerSecond: undefined }).take(1e12, 1, stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  expect(warnings).not.toHaveBeenCalled();
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Flow, FlowWindow } from "../../src/core/sync-plan.ts";
import { flowPeriods } from "../../src/engine/flow-windows.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 1440;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Reads the clock on the wall, and looks whether the window has that time: nothing is computed ahead. */
function clockOf(timeZone: string): (instant: number) => { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return (instant) => {
    const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
    return { day: WEEKDAYS.indexOf(parts["weekday"] ?? ""), minute: Number(parts["hour"]) * 60 + Number(parts["minute"]) };
  };
}

function naive({ windows, outside }: Flow): (instant: number) => Flow["outside"] {
  const clocks = windows.map(({ timezone }) => clockOf(timezone));
  return (instant) => {
    for (const [at, { start, end, days, bytesPerSecond }] of windows.entries()) {
      const { day, minute } = clocks[at]?.(instant) ?? { day: -1, minute: -1 };
      const dayBefore = (day + 6) % 7;
      const isOpen =
        end > start
          ? days.includes(day) && minute >= start && minute < end
          : (days.includes(day) && minute >= start) || (days.includes(dayBefore) && minute < end);
      if (isOpen) return bytesPerSecond;
    }
    return outside;
  };
}

const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "Pacific/Apia"];

// Coarse times meet each other and the hours at which clocks are set, which is where mistakes are.
const minuteOfDay = fc.oneof(
  fc.integer({ min: 0, max: 16 }).map((quarter) => quarter * 15),
  fc.integer({ min: 0, max: DAY }),
);
const window: fc.Arbitrary<FlowWindow> = fc
  .record({
    start: minuteOfDay.map((at) => at % DAY),
    end: minuteOfDay,
    days: fc.oneof(fc.constant([0, 1, 2, 3, 4, 5, 6]), fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 })),
    timezone: fc.constantFrom(...ZONES),
    bytesPerSecond: fc.integer({ min: 1, max: 3 }),
  })
  .filter(({ start, end }) => start !== end);
const flow: fc.Arbitrary<Flow> = fc.record({
  windows: fc.array(window, { minLength: 1, maxLength: 3 }),
  outside: fc.constantFrom<Flow["outside"]>("unlimited", "pause", 2),
});

/** Around the nights of 2026 in which clocks are set somewhere, and any other moment. */
const SET_CLOCKS = [
  "2026-03-08T07:00Z",
  "2026-03-29T01:00Z",
  "2026-10-25T01:00Z",
  "2026-11-01T06:00Z",
  "2026-04-04T15:00Z",
  "2026-10-03T15:30Z",
  "2026-02-15T02:00Z",
  "2026-03-22T02:00Z",
].map((at) => Date.parse(at));
const instant = fc.oneof(
  fc.tuple(fc.constantFrom(...SET_CLOCKS), fc.integer({ min: -30 * HOUR, max: 4 * HOUR })).map(([at, shift]) => at + shift),
  fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2028, 0, 1) }),
);

/** Minutes; every minute is looked at. */
const LOOKED_AHEAD = 3 * DAY;

test("which limit holds, and when the next one does, is what a clock on the wall says minute by minute", () => {
  fc.assert(
    fc.property(flow, instant, (some, at) => {
      const expected = naive(some);
      const { limit, until } = flowPeriods(some)(at);
      expect(limit).toBe(expected(at));
      expect(until).toBeGreaterThan(at);
      const first = Math.floor(at / MINUTE) * MINUTE;
      for (let minute = first + MINUTE; minute < Math.min(until, first + LOOKED_AHEAD * MINUTE); minute += MINUTE) {
        if (expected(minute) !== limit) expect.fail(`It was otherwise at ${new Date(minute).toISOString()}, before ${new Date(until).toISOString()}.`);
      }
      // Where nothing ever changes, it says only when to look again.
      if (until < at + 15 * DAY * MINUTE) expect(expected(until)).not.toBe(limit);
    }),
    { numRuns: 150 },
  );
});

test("without windows nothing ever changes", () => {
  expect(flowPeriods({ windows: [], outside: 7 })(0)).toEqual({ limit: 7, until: Number.POSITIVE_INFINITY });
});

describe("a night on which the clock is set", () => {
  const night = (start: number, end: number): Flow => ({
    windows: [{ start, end, days: [0, 1, 2, 3, 4, 5, 6], timezone: "Europe/Berlin", bytesPerSecond: 5 }],
    outside: "unlimited",
  });
  const turns = (some: Flow, from: string, to: string) => {
    const periods = flowPeriods(some);
    const found: string[] = [];
    for (let { until } = periods(Date.parse(from)); until < Date.parse(to); { until } = periods(until)) {
      found.push(`${new Date(until).toISOString().slice(0, 16)} ${periods(until).limit}`);
    }
    return found;
  };

  test("a window in the hour that is skipped does not open", () => {
    expect(turns(night(130, 170), "2026-03-28T12:00Z", "2026-03-29T12:00Z")).toEqual([]);
  });

  test("a window around it is an hour shorter", () => {
    expect(turns(night(60, 240), "2026-03-28T12:00Z", "2026-03-29T12:00Z")).toEqual(["2026-03-29T00:00 5", "2026-03-29T02:00 unlimited"]);
  });

  test("a window in the hour that comes twice opens twice", () => {
    expect(turns(night(130, 170), "2026-10-24T12:00Z", "2026-10-25T12:00Z")).toEqual([
      "2026-10-25T00:10 5",
      "2026-10-25T00:50 unlimited",
      "2026-10-25T01:10 5",
      "2026-10-25T01:50 unlimited",
    ]);
  });

  test("a window around it is an hour longer", () => {
    expect(turns(night(60, 240), "2026-10-24T12:00Z", "2026-10-25T12:00Z")).toEqual(["2026-10-24T23:00 5", "2026-10-25T03:00 unlimited"]);
  });
});

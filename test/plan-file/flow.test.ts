import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overlap, type WindowTimes } from "../../src/plan-file/flow.ts";

const DAY = 1440;
const WEEK = 7 * DAY;

const days = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 });
// Coarse times meet each other's ends often, which is where mistakes are.
const minute = fc.oneof(
  fc.integer({ min: 0, max: 4 }).map((quarter) => (quarter * DAY) / 4),
  fc.integer({ min: 0, max: DAY }),
);
const times = (timezone: fc.Arbitrary<string>): fc.Arbitrary<WindowTimes> =>
  fc.record({ start: minute.map((at) => at % DAY), end: minute, days, timezone }).filter(({ start, end }) => start !== end);

/** Minute by minute through a week of UTC. */
function naive(a: WindowTimes, b: WindowTimes, ahead: Readonly<Record<string, number>>): boolean {
  const isOpen = ({ start, end, days, timezone }: WindowTimes, utc: number) => {
    const local = (((utc + (ahead[timezone] ?? 0)) % WEEK) + WEEK) % WEEK;
    const day = Math.floor(local / DAY);
    const at = local % DAY;
    const before = (day + 6) % 7;
    if (end > start) return days.includes(day) && at >= start && at < end;
    return (days.includes(day) && at >= start) || (days.includes(before) && at < end);
  };
  for (let at = 0; at < WEEK; at++) if (isOpen(a, at) && isOpen(b, at)) return true;
  return false;
}

test("windows of one zone overlap where a minute lies in both", () => {
  const zone = fc.constant("Europe/Berlin");
  fc.assert(
    fc.property(times(zone), times(zone), (a, b) => {
      expect(overlap(a, b)).toBe(naive(a, b, { "Europe/Berlin": 60 }));
    }),
  );
});

test("windows of zones without summer time overlap where a minute lies in both", () => {
  const ahead = { "Asia/Kolkata": 330, "Asia/Tokyo": 540, "America/Phoenix": -420 };
  const zone = fc.constantFrom(...Object.keys(ahead));
  fc.assert(
    fc.property(times(zone), times(zone), (a, b) => {
      expect(overlap(a, b)).toBe(naive(a, b, ahead));
    }),
    { numRuns: 30 },
  );
});

test("the order of two windows does not matter", () => {
  const zone = fc.constantFrom("Europe/Berlin", "America/New_York", "UTC");
  fc.assert(
    fc.property(times(zone), times(zone), (a, b) => {
      expect(overlap(a, b)).toBe(overlap(b, a));
    }),
    { numRuns: 30 },
  );
});

describe("summer time", () => {
  const window = (from: number, to: number, timezone: string): WindowTimes => ({ start: from * 60, end: to * 60, days: [0, 1, 2, 3, 4, 5, 6], timezone });

  test.each([
    // Berlin is 1 or 2 hours ahead of UTC.
    [window(10, 11, "Europe/Berlin"), window(8, 9, "UTC"), true],
    [window(10, 11, "Europe/Berlin"), window(9, 10, "UTC"), true],
    [window(10, 11, "Europe/Berlin"), window(10, 11, "UTC"), false],
    [window(10, 11, "Europe/Berlin"), window(7, 8, "UTC"), false],
    // New York is 6 hours behind Berlin, and 5 for some weeks of spring and autumn.
    [window(12, 13, "Europe/Berlin"), window(6, 7, "America/New_York"), true],
    [window(12, 13, "Europe/Berlin"), window(7, 8, "America/New_York"), true],
    [window(12, 13, "Europe/Berlin"), window(8, 9, "America/New_York"), false],
  ])("%o and %o: %s", (a, b, expected) => expect(overlap(a, b)).toBe(expected));
});

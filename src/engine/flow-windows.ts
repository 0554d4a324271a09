import type { Flow, FlowWindow } from "../core/sync-plan.ts";
import { zoneOffsets } from "../core/time-zone.ts";

/** What holds at an instant, and until when. */
export interface FlowPeriod {
  /** Bytes a second. */
  readonly limit: Flow["outside"];
  /** Milliseconds since the epoch, the first at which another limit holds. Where none does for weeks: when to look again. */
  readonly until: number;
}

const MINUTE = 60_000;
const DAY = 1440;
const WEEK = 7 * DAY;
/** Every window comes again within a week, or within two where a change of the clock skips it. */
const HORIZON = 15 * DAY * MINUTE;

/**
 * Tells which window of a flow holds at an instant: one that a clock on the wall of its time zone
 * shows a time of. What the clock skips never holds, and what it shows twice holds twice.
 *
 * @throws RangeError for a time zone that there is not
 */
export function flowPeriods({ windows, outside }: Flow): (instant: number) => FlowPeriod {
  if (windows.length === 0) return () => ({ limit: outside, until: Number.POSITIVE_INFINITY });
  const clocks = windows.map(wallClock);
  const openAt = (instant: number) => clocks.findIndex((clock) => clock.isOpen(instant));
  const limitOf = (at: number) => windows[at]?.bytesPerSecond ?? outside;
  return (instant) => {
    const limit = limitOf(openAt(instant));
    let until = instant;
    do until = Math.min(...clocks.map((clock) => clock.nextTurn(until)));
    while (limitOf(openAt(until)) === limit && until < instant + HORIZON);
    return { limit, until };
  };
}

interface WallClock {
  isOpen(instant: number): boolean;
  /** The first instant after that one at which it opens or closes, or the clock is set. */
  nextTurn(instant: number): number;
}

function wallClock({ start, end, days, timezone }: FlowWindow): WallClock {
  const offsetAt = zoneOffsets(timezone);
  const length = end > start ? end - start : end + DAY - start;
  const opens = days.map((day) => day * DAY + start);
  const turns = opens.flatMap((open) => [open, open + length]);
  /** Minutes since Monday 00:00 on the wall; 1970 began on a Thursday. */
  const wallAt = (instant: number) => modulo(Math.floor((instant + offsetAt(instant)) / MINUTE) + 3 * DAY, WEEK);
  return {
    isOpen: (instant) => {
      const wall = wallAt(instant);
      return opens.some((open) => modulo(wall - open, WEEK) < length);
    },
    nextTurn: (instant) => {
      const wall = wallAt(instant);
      const minutes = Math.min(...turns.map((turn) => modulo(turn - wall - 1, WEEK) + 1));
      const turn = Math.floor(instant / MINUTE) * MINUTE + minutes * MINUTE;
      return offsetAt(turn) === offsetAt(instant) ? turn : firstOtherOffset(offsetAt, instant, turn);
    },
  };
}

/** To the minute. Clocks are not set twice within a week. */
function firstOtherOffset(offsetAt: (instant: number) => number, from: number, to: number): number {
  const before = offsetAt(from);
  let [same, other] = [Math.floor(from / MINUTE), to / MINUTE];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt(middle * MINUTE) === before) same = middle;
    else other = middle;
  }
  return other * MINUTE;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

import { DAY_NAMES, MOST_BYTES_PER_SECOND } from "../core/flow.ts";
import type { Flow } from "../core/sync-plan.ts";
import { isTimeZone, zoneOffsets } from "../core/time-zone.ts";
import { parseByteRate } from "../core/units.ts";
import type { FlowWindow } from "./generated/plan.ts";
import { nearName } from "../core/near-name.ts";
import type { Path } from "./node.ts";
import type { Part } from "./part.ts";

const DAY = 1440;
const WEEK = 7 * DAY;
const MINUTE_MS = 60_000;

interface FlowPart {
  readonly flow?: readonly FlowWindow[];
  readonly flowOutside?: string;
}

/** When a window is open. */
export interface WindowTimes {
  /** Minutes of the day. An end that is not after the start is on the day after. */
  readonly start: number;
  readonly end: number;
  /** On which it begins: 0 is Monday. */
  readonly days: readonly number[];
  readonly timezone: string;
}

/** Checks rates, time zones, and that no moment lies in two windows. */
export function checkFlow(part: Part<FlowPart>): void {
  const { flow = [], flowOutside } = part.value;
  if (flowOutside !== undefined && flowOutside !== "unlimited" && flowOutside !== "pause") checkRate(part, ["flowOutside"], flowOutside);
  const windows: { readonly at: number; readonly times: WindowTimes }[] = [];
  for (const [at, { between, days, timezone = "UTC", maxRate }] of flow.entries()) {
    checkRate(part, ["flow", at, "maxRate"], maxRate);
    if (!checkTimezone(part, ["flow", at, "timezone"], timezone)) continue;
    const [start, end] = windowMinutes(between);
    if (start === end) {
      part.complain(["flow", at, "between"], { code: "FLOW_WINDOW", message: "The window ends when it begins.", hint: "Leave `between` out for all day." });
      continue;
    }
    windows.push({ at, times: { start, end, days: dayNumbers(days), timezone } });
  }
  for (const [later, b] of windows.entries()) {
    const a = windows.slice(0, later).find(({ times }) => overlap(times, b.times));
    if (a === undefined) continue;
    part.complain(["flow", b.at], {
      code: "FLOW_OVERLAP",
      message: `Window ${b.at + 1} overlaps window ${a.at + 1}.`,
      hint: "At any moment at most one window may hold: a window past midnight also covers the morning after its days.",
    });
  }
}

/** Turns checked windows into numbers. */
export function buildFlow({ flow = [], flowOutside = "unlimited" }: FlowPart): Flow {
  return {
    windows: flow.map(({ between, days, timezone = "UTC", maxRate }) => {
      const [start, end] = windowMinutes(between);
      return { start, end, days: dayNumbers(days), timezone, bytesPerSecond: parseByteRate(maxRate) ?? 0 };
    }),
    outside: flowOutside === "unlimited" || flowOutside === "pause" ? flowOutside : (parseByteRate(flowOutside) ?? 0),
  };
}

function dayNumbers(days: readonly (typeof DAY_NAMES)[number][] = DAY_NAMES): number[] {
  return days.map((day) => DAY_NAMES.indexOf(day)).toSorted((a, b) => a - b);
}

export function checkRate(part: Part<unknown>, path: Path, rate: string): void {
  const bytes = parseByteRate(rate);
  if (bytes !== undefined && bytes > 0 && bytes <= MOST_BYTES_PER_SECOND) return;
  part.complain(path, {
    code: "RATE_RANGE",
    message: `\`${part.written(path)}\` is not more than 0 and at most 9,999 MB/s.`,
    hint: "Without a limit, leave the key out.",
  });
}

export function checkTimezone(part: Part<unknown>, path: Path, timezone: string): boolean {
  if (isTimeZone(timezone)) return true;
  const suggestion = nearName(part.written(path), Intl.supportedValuesOf("timeZone"));
  part.complain(path, {
    code: "TIMEZONE",
    message: `There is no time zone \`${part.written(path)}\`.`,
    hint: suggestion === undefined ? "Write `UTC` or a name as `Europe/Berlin`." : `Did you mean \`${suggestion}\`?`,
    suggestion,
  });
  return false;
}

/** Minutes of the day at which a window begins and ends. Default: all day. */
export function windowMinutes(between = "00:00-24:00"): [number, number] {
  const [start = 0, end = 0] = between.split("-").map((time) => {
    const [hours, minute] = time.split(":").map(Number);
    return (hours ?? 0) * 60 + (minute ?? 0);
  });
  return [start, end];
}

/** Whether there is a moment at which both are open. */
export function overlap(a: WindowTimes, b: WindowTimes): boolean {
  if (a.timezone === b.timezone) return overlapInWeek(weekly(a), weekly(b));
  return overlapInYears(a, b);
}

type Span = readonly [start: number, end: number];

function length({ start, end }: WindowTimes): number {
  return end > start ? end - start : end + DAY - start;
}

/** Minutes of the week, Monday 00:00 is 0; a span may run past the week's end. */
function weekly(times: WindowTimes): Span[] {
  return times.days.map((day) => [day * DAY + times.start, day * DAY + times.start + length(times)]);
}

function overlapInWeek(a: readonly Span[], b: readonly Span[]): boolean {
  return a.some(([start, end]) => b.some(([other, otherEnd]) => [-WEEK, 0, WEEK].some((shift) => start < otherEnd + shift && other + shift < end)));
}

/** Between zones the clocks shift against each other, on dates of their own: real days are compared. */
function overlapInYears(a: WindowTimes, b: WindowTimes): boolean {
  const spans = real(a);
  const others = real(b);
  let at = 0;
  for (const [start, end] of spans) {
    while (at < others.length && (others[at]?.[1] ?? 0) <= start) at++;
    const other = others[at];
    if (other !== undefined && other[0] < end) return true;
  }
  return false;
}

/** Two years, so that every rule of summer time and every day of the week meet; any two will do. */
const FIRST_DAY = Date.UTC(2026, 0, 1);
const DAYS_LOOKED_AT = 731;

/** When a window is open, in milliseconds since the epoch, in order. */
function real(times: WindowTimes): Span[] {
  const offsetAt = zoneOffsets(times.timezone);
  const toInstant = (local: number) => {
    const guess = local - offsetAt(local);
    return local - offsetAt(guess);
  };
  const spans: Span[] = [];
  for (let day = 0; day < DAYS_LOOKED_AT; day++) {
    const midnight = FIRST_DAY + day * DAY * MINUTE_MS;
    if (!times.days.includes((new Date(midnight).getUTCDay() + 6) % 7)) continue;
    const start = midnight + times.start * MINUTE_MS;
    spans.push([toInstant(start), toInstant(start + length(times) * MINUTE_MS)]);
  }
  return spans;
}

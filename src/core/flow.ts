import type { Flow, FlowWindow } from "./sync-plan.ts";
import { isTimeZone } from "./time-zone.ts";
import { formatByteRate } from "./units.ts";

/** As fast as it goes, at any time. */
export const UNLIMITED: Flow = { windows: [], outside: "unlimited" };

/**
 * The same times with a rate that is never exceeded, in bytes a second. undefined: as it is.
 */
export function limitFlow(flow: Flow, bytesPerSecond: number | undefined): Flow {
  if (bytesPerSecond === undefined) return flow;
  const { windows, outside } = flow;
  return {
    windows: windows.map((window) => ({ ...window, bytesPerSecond: Math.min(window.bytesPerSecond, bytesPerSecond) })),
    outside: outside === "pause" ? outside : outside === "unlimited" ? bytesPerSecond : Math.min(outside, bytesPerSecond),
  };
}

export const DAY_NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
/** Windows of one flow. */
export const MOST_WINDOWS = 3;
/** Bytes a second: 9,999 MB/s. */
export const MOST_BYTES_PER_SECOND = 9_999_000_000;
const MINUTES_OF_DAY = 1440;

/** A flow in words, as the end of a sentence: `at most 50 MB/s from 08:00 to 18:00 (UTC), otherwise without a limit`. */
export function describeFlow({ windows, outside }: Flow): string {
  const rest = outside === "unlimited" ? "without a limit" : outside === "pause" ? "paused" : `at most ${formatByteRate(outside)}`;
  return [...windows.map(describeWindow), windows.length > 0 ? `otherwise ${rest}` : rest].join(", ");
}

function describeWindow({ start, end, days, timezone, bytesPerSecond }: FlowWindow): string {
  const times = start === 0 && end === MINUTES_OF_DAY ? "all day" : `from ${clockTime(start)} to ${clockTime(end)}`;
  const on = days.length === DAY_NAMES.length ? "" : ` on ${days.map((day) => DAY_NAMES[day]).join(", ")}`;
  return `at most ${formatByteRate(bytesPerSecond)} ${times}${on} (${timezone})`;
}

function clockTime(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

/** Reads a flow that another process wrote. @returns undefined where it is none */
export function readFlow(value: unknown): Flow | undefined {
  if (!isRecord(value) || !Array.isArray(value["windows"]) || value["windows"].length > MOST_WINDOWS) return undefined;
  const { outside } = value;
  if (outside !== "unlimited" && outside !== "pause" && !isRate(outside)) return undefined;
  const windows = value["windows"].map(readWindow).filter((window) => window !== undefined);
  return windows.length === value["windows"].length ? { windows, outside } : undefined;
}

function readWindow(value: unknown): FlowWindow | undefined {
  if (!isRecord(value)) return undefined;
  const { start, end, days, timezone, bytesPerSecond } = value;
  if (!isWithin(start, MINUTES_OF_DAY - 1) || !isWithin(end, MINUTES_OF_DAY) || start === end || !isRate(bytesPerSecond)) return undefined;
  if (!Array.isArray(days) || days.length === 0 || !days.every((day) => isWithin(day, DAY_NAMES.length - 1))) return undefined;
  return typeof timezone === "string" && isTimeZone(timezone) ? { start, end, days, timezone, bytesPerSecond } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRate(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value <= MOST_BYTES_PER_SECOND;
}

function isWithin(value: unknown, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;
}

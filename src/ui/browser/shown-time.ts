import { visible } from "../../core/escape.ts";

/** Seconds and nanoseconds since the epoch, as versions of files have them. */
const SINCE_EPOCH = /^(-?\d{1,12})\.(\d{1,9})$/;

/** When something was changed, for a person: `2024-05-01 10:00:00`, in UTC, to the second. What is no time is shown as it is. */
export function shownTime(modified: string | undefined): string {
  if (modified === undefined) return "";
  const [, seconds] = SINCE_EPOCH.exec(modified) ?? [];
  const time = seconds === undefined ? Date.parse(modified) : Number(seconds) * 1000;
  return Number.isNaN(time) || Math.abs(time) > 8.64e15 ? visible(modified, { maxLength: 40 }) : new Date(time).toISOString().slice(0, 19).replace("T", " ");
}

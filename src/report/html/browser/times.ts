/**
 * A time for a person, to the minute, in UTC: a report is read in more than one time zone.
 *
 * @param at seconds since the epoch; negative for none
 */
export function shownTime(at: number): string {
  if (at < 0) return "";
  const date = new Date(at * 1000);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 16).replace("T", " ");
}

/** Milliseconds. */
const MINUTE = 60_000;

/**
 * How far a time zone is ahead of UTC at an instant, in milliseconds. Reading it is slow: not for hot
 * loops.
 *
 * @param timeZone an IANA name
 * @throws RangeError where there is no such zone
 */
export function zoneOffsets(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  return (instant) => {
    const name = format.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours, minute] = /([+-])([0-9]{2}):([0-9]{2})/.exec(name) ?? [];
    return (sign === "-" ? -1 : 1) * ((Number(hours ?? 0) * 60 + Number(minute ?? 0)) * MINUTE);
  };
}

/** Whether there is a zone of that name. Offsets such as `+02:00` are no places: they know no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

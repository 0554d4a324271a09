/**
 * Reads an instant: `2024-01-31T08:00:00Z`, `2024-01-31T08:00+02:00`.
 *
 * @returns milliseconds since the epoch; undefined where there is no such day or time
 */
export function parseInstant(text: string): number | undefined {
  const [, year, month, day] = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T/i.exec(text) ?? [];
  const instant = Date.parse(text.toUpperCase());
  if (day === undefined || Number.isNaN(instant)) return undefined;
  // JavaScript takes February 30th for March 1st.
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) ? instant : undefined;
}

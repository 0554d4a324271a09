/** A length of time as a clock that runs: `0:12`, `1:02:03`. @param ms milliseconds */
export function clock(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60) % 60;
  return seconds < 3600 ? `${minutes}:${two(seconds % 60)}` : `${Math.floor(seconds / 3600)}:${two(minutes)}:${two(seconds % 60)}`;
}

/** When something is, for somebody who looks at a clock now: `18:00`, `Tue 18:00`, in this machine's time zone. @param at milliseconds since the epoch */
export function momentOf(at: number, now: number = Date.now()): string {
  const [date, today] = [new Date(at), new Date(now)];
  const two = (value: number) => String(value).padStart(2, "0");
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === today.toDateString()) return time;
  return `${date.toLocaleDateString("en", { weekday: "short" })} ${time}`;
}

/** Bytes in each unit: `kB`, `MB`, … are powers of 1000, `KiB`, `MiB`, … powers of 1024. */
const BYTES_IN: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  PB: 1e15,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
};

const MS_IN: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * Reads a size: `1 KiB`, `10 MB`, `1.5GiB`, `1024`.
 *
 * @returns bytes, rounded to a whole number; undefined where it is no size or too large to be exact
 */
export function parseSize(text: string): number | undefined {
  const [, amount, unit = "B"] = /^([0-9]+(?:\.[0-9]+)?) ?([a-zA-Z]+)?$/.exec(text) ?? [];
  const factor = Object.hasOwn(BYTES_IN, unit) ? BYTES_IN[unit] : undefined;
  if (amount === undefined || factor === undefined) return undefined;
  const bytes = Math.round(Number(amount) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/**
 * Reads a rate: `200 MB/s`.
 *
 * @returns bytes a second; undefined where it is no rate
 */
export function parseByteRate(text: string): number | undefined {
  return text.endsWith("/s") && /[a-zA-Z] ?\/s$/.test(text) ? parseSize(text.slice(0, -"/s".length).trimEnd()) : undefined;
}

/**
 * Reads a rate of requests: `2000/s`, `2000`.
 *
 * @returns requests a second; undefined where it is no such rate
 */
export function parseRequestRate(text: string): number | undefined {
  const [, amount] = /^([1-9][0-9]*)(?: ?\/s)?$/.exec(text) ?? [];
  return amount !== undefined && Number.isSafeInteger(Number(amount)) ? Number(amount) : undefined;
}

/**
 * Reads a length of time: `500ms`, `10s`, `5m`, `1h`, `1d`, `1w`, `1h30m`.
 *
 * @returns milliseconds; undefined where it is none or too long to be exact
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:[0-9]+(?:ms|s|m|h|d|w))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit = ""] of text.matchAll(/([0-9]+)(ms|s|m|h|d|w)/g)) total += Number(amount) * (MS_IN[unit] ?? Number.NaN);
  return Number.isSafeInteger(total) ? total : undefined;
}

const SHOWN_SIZES = ["kB", "MB", "GB", "TB", "PB"];

/** Bytes for a person: `0 B`, `999 B`, `1.2 kB`, `34 MB`. Powers of 1000, two digits or more. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return "? B";
  if (Math.abs(bytes) < 1000) return `${Math.round(bytes)} B`;
  let amount = bytes;
  let unit = "B";
  for (const next of SHOWN_SIZES) {
    // 999,950 would round to 1000 kB: it is 1 MB by then.
    if (Math.abs(amount) < 999.5) break;
    amount /= 1000;
    unit = next;
  }
  return `${shortNumber(amount)} ${unit}`;
}

/** Bytes a second for a person: `1.2 MB/s`. */
export function formatByteRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

function shortNumber(amount: number): string {
  const shown = Math.abs(amount) < 9.95 ? amount.toFixed(1) : amount.toFixed(0);
  return shown.endsWith(".0") ? shown.slice(0, -2) : shown;
}

/** A count for a person: `1,234,567`. */
export function formatCount(count: number): string {
  const [digits = "", rest] = String(Math.round(count)).split("e");
  // Past 10^21 numbers print with an exponent; grouping would only garble it.
  return rest === undefined ? digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ",") : String(count);
}

/**
 * A length of time for a person: `0 ms`, `340 ms`, `4.2 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`.
 *
 * @param ms milliseconds
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "?";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${shortNumber(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, "min", 1, "s");
  if (seconds < 86_400) return pair(seconds, 3600, "h", 60, "min");
  return pair(seconds, 86_400, "d", 3600, "h");
}

/** Two units, the second left out where it is 0. What does not fit the second is cut: a wait seems no longer than it is. */
function pair(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const count = Math.floor((seconds % large) / small);
  const first = `${Math.floor(seconds / large)} ${largeUnit}`;
  return count === 0 ? first : `${first} ${count} ${smallUnit}`;
}

import { TidemarkError } from "../core/errors.ts";
import { DAY_NAMES, MOST_BYTES_PER_SECOND, MOST_WINDOWS } from "../core/flow.ts";
import type { Flow, FlowWindow } from "../core/sync-plan.ts";
import { isTimeZone } from "../core/time-zone.ts";
import { parseByteRate } from "../core/units.ts";
import { overlap, windowMinutes } from "../plan-file/flow.ts";
import { nearName } from "../core/near-name.ts";

export interface FlowOptions {
  readonly rate?: string;
  readonly window?: readonly string[];
  readonly days?: string;
  readonly timezone?: string;
  readonly outside?: string;
  readonly reset?: boolean;
}

const WINDOW = /^((?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00))=(.+)$/;
const EVERY_DAY = DAY_NAMES.map((_, day) => day);

/**
 * Reads the flow that the options of `tidemark flow` describe.
 *
 * @returns undefined with `--reset`: what the plan says
 * @throws TidemarkError `USAGE`
 */
export function flowOf({ rate, window, days, timezone, outside, reset = false }: FlowOptions): Flow | undefined {
  const said = [rate !== undefined && "--rate", window !== undefined && "--window", outside !== undefined && "--outside"].filter((name) => name !== false);
  if (reset) {
    if (said.length > 0) throw usage(`${said[0]} has no place beside --reset.`, "--reset alone goes back to what the plan says.");
    return undefined;
  }
  if (said.length === 0) {
    throw usage("It was not said what the flow is to be.", 'Say --rate 50MB/s, --window "08:00-18:00=50MB/s", --outside pause, or --reset.');
  }
  if (rate !== undefined && said.length > 1) throw usage(`${said[1]} has no place beside --rate.`, "--rate is one limit at all times.");
  if (window === undefined && (days !== undefined || timezone !== undefined)) {
    throw usage(`${days === undefined ? "--timezone" : "--days"} belongs to --window.`, '--window "08:00-18:00=50MB/s" --days mon,tue');
  }
  if (rate !== undefined) return { windows: [], outside: bytesPerSecond("--rate", rate) };
  return {
    windows: windowsOf(window ?? [], { days: daysOf(days), timezone: timezoneOf(timezone) }),
    outside: outside === undefined ? "unlimited" : outside === "unlimited" || outside === "pause" ? outside : bytesPerSecond("--outside", outside),
  };
}

function windowsOf(texts: readonly string[], when: Pick<FlowWindow, "days" | "timezone">): FlowWindow[] {
  if (texts.length > MOST_WINDOWS) throw usage(`A sync has at most ${MOST_WINDOWS} windows.`, "Leave one out.");
  const windows: FlowWindow[] = [];
  for (const text of texts) {
    const [, between, rate = ""] = WINDOW.exec(text) ?? [];
    if (between === undefined) throw usage(`\`${text}\` is no window.`, 'It looks so: --window "08:00-18:00=50MB/s".');
    const [start, end] = windowMinutes(between);
    if (start === end) throw usage(`The window \`${text}\` ends when it begins.`, "Use --rate for all day.");
    const window = { start, end, ...when, bytesPerSecond: bytesPerSecond("--window", rate) };
    if (windows.some((other) => overlap(other, window))) throw usage(`The window \`${text}\` overlaps another one.`, "At any moment at most one may hold.");
    windows.push(window);
  }
  return windows;
}

function daysOf(text: string | undefined): readonly number[] {
  if (text === undefined) return EVERY_DAY;
  const days = text.split(",").map((name) => {
    const day = DAY_NAMES.findIndex((known) => known === name.trim().toLowerCase());
    if (day < 0) throw usage(`\`${name}\` is no day.`, `Days are ${DAY_NAMES.join(", ")}.`);
    return day;
  });
  return [...new Set(days)].toSorted((a, b) => a - b);
}

function timezoneOf(name = "UTC"): string {
  if (isTimeZone(name)) return name;
  const suggestion = nearName(name, Intl.supportedValuesOf("timeZone"));
  throw usage(`There is no time zone \`${name}\`.`, suggestion === undefined ? "Say `UTC` or a name as `Europe/Berlin`." : `Did you mean \`${suggestion}\`?`);
}

function bytesPerSecond(option: string, text: string): number {
  const rate = parseByteRate(text);
  if (rate !== undefined && rate > 0 && rate <= MOST_BYTES_PER_SECOND) return rate;
  const words = option === "--outside" ? "`unlimited`, `pause`, or " : "";
  throw usage(`${option}: \`${text}\` is no rate of more than 0 and at most 9,999 MB/s.`, `Say ${words}a rate as 50MB/s. To hold all back: --outside pause.`);
}

function usage(message: string, hint: string): TidemarkError {
  return new TidemarkError("USAGE", message, { hint });
}

import type { BarsData } from "./page-data.ts";

interface Totals {
  items: number;
  bytes: number;
}

type ByKind = Map<string, Totals>;

/** Lower edges of the size classes; the last one has no end. Bytes. */
const SIZES = [0, 1, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11];
const SIZE_WORDS = ["empty", "< 1 kB", "< 10 kB", "< 100 kB", "< 1 MB", "< 10 MB", "< 100 MB", "< 1 GB", "< 10 GB", "< 100 GB", "more"];

/** Counts items and bytes by size class. */
export class SizeHistogram {
  readonly #classes: ByKind[] = SIZES.map(() => new Map());

  add(kind: string, bytes: number): void {
    let at = SIZES.length - 1;
    while (at > 0 && bytes < (SIZES[at] ?? 0)) at -= 1;
    count(this.#classes[at], kind, bytes);
  }

  /** @returns undefined where there is nothing to compare: all is of one class */
  finish(id: string, kinds: readonly string[]): BarsData | undefined {
    const used = this.#classes.flatMap((totals, at) => (totals.size > 0 ? [at] : []));
    const [first = 0] = used;
    const last = used.at(-1) ?? -1;
    if (used.length < 2) return undefined;
    return bars(id, SIZE_WORDS.slice(first, last + 1), this.#classes.slice(first, last + 1), kinds);
  }
}

const DAY_MS = 86_400_000;
/** Days since the epoch that are counted one by one, 1970 to 2200: what lies outside is a clock that is wrong, or an attack. */
const LAST_DAY = 84_006;
/** Bars that a picture has room for. */
const MOST_BARS = 36;

/** Counts items and bytes by the day on which they were last changed, in UTC. */
export class AgeHistogram {
  readonly #days = new Map<number, ByKind>();

  /** @param at milliseconds since the epoch */
  add(kind: string, bytes: number, at: number): void {
    const day = Math.floor(at / DAY_MS);
    if (!(day >= 0 && day <= LAST_DAY)) return;
    let totals = this.#days.get(day);
    if (totals === undefined) this.#days.set(day, (totals = new Map()));
    count(totals, kind, bytes);
  }

  /** By day, month or year, as there is room for. @returns undefined where all is of one day */
  finish(id: string, kinds: readonly string[]): BarsData | undefined {
    const days = [...this.#days.keys()].toSorted((a, b) => a - b);
    const [first] = days;
    const last = days.at(-1);
    if (first === undefined || last === undefined || first === last) return undefined;
    const unit = UNITS.find(({ between }) => between(first, last) < MOST_BARS) ?? YEARS;
    const names = unit.names(first, last);
    const totals = new Map<string, ByKind>(names.map((name) => [name, new Map()]));
    for (const [day, byKind] of this.#days) {
      const into = totals.get(unit.name(day));
      for (const [kind, { items, bytes }] of byKind) count(into, kind, bytes, items);
    }
    return bars(
      id,
      names,
      names.map((name) => totals.get(name) ?? new Map()),
      kinds,
    );
  }
}

interface Unit {
  /** How many begin after the first and up to the last. */
  between(first: number, last: number): number;
  name(day: number): string;
  names(first: number, last: number): string[];
}

const iso = (day: number) => new Date(day * DAY_MS).toISOString();
const monthOf = (day: number) => Number(iso(day).slice(0, 4)) * 12 + Number(iso(day).slice(5, 7)) - 1;
const monthName = (month: number) => `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;
const range = (first: number, last: number, name: (at: number) => string) => Array.from({ length: last - first + 1 }, (_, at) => name(first + at));

const DAYS: Unit = { between: (first, last) => last - first, name: (day) => iso(day).slice(0, 10), names: (first, last) => range(first, last, DAYS.name) };
const MONTHS: Unit = {
  between: (first, last) => monthOf(last) - monthOf(first),
  name: (day) => monthName(monthOf(day)),
  names: (first, last) => range(monthOf(first), monthOf(last), monthName),
};
const YEARS: Unit = {
  between: (first, last) => Number(YEARS.name(last)) - Number(YEARS.name(first)),
  name: (day) => iso(day).slice(0, 4),
  names: (first, last) => range(Number(YEARS.name(first)), Number(YEARS.name(last)), String),
};
const UNITS = [DAYS, MONTHS, YEARS];

function count(totals: ByKind | undefined, kind: string, bytes: number, items?: number): void {
  const known = totals?.get(kind);
  if (known === undefined) {
    totals?.set(kind, { items: items ?? 1, bytes });
  } else {
    known.items += items ?? 1;
    known.bytes += bytes;
  }
}

function bars(id: string, categories: readonly string[], totals: readonly ByKind[], kinds: readonly string[]): BarsData {
  const used = kinds.filter((kind) => totals.some((each) => each.has(kind)));
  const measures = (["items", "bytes"] as const).map((measure) => ({
    measure,
    series: used.map((kind) => ({ kind, values: totals.map((each) => each.get(kind)?.[measure] ?? 0) })),
  }));
  return { type: "bars", id, lying: false, categories, measures };
}

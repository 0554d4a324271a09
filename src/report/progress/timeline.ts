import type { TidemarkEvent } from "../../core/events.ts";

/** How far a run was at a moment. All but `at` are sums since it began. */
export interface Sample {
  /** Milliseconds since the run began. */
  readonly at: number;
  readonly items: number;
  /** Done and, of large items, moved so far. */
  readonly bytes: number;
  readonly problems: number;
  readonly retries: number;
}

/** Samples that are kept: a picture has no room for more. */
const MOST = 200;
const FIRST_INTERVAL_MS = 250;

/**
 * Remembers how a run went over time. Takes constant memory: where there are too many samples every
 * other one is dropped, and from then on they are taken half as often.
 */
export class Timeline {
  readonly #now: () => number;
  readonly #done = new Map<string, { readonly items: number; readonly bytes: number }>();
  #began = 0;
  #interval = FIRST_INTERVAL_MS;
  #moved = 0;
  #problems = 0;
  #retries = 0;
  #samples: Sample[] = [];

  /** @param now milliseconds; only differences count */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  take(event: TidemarkEvent): void {
    switch (event.type) {
      case "runStarted":
        this.#began = this.#now();
        this.#samples = [{ at: 0, items: 0, bytes: 0, problems: 0, retries: 0 }];
        break;
      case "progress":
        this.#done.set(event.sync, { items: event.items, bytes: event.bytes });
        this.#sample(false);
        break;
      case "transferred":
        this.#moved += event.bytes;
        this.#sample(false);
        break;
      case "itemProblem":
        this.#problems += 1;
        break;
      case "retry":
        this.#retries += 1;
        this.#sample(false);
        break;
      default:
    }
  }

  /** @returns all until now; none where no run began */
  samples(): readonly Sample[] {
    if (this.#samples.length > 0) this.#sample(true);
    return this.#samples;
  }

  #sample(always: boolean): void {
    const last = this.#samples.at(-1);
    if (last === undefined) return;
    const at = Math.round(this.#now() - this.#began);
    if (!always && at - last.at < this.#interval) return;
    if (at <= last.at && this.#samples.length > 1) this.#samples.pop();
    let items = 0;
    let bytes = 0;
    for (const done of this.#done.values()) {
      items += done.items;
      bytes += done.bytes;
    }
    // Bytes on their way may be sent again; what is done never becomes less.
    this.#samples.push({ at, items, bytes: Math.max(bytes, this.#moved, last.bytes), problems: this.#problems, retries: this.#retries });
    if (this.#samples.length <= MOST) return;
    this.#samples = this.#samples.filter((_, place) => place % 2 === 0);
    this.#interval *= 2;
  }
}

/** As the state keeps it. */
export function writeSamples(samples: readonly Sample[]): string {
  return JSON.stringify({ course: samples.map(({ at, items, bytes, problems, retries }) => [at, items, bytes, problems, retries]) });
}

/** @returns none where there is nothing that this version can read */
export function readSamples(text: string | undefined): readonly Sample[] {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    return [];
  }
  const rows: unknown = typeof value === "object" && value !== null && "course" in value ? value.course : undefined;
  if (!Array.isArray(rows)) return [];
  return rows.slice(0, 2 * MOST).flatMap((row: unknown): Sample[] => {
    if (!Array.isArray(row)) return [];
    const cells = row.filter((cell): cell is number => typeof cell === "number" && Number.isFinite(cell) && cell >= 0);
    const [at, items, bytes, problems, retries] = cells;
    if (at === undefined || items === undefined || bytes === undefined || problems === undefined || retries === undefined) return [];
    return [{ at, items, bytes, problems, retries }];
  });
}

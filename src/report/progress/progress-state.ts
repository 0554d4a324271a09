import type { TidemarkEvent } from "../../core/events.ts";

/** How far a run is, summed over its syncs. */
export interface ProgressSnapshot {
  readonly phase: "starting" | "listing" | "applying";
  readonly sync: string | undefined;
  readonly listed: { readonly source: number; readonly destination: number };
  readonly items: { readonly done: number; readonly of: number; readonly failed: number };
  readonly bytes: { readonly done: number; readonly of: number };
  /** Rows that tables are to be filled with, an estimate; 0 for objects. How many are done is told by bytes. */
  readonly rows: { readonly of: number };
  /** Over the last half minute. */
  readonly rate: { readonly items: number; readonly bytes: number };
  /** Milliseconds; undefined while nothing moves. */
  readonly left: number | undefined;
}

interface Sample {
  readonly at: number;
  readonly items: number;
  readonly bytes: number;
}

const WINDOW_MS = 30_000;
/** No more often: the rate needs no more, and a sample each event would be a memory that grows with the work. */
const SAMPLE_MS = 500;

/** Sums up events into numbers that a line can show. Takes constant memory. */
export class ProgressState {
  readonly #now: () => number;
  readonly #listed = new Map<string, { source: number; destination: number }>();
  readonly #done = new Map<string, { items: number; bytes: number; failed: number }>();
  #phase: ProgressSnapshot["phase"] = "starting";
  #sync: string | undefined;
  #of = { items: 0, bytes: 0, rows: 0 };
  /** Bytes of large items on their way; an outcome counts them again, as done. */
  #transferred = 0;
  #samples: Sample[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  take(event: TidemarkEvent): void {
    switch (event.type) {
      case "syncListing":
        this.#phase = "listing";
        this.#sync = event.sync;
        break;
      case "listed":
        this.#listed.set(event.sync, { source: event.source, destination: event.destination });
        break;
      case "runStarted":
        this.#phase = "applying";
        this.#of = { items: event.items, bytes: event.bytes, rows: event.rows ?? 0 };
        this.#sample(true);
        break;
      case "syncStarted":
        this.#sync = event.sync;
        break;
      case "progress":
        this.#done.set(event.sync, { items: event.items, bytes: event.bytes, failed: event.failed });
        this.#sample(false);
        break;
      case "transferred":
        this.#transferred += event.bytes;
        this.#sample(false);
        break;
      default:
    }
  }

  snapshot(): ProgressSnapshot {
    const done = this.#sum();
    const rate = this.#rate(done);
    const left = { items: Math.max(0, this.#of.items - done.items), bytes: Math.max(0, this.#of.bytes - Math.max(done.bytes, this.#transferred)) };
    const waits = [rate.items > 0 ? left.items / rate.items : undefined, left.bytes > 0 && rate.bytes > 0 ? left.bytes / rate.bytes : undefined].filter(
      (wait) => wait !== undefined,
    );
    let source = 0;
    let destination = 0;
    for (const listed of this.#listed.values()) {
      source += listed.source;
      destination += listed.destination;
    }
    return {
      phase: this.#phase,
      sync: this.#sync,
      listed: { source, destination },
      items: { done: done.items, of: this.#of.items, failed: done.failed },
      bytes: { done: Math.max(done.bytes, Math.min(this.#transferred, this.#of.bytes)), of: this.#of.bytes },
      rows: { of: this.#of.rows },
      rate,
      left: waits.length === 0 || this.#phase !== "applying" ? undefined : Math.max(...waits) * 1000,
    };
  }

  #sum(): { items: number; bytes: number; failed: number } {
    const total = { items: 0, bytes: 0, failed: 0 };
    for (const { items, bytes, failed } of this.#done.values()) {
      total.items += items;
      total.bytes += bytes;
      total.failed += failed;
    }
    return total;
  }

  #sample(always: boolean): void {
    const at = this.#now();
    const last = this.#samples.at(-1);
    if (!always && last && at - last.at < SAMPLE_MS) return;
    const done = this.#sum();
    this.#samples.push({ at, items: done.items, bytes: Math.max(done.bytes, this.#transferred) });
    const oldest = this.#samples.findIndex((sample) => at - sample.at <= WINDOW_MS);
    if (oldest > 0) this.#samples.splice(0, oldest);
  }

  #rate(done: { items: number; bytes: number }): { items: number; bytes: number } {
    const first = this.#samples[0];
    const seconds = first ? (this.#now() - first.at) / 1000 : 0;
    if (!first || seconds <= 0) return { items: 0, bytes: 0 };
    return { items: (done.items - first.items) / seconds, bytes: (Math.max(done.bytes, this.#transferred) - first.bytes) / seconds };
  }
}

import type { ListRange, ObjectEntry, ReadStore } from "../store.ts";
import { type Page, Segment } from "./segment.ts";

export interface ParallelListingOptions {
  /** Requests at once. Default: as many as latency asks for, and one where it asks for none. */
  readonly lanes?: number | undefined;
  /** Pages that may wait to be handed out: the bound of its memory. */
  readonly pagesAhead?: number | undefined;
  readonly signal: AbortSignal;
}

const MAX_LANES = 10;
/** Pages of a segment. A segment's last page is half empty on average: fewer would waste more requests. */
const SEGMENT_PAGES = 6;
const PAGES_AHEAD = 60;
/** Share of requests that may bring nothing, or what another one brings too. */
const MAX_WASTE = 0.15;
/** Pages that show that a listing is long; shorter ones cost no request more. */
const FIRST_PAGES = 3;
/** Work that one page is for this process, in milliseconds: latency below a few of these is no use. */
const PAGE_WORK = 5;

/**
 * A listing in byte order, faster than one request after the other where the network is what limits.
 *
 * A flat key space cannot be asked for its parts, so they are guessed: pages show how many keys there
 * are where, segments of some pages each are cut ahead by that, listed at once and handed out in
 * order. Where guesses turn out badly, dense segments are cut again and empty ones cost a request;
 * when more than about one in seven was wasted, it goes on without guessing. What is listed never
 * depends on a guess: segments cover the range without gap or overlap wherever they are cut.
 *
 * @throws ListingOutOfOrderError where pages are not in byte order
 */
export async function* parallelListing(
  store: ReadStore,
  range: ListRange,
  { lanes, pagesAhead = PAGES_AHEAD, signal }: ParallelListingOptions,
): AsyncGenerator<readonly ObjectEntry[], void, undefined> {
  const stop = new AbortController();
  const listing = new ParallelListing({ store, range, lanes, pagesAhead, signal: AbortSignal.any([signal, stop.signal]) });
  try {
    for (let page = await listing.next(); page; page = await listing.next()) yield page;
  } finally {
    stop.abort();
    await listing.close();
  }
}

interface Setting {
  readonly store: ReadStore;
  readonly range: ListRange;
  readonly lanes: number | undefined;
  readonly pagesAhead: number;
  readonly signal: AbortSignal;
}

class ParallelListing {
  readonly #setting: Setting;
  /** In byte order; the first is being handed out. */
  readonly #segments: Segment[];
  #inFlight = 0;
  #closed = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  #received = 0;
  #taken = 0;
  #requests = 0;
  #wasted = 0;
  /** Milliseconds. */
  #latency = Infinity;
  #latencyNow = 0;
  #consumption = 0;
  #handedOut = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#segments = [new Segment(setting.range, undefined)];
  }

  /** @returns undefined at the end */
  async next(): Promise<Page | undefined> {
    const asked = performance.now();
    if (this.#taken > 0) this.#consumption += (asked - this.#handedOut - this.#consumption) / 4;
    for (;;) {
      this.#fill(true);
      if (this.#failure) throw this.#failure.error;
      const [head] = this.#segments;
      if (!head) return undefined;
      const page = head.pages.shift();
      if (page) {
        this.#taken += 1;
        this.#handedOut = performance.now();
        this.#fill(false);
        return page;
      }
      if (head.done) this.#segments.shift();
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#segments.map((segment) => segment.close()));
  }

  /** @param waiting whether somebody waits for the first page: then it is fetched whatever is held */
  #fill(waiting: boolean): void {
    while (!this.#closed && !this.#failure && this.#inFlight < this.#lanes()) {
      const segment = this.#pick(waiting);
      if (!segment) return;
      void this.#fetch(segment);
    }
  }

  /** The first segment that may go on; cuts one where there is none. */
  #pick(waiting: boolean): Segment | undefined {
    // What was prefetched but never asked for stays small: many listings may wait beside each other.
    const allowed = Math.min(this.#setting.pagesAhead, 2 + this.#taken * SEGMENT_PAGES);
    const held = this.#segments.reduce((sum, segment) => sum + segment.pages.length, this.#inFlight);
    const unproven = this.#segments.filter((segment) => segment.unproven).length;
    const mayGuess =
      this.#received >= FIRST_PAGES && unproven * 3 < this.#received && unproven * 3 <= this.#lanes() && this.#wasted <= 4 + this.#requests * MAX_WASTE;
    let before = 0;
    for (const [i, segment] of this.#segments.entries()) {
      before += segment.pages.length + (segment.inFlight ? 1 : 0);
      const urgent = i === 0 && waiting && segment.pages.length === 0;
      if (!urgent && (before >= allowed || held >= allowed * 1.5)) return undefined;
      if (segment.done) continue;
      if (segment.inFlight) {
        if (mayGuess && !segment.unproven && this.#lanes() > 1) this.#cut(i, segment);
        continue;
      }
      if (segment.started) return segment;
      if (!mayGuess) return i === 0 ? segment : undefined;
      // Past an empty one, asking for whatever key comes next there tells most.
      if (!segment.afterEmpty) this.#cut(i, segment);
      else if (this.#segments[i - 1]?.unproven) return undefined;
      return segment;
    }
    return undefined;
  }

  #cut(i: number, segment: Segment): void {
    const least = segment.started ? SEGMENT_PAGES * 2 : SEGMENT_PAGES + SEGMENT_PAGES / 2;
    const rest = segment.split(SEGMENT_PAGES, least);
    if (rest) this.#segments.splice(i + 1, 0, rest);
  }

  async #fetch(segment: Segment): Promise<void> {
    const { store, signal } = this.#setting;
    const first = !segment.started;
    const began = performance.now();
    this.#inFlight += 1;
    try {
      const count = await segment.fetch(store, signal);
      // Later pages may have been on their way before they were asked for.
      if (first || this.#received < FIRST_PAGES) this.#measure(performance.now() - began);
      if (count > 0 || first) this.#requests += 1;
      if (count > 0) this.#received += 1;
      if (segment.done) this.#wasted += count === 0 && first ? 1 : 0.5;
      if (first) this.#learn(segment, count === 0);
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#inFlight -= 1;
    this.#fill(this.#wake !== undefined);
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Tells the next segment that is still to begin. */
  #learn(segment: Segment, empty: boolean): void {
    for (let i = this.#segments.indexOf(segment) + 1; i < this.#segments.length; i++) {
      const next = this.#segments[i];
      if (next && !next.started) next.afterEmpty = empty;
      if (!next?.unproven) return;
    }
  }

  #measure(milliseconds: number): void {
    this.#latency = Math.min(this.#latency, milliseconds);
    this.#latencyNow += (milliseconds - this.#latencyNow) / (this.#latencyNow === 0 ? 1 : 4);
  }

  /** As many as fit into the time an answer takes; fewer where they only make each other wait. */
  #lanes(): number {
    if (this.#received < FIRST_PAGES) return 1;
    const { lanes } = this.#setting;
    if (lanes !== undefined) return lanes;
    const useful = this.#latency / Math.max(PAGE_WORK, this.#consumption);
    return Math.min(MAX_LANES, Math.max(1, Math.round((useful * this.#latency) / this.#latencyNow)));
  }
}

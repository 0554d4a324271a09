import { compareKeys } from "../../core/byte-order.ts";
import type { ListRange, ObjectEntry, ReadStore } from "../store.ts";
import { KeyScale } from "./key-scale.ts";
import { ListingOutOfOrderError } from "./out-of-order.ts";

/** How many keys there are where, as one page shows it. */
export interface Density {
  readonly scale: KeyScale;
  readonly perPage: bigint;
}

export type Page = readonly ObjectEntry[];

/** A part of a range that is listed by itself. */
export class Segment {
  readonly #range: ListRange;
  #iterator: AsyncIterator<Page, undefined> | undefined;
  #at: string | undefined;
  #limit: string | undefined;
  /** Measured when it is asked for: most pages never are. */
  #sample: Page | undefined;
  #density: Density | undefined;
  /** Pages that wait to be handed out. */
  readonly pages: Page[] = [];
  inFlight = false;
  /** What lies before it turned out empty: the guess of where keys are does not hold here. */
  afterEmpty = false;
  done = false;
  received = 0;

  /** @param density of the place before, until its own is known */
  constructor(range: ListRange, density: Density | undefined) {
    this.#range = range;
    this.#at = range.after;
    this.#limit = range.upTo;
    this.#density = density;
  }

  /** Whether it was begun and nothing is known of it yet. */
  get unproven(): boolean {
    return this.inFlight && this.received === 0;
  }

  get started(): boolean {
    return this.#iterator !== undefined;
  }

  /**
   * Gives what lies more than so many pages ahead away, as a segment of its own.
   *
   * @param pages that are kept
   * @param least how many pages there must seem to be for that
   */
  split(pages: number, least: number): Segment | undefined {
    const boundary = this.#boundary(pages, least);
    if (boundary === undefined) return undefined;
    const rest = new Segment({ ...this.#range, after: boundary, upTo: this.#limit }, this.#density);
    this.#limit = boundary;
    return rest;
  }

  #boundary(pages: number, least: number): string | undefined {
    if (this.#sample) {
      this.#density = densityOf(this.#sample) ?? this.#density;
      this.#sample = undefined;
    }
    if (!this.#density || this.#at === undefined) return undefined;
    const { scale, perPage } = this.#density;
    const at = scale.value(this.#at);
    const end = this.#limit === undefined ? scale.end : scale.value(this.#limit);
    if (end - at < perPage * BigInt(least)) return undefined;
    const value = at + perPage * BigInt(pages);
    if (value >= scale.end) return undefined;
    const boundary = scale.key(value);
    if (compareKeys(boundary, this.#at) <= 0 || (this.#limit !== undefined && compareKeys(boundary, this.#limit) >= 0)) return undefined;
    return boundary;
  }

  /**
   * Fetches its next page.
   *
   * @returns how many entries came, of those that are its own
   */
  async fetch(store: ReadStore, signal: AbortSignal): Promise<number> {
    this.inFlight = true;
    try {
      this.#iterator ??= store.list({ ...this.#range, upTo: this.#limit }, signal)[Symbol.asyncIterator]();
      const { done, value } = await this.#iterator.next();
      if (done) {
        this.done = true;
        return 0;
      }
      return await this.#accept(value, store);
    } finally {
      this.inFlight = false;
    }
  }

  async #accept(page: Page, store: ReadStore): Promise<number> {
    const [first] = page;
    const last = page.at(-1);
    if (first === undefined || last === undefined) return 0;
    // Within its pages the store watches the order.
    if (this.#at !== undefined && compareKeys(this.#at, first.key) >= 0) throw new ListingOutOfOrderError(store.display, this.#at, first.key);
    this.#at = last.key;
    const limit = this.#limit;
    // Where it was split after it began, the rest is listed by another.
    this.done = limit !== undefined && compareKeys(last.key, limit) > 0;
    const count = this.done && limit !== undefined ? page.findIndex(({ key }) => compareKeys(key, limit) > 0) : page.length;
    const own = count === page.length ? page : page.slice(0, count);
    if (own.length > 0) this.pages.push(own);
    this.received += 1;
    if (this.done) await this.close();
    else this.#sample = page;
    return count;
  }

  /** Errors of pages that nobody wants any more are passed over. */
  async close(): Promise<void> {
    await this.#iterator?.return?.().then(undefined, () => undefined);
  }
}

function densityOf(page: Page): Density | undefined {
  const keys = page.map(({ key }) => key);
  const [first] = keys;
  const last = keys.at(-1);
  if (first === undefined || last === undefined || keys.length < 2) return undefined;
  const scale = new KeyScale(keys);
  const span = scale.value(last) - scale.value(first);
  return { scale, perPage: span > 0n ? span : 1n };
}

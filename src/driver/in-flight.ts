import type { Emit, ItemInFlight } from "../core/events.ts";

export interface InFlightOptions {
  readonly sync: string;
  /** Which thread this is. */
  readonly part?: number | undefined;
  readonly emit: Emit;
  /** Milliseconds; only differences count. */
  readonly now?: (() => number) | undefined;
}

/** No more often, milliseconds: somebody looks at it. */
const EVERY_MS = 500;
/** Told at a time: more is not shown. */
const MOST_TOLD = 8;

interface Flying {
  readonly key: string;
  readonly bytes: number;
  readonly since: number;
  done: number;
}

/** Knows what is in flight, and tells of the largest twice a second, however many items come and go. */
export class InFlight {
  readonly #options: InFlightOptions;
  readonly #now: () => number;
  readonly #items = new Map<string, Flying>();
  readonly #timer: NodeJS.Timeout;
  #told = 0;

  constructor(options: InFlightOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#timer = setInterval(() => this.tell(), EVERY_MS);
    this.#timer.unref();
  }

  /** Hands events on, and learns from them how far an item is. */
  readonly emit: Emit = (event) => {
    if (event.type === "transferred" && event.key !== undefined) {
      const item = this.#items.get(event.key);
      if (item !== undefined) item.done += event.bytes;
    }
    this.#options.emit(event);
  };

  /** @param bytes 0 where nobody knows */
  begin(key: string, bytes: number): void {
    this.#items.set(key, { key, bytes, since: this.#now(), done: 0 });
  }

  end(key: string): void {
    this.#items.delete(key);
  }

  /** Tells now. Says nothing where nothing is in flight, and nothing was. */
  tell(): void {
    if (this.#items.size === 0 && this.#told === 0) return;
    this.#told = this.#items.size;
    const { sync, part = 0, emit } = this.#options;
    emit({ type: "inFlight", sync, part, count: this.#items.size, items: this.#largest() });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#items.clear();
    this.tell();
  }

  #largest(): ItemInFlight[] {
    const now = this.#now();
    return [...this.#items.values()]
      .toSorted((a, b) => b.bytes - a.bytes || a.since - b.since)
      .slice(0, MOST_TOLD)
      .map(({ key, bytes, done, since }) => ({ key, bytes, done: Math.min(done, bytes), sinceMs: Math.round(now - since) }));
  }
}

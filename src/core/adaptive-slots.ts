import type { RequestSlots } from "./request-slots.ts";

export interface SlotOptions {
  /** A fixed number, or growth while throughput grows. */
  readonly concurrency: "auto" | number;
  /** Called when the number changes. */
  readonly onChange?: ((limit: number) => void) | undefined;
  /** Milliseconds; for tests. */
  readonly now?: (() => number) | undefined;
}

const FIRST = 24;
const MOST = 384;
const WINDOW_MS = 150;
/** How many windows a limit that brought nothing is left alone. */
const PATIENCE = 30;

/**
 * Requests in flight. With `auto` the number climbs by half while a larger one moves more, steps back
 * when it did not, and is cut by a third when a server asks to slow down.
 */
export class AdaptiveSlots implements RequestSlots {
  readonly #auto: boolean;
  readonly #onChange: ((limit: number) => void) | undefined;
  readonly #now: () => number;
  readonly #waiting: Waiter[] = [];
  #limit: number;
  #used = 0;
  #full = false;

  #windowStart: number;
  #done = 0;
  #bytes = 0;
  /** Of the window before: what the smaller limit moved. */
  #lastRate = 0;
  #grewFrom = 0;
  #rest = 0;
  #cutAt = Number.NEGATIVE_INFINITY;

  constructor({ concurrency, onChange, now = () => performance.now() }: SlotOptions) {
    this.#auto = concurrency === "auto";
    this.#limit = concurrency === "auto" ? FIRST : concurrency;
    this.#onChange = onChange;
    this.#now = now;
    this.#windowStart = now();
  }

  get limit(): number {
    return this.#limit;
  }

  get used(): number {
    return this.#used;
  }

  acquire(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(asError(signal.reason));
    if (this.tryAcquire()) return granted;
    this.#full = true;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { resolve, reject, signal, onAbort: () => this.#drop(waiter) };
      signal.addEventListener("abort", waiter.onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }

  tryAcquire(): boolean {
    if (this.#used >= this.#limit || this.#waiting.length > 0) return false;
    this.#used += 1;
    return true;
  }

  release(bytes: number): void {
    this.#used -= 1;
    this.#done += 1;
    this.#bytes += bytes;
    if (this.#auto) this.#adapt();
    this.#wake();
  }

  throttled(): void {
    if (!this.#auto) return;
    const now = this.#now();
    // One answer a round trip: the requests already in flight will be refused as well.
    if (now - this.#cutAt < 1000) return;
    this.#cutAt = now;
    this.#rest = PATIENCE;
    this.#grewFrom = 0;
    this.#set(Math.max(1, Math.floor((this.#limit * 2) / 3)));
  }

  #adapt(): void {
    const now = this.#now();
    const elapsed = now - this.#windowStart;
    if (elapsed < WINDOW_MS || this.#done < this.#limit) return;
    // Small items cost a request each and large ones their bytes: both are work.
    const rate = (this.#done + this.#bytes / 65_536) / elapsed;
    const wanted = this.#full;
    this.#windowStart = now;
    this.#done = 0;
    this.#bytes = 0;
    this.#full = this.#waiting.length > 0;

    if (this.#grewFrom > 0 && rate < this.#lastRate * 1.05) {
      const back = this.#grewFrom;
      this.#grewFrom = 0;
      this.#rest = PATIENCE;
      this.#lastRate = rate;
      this.#set(back);
      return;
    }
    this.#lastRate = rate;
    this.#grewFrom = 0;
    if (this.#rest > 0) {
      this.#rest -= 1;
      return;
    }
    if (!wanted || this.#limit >= MOST) return;
    this.#grewFrom = this.#limit;
    this.#set(Math.min(MOST, Math.ceil(this.#limit * 1.5)));
  }

  #set(limit: number): void {
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#onChange?.(limit);
    this.#wake();
  }

  #wake(): void {
    while (this.#used < this.#limit) {
      const waiter = this.#waiting.shift();
      if (!waiter) return;
      waiter.signal.removeEventListener("abort", waiter.onAbort);
      this.#used += 1;
      waiter.resolve();
    }
  }

  #drop(waiter: Waiter): void {
    const at = this.#waiting.indexOf(waiter);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    waiter.reject(asError(waiter.signal.reason));
  }
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal;
  readonly onAbort: () => void;
}

const granted = Promise.resolve();

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}

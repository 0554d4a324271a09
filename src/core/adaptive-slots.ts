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
const WINDOW_MS = 100;
/** How many windows nothing grows after a server asked to slow down. */
const PATIENCE = 30;
const GROWTH = 1.5;
/** Where requests take this much longer than they need to, more of them only wait for each other. */
const QUEUEING = 1.6;

/**
 * Requests in flight. With `auto` their number grows by half while each takes no longer for it, which
 * is while the latency is what limits; it is cut by a third when a server asks to slow down.
 */
export class AdaptiveSlots implements RequestSlots {
  #auto: boolean;
  readonly #onChange: ((limit: number) => void) | undefined;
  readonly #now: () => number;
  readonly #waiting: Waiter[] = [];
  #limit: number;
  #used = 0;
  #full = false;

  #windowStart: number;
  #done = 0;
  /** The least time that requests took, milliseconds: without any of them waiting for another. */
  #shortest = Number.POSITIVE_INFINITY;
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

  /** From now on another number holds; what is in flight beyond it is finished. `auto` goes on from where it is. */
  change(concurrency: "auto" | number): void {
    this.#auto = concurrency === "auto";
    if (concurrency !== "auto") this.#set(concurrency);
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

  release(): void {
    this.#used -= 1;
    this.#done += 1;
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
    this.#set(Math.max(1, Math.floor((this.#limit * 2) / 3)));
  }

  #adapt(): void {
    const now = this.#now();
    const elapsed = now - this.#windowStart;
    if (elapsed < WINDOW_MS || this.#done < this.#limit) return;
    // By Little's law: how long each took, with that many under way.
    const latency = (this.#limit * elapsed) / this.#done;
    const wanted = this.#full;
    this.#windowStart = now;
    this.#done = 0;
    this.#full = this.#waiting.length > 0;
    this.#shortest = Math.min(this.#shortest, latency);
    if (this.#rest > 0) {
      this.#rest -= 1;
      return;
    }
    if (wanted && latency < this.#shortest * QUEUEING) this.#set(Math.min(MOST, Math.ceil(this.#limit * GROWTH)));
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

import type { Clock } from "./flow-clock.ts";
import type { FlowPeriod } from "./flow-windows.ts";

export interface MeterOptions {
  readonly clock: Clock;
  readonly limitAt: (instant: number) => FlowPeriod;
  readonly onPause?: ((until: number | undefined) => void) | undefined;
  /** Another limit holds from now on. */
  readonly onPeriod?: (() => void) | undefined;
}

interface Waiting {
  /** Passes when this much was earned. */
  readonly at: number;
  readonly pass: () => void;
}

/** Milliseconds. A clock that was set, or a machine that slept, is noticed after this. */
const LONGEST_WAIT = 60_000;

/**
 * Counts what was asked for and what was earned since it began. Whoever asks passes when as much was
 * earned as had been asked for by then, in the order of asking; what is earned and not asked for is
 * kept for a second. One timer, and only while somebody waits.
 */
export class Meter {
  readonly #clock: Clock;
  readonly #onPause: MeterOptions["onPause"];
  readonly #onPeriod: MeterOptions["onPeriod"];
  /** In the order of asking. */
  readonly #waiting = new Set<Waiting>();
  #limitAt: MeterOptions["limitAt"];
  #period: FlowPeriod;
  #asked = 0;
  #earned: number;
  #countedAt: number;
  #begunAt: number;
  #endTimer: (() => void) | undefined;
  #saidPause = false;

  constructor({ clock, limitAt, onPause, onPeriod }: MeterOptions) {
    this.#clock = clock;
    this.#onPause = onPause;
    this.#onPeriod = onPeriod;
    this.#limitAt = limitAt;
    this.#begunAt = clock.now();
    this.#period = limitAt(this.#begunAt);
    this.#countedAt = clock.elapsed();
    this.#earned = typeof this.#period.limit === "number" ? this.#period.limit : 0;
  }

  /** Whether somebody waits for the end of a pause. */
  get isPaused(): boolean {
    return this.#period.limit === "pause" && this.#waiting.size > 0;
  }

  get period(): FlowPeriod {
    return this.#period;
  }

  /** @returns undefined where it may pass at once */
  spend(amount: number, signal: AbortSignal): Promise<void> | undefined {
    const { limit, until } = this.#period;
    if (limit === "unlimited" && (until === Number.POSITIVE_INFINITY || this.#clock.now() < until)) return undefined;
    this.#count();
    if (this.#period.limit === "unlimited") return undefined;
    this.#asked += amount;
    if (this.#period.limit !== "pause" && this.#asked <= this.#earned) return undefined;
    return this.#wait(signal);
  }

  /** From now on other limits hold. */
  change(limitAt: MeterOptions["limitAt"]): void {
    this.#count();
    this.#limitAt = limitAt;
    this.#begin();
    this.#release();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = () => {
        this.#waiting.delete(waiting);
        // A timer without anybody who waits would keep the process.
        if (this.#waiting.size === 0) this.#setTimer();
        reject(signal.reason);
      };
      const waiting: Waiting = {
        at: this.#asked,
        pass: () => {
          signal.removeEventListener("abort", leave);
          resolve();
        },
      };
      this.#waiting.add(waiting);
      signal.addEventListener("abort", leave, { once: true });
      // Those who were here before pass before.
      if (this.#endTimer === undefined) this.#setTimer();
    });
  }

  /** Counts up to now, and goes over to what holds now. */
  #count(): void {
    const elapsed = this.#clock.elapsed();
    const { limit, until } = this.#period;
    if (typeof limit === "number") this.#earn(((elapsed - this.#countedAt) / 1000) * limit, limit);
    this.#countedAt = elapsed;
    const now = this.#clock.now();
    // Earlier than its own beginning: the clock was set back.
    if (now >= until || now < this.#begunAt) this.#begin();
  }

  #begin(): void {
    this.#begunAt = this.#clock.now();
    this.#period = this.#limitAt(this.#begunAt);
    this.#saidPause = false;
    const { limit } = this.#period;
    if (typeof limit === "number") this.#earn(0, limit);
    // Nobody is held back for what passed while nothing was counted.
    else if (limit === "unlimited") this.#earned = this.#asked;
    else this.#earned = Math.min(this.#earned, this.#asked);
    this.#onPeriod?.();
  }

  #earn(amount: number, keptAtMost: number): void {
    this.#earned = Math.min(this.#asked + keptAtMost, this.#earned + amount);
  }

  #release(): void {
    this.#count();
    const { limit } = this.#period;
    if (limit !== "pause") {
      for (const waiting of this.#waiting) {
        if (limit !== "unlimited" && waiting.at > this.#earned) break;
        this.#waiting.delete(waiting);
        waiting.pass();
      }
    }
    this.#setTimer();
  }

  #setTimer(): void {
    this.#endTimer?.();
    this.#endTimer = undefined;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const { limit, until } = this.#period;
    const untilTurn = until - this.#clock.now();
    if (limit === "pause" && !this.#saidPause) {
      this.#saidPause = true;
      this.#onPause?.(Number.isFinite(until) ? until : undefined);
    }
    const untilEarned = typeof limit === "number" ? ((first.at - this.#earned) / limit) * 1000 - (this.#clock.elapsed() - this.#countedAt) : LONGEST_WAIT;
    // Rounded up, and never 0: a timer that ends too early would only be set again.
    const ms = Math.max(1, Math.ceil(Math.min(untilEarned, untilTurn, LONGEST_WAIT)));
    this.#endTimer = this.#clock.after(ms, () => this.#release());
  }
}

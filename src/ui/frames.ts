/** Frames are at least this far apart, milliseconds: ten a second. */
export const FRAME_MS = 100;

/** Says when the next frame is due, so that a thousand changes cost one. */
export class Frames {
  readonly #listeners = new Set<() => void>();
  #number = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** For React. @returns what ends it */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly current = (): number => this.#number;

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Something is to be drawn that was not: at once, or when the frame before had its time. */
  changed(): void {
    if (this.#stopped || this.#timer !== undefined) return;
    const due = this.#drawnAt + FRAME_MS - performance.now();
    if (due <= 0) return this.next();
    this.#timer = setTimeout(() => this.next(), due);
    // Ten frames are no reason to live on.
    this.#timer.unref();
  }

  /** Draws without waiting. */
  next(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawnAt = performance.now();
    this.#number += 1;
    for (const listener of this.#listeners) listener();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

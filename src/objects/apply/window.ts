/**
 * How much may be under way at a time, in bytes or in items. What is beyond waits its turn, in order;
 * one larger than the window passes when it is alone.
 */
export class Window {
  readonly #size: number;
  readonly #waiting: { readonly amount: number; readonly resolve: () => void }[] = [];
  #used = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** @returns undefined where there is room at once, so that the common case costs no promise */
  enter(amount: number): Promise<void> | undefined {
    if (this.#waiting.length === 0 && (this.#used === 0 || this.#used + amount <= this.#size)) {
      this.#used += amount;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push({ amount, resolve }));
  }

  leave(amount: number): void {
    this.#used -= amount;
    for (let next = this.#waiting[0]; next && (this.#used === 0 || this.#used + next.amount <= this.#size); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#used += next.amount;
      next.resolve();
    }
  }
}

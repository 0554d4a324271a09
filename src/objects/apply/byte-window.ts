/**
 * How many bytes of content may be in memory at a time. Items beyond wait their turn, in order; one
 * larger than the window passes when it is alone.
 */
export class ByteWindow {
  readonly #size: number;
  readonly #waiting: { readonly bytes: number; readonly resolve: () => void }[] = [];
  #used = 0;

  /** @param size bytes */
  constructor(size: number) {
    this.#size = size;
  }

  /** @returns undefined where there is room at once, so that the common case costs no promise */
  enter(bytes: number): Promise<void> | undefined {
    if (this.#waiting.length === 0 && (this.#used === 0 || this.#used + bytes <= this.#size)) {
      this.#used += bytes;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push({ bytes, resolve }));
  }

  leave(bytes: number): void {
    this.#used -= bytes;
    for (let next = this.#waiting[0]; next && (this.#used === 0 || this.#used + next.bytes <= this.#size); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#used += next.bytes;
      next.resolve();
    }
  }
}

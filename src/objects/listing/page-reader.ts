/**
 * Reads a stream of pages one page ahead: the next one is asked for when the one before is handed out.
 */
export class PageReader<Entry> {
  readonly #iterator: AsyncIterator<readonly Entry[]> | undefined;
  #next: Promise<IteratorResult<readonly Entry[]>> | undefined;
  #ended = false;

  constructor(pages: AsyncIterable<readonly Entry[]> | readonly []) {
    this.#iterator = Symbol.asyncIterator in pages ? pages[Symbol.asyncIterator]() : undefined;
    this.#ended = this.#iterator === undefined;
  }

  /** Asks for the next page, if that was not done yet. */
  prefetch(): void {
    if (this.#ended || this.#next || !this.#iterator) return;
    this.#next = this.#iterator.next();
    // Whoever awaits the page sees the error; until then it is nobody's unhandled rejection.
    this.#next.catch(() => {});
  }

  /** @returns undefined at the end; also after `close` */
  async next(): Promise<readonly Entry[] | undefined> {
    this.prefetch();
    if (!this.#next) return undefined;
    try {
      const { done, value } = await this.#next;
      this.#next = undefined;
      if (done) {
        this.#ended = true;
        return undefined;
      }
      this.prefetch();
      return value;
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }

  /** Lets the stream release what it holds. Errors of pages that nobody wants any more are passed over. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await Promise.allSettled([this.#next, this.#iterator?.return?.()]);
  }
}

export interface PageReaderOptions {
  /** Whether handing out a page asks for the next one. Default: true. */
  readonly ahead?: boolean;
}

/** Reads a stream of pages, the next one being on its way while the one before is used. */
export class PageReader<Entry> {
  readonly #iterator: AsyncIterator<readonly Entry[], undefined> | undefined;
  readonly #ahead: boolean;
  #next: Promise<IteratorResult<readonly Entry[], undefined>> | undefined;
  #ended: boolean;

  constructor(pages: AsyncIterable<readonly Entry[]> | readonly [], { ahead = true }: PageReaderOptions = {}) {
    this.#iterator = Symbol.asyncIterator in pages ? pages[Symbol.asyncIterator]() : undefined;
    this.#ended = this.#iterator === undefined;
    this.#ahead = ahead;
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
      if (this.#ahead) this.prefetch();
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

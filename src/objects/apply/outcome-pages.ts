import type { Outcome } from "../../state/outcome.ts";

/**
 * Gathers outcomes as they come and hands them on in pages, whenever somebody takes one: what is in
 * flight never waits for what is being recorded.
 */
export class OutcomePages implements AsyncIterable<readonly Outcome[]> {
  #page: Outcome[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  push(...outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) this.#page.push(outcome);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Ends with an error, after what was pushed before. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Outcome[]> {
    for (;;) {
      if (this.#page.length > 0) {
        const page = this.#page;
        this.#page = [];
        yield page;
      } else if (this.#ended) {
        if (this.#failure) throw this.#failure.error;
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = undefined;
      }
    }
  }
}

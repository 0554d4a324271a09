import type { Outcome } from "../../state/outcome.ts";

/** Carries outcomes from several workers to one reader, in pages of what has gathered. */
export class OutcomeChannel {
  #gathered: Outcome[] = [];
  #wake: (() => void) | undefined;
  #end: { readonly error: unknown } | "done" | undefined;

  put(outcome: Outcome): void {
    this.#gathered.push(outcome);
    this.#wake?.();
  }

  /** Ends with the work: gives all of its outcomes, then throws what it threw. */
  async *during(work: Promise<void>): AsyncGenerator<readonly Outcome[]> {
    work.then(
      () => this.#finish("done"),
      (error: unknown) => this.#finish({ error }),
    );
    for (;;) {
      if (this.#gathered.length > 0) {
        const page = this.#gathered;
        this.#gathered = [];
        yield page;
        continue;
      }
      if (this.#end === "done") return;
      if (this.#end) throw this.#end.error;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
    }
  }

  #finish(end: { readonly error: unknown } | "done"): void {
    this.#end = end;
    this.#wake?.();
  }
}

/** Lets work go on while what it has done is being recorded. */
export function ahead(pages: AsyncIterable<readonly Outcome[]>): AsyncGenerator<readonly Outcome[]> {
  const channel = new OutcomeChannel();
  const drain = async () => {
    for await (const page of pages) for (const outcome of page) channel.put(outcome);
  };
  return channel.during(drain());
}

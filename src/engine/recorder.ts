import type { Outcome } from "../state/outcome.ts";
import type { Lease, StateStore } from "../state/state-store.ts";

export interface RecorderOptions {
  readonly run: string;
  readonly state: StateStore;
  readonly leases: readonly Lease[];
  /** Between two transactions, milliseconds: meanwhile outcomes gather. A kill loses at most these, and looks at them again. */
  readonly gatherMs: number;
  /** Called with outcomes that are durable. */
  onDurable(outcomes: readonly Outcome[]): void;
}

/**
 * Makes outcomes durable in few transactions: while one is written, those of all subtasks gather for
 * the next, so that the state is never what limits.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  #gathered: Outcome[] = [];
  #flushing: Promise<void> | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Resolves when the outcomes are durable. @throws what the state throws, `LEASE_LOST` among it */
  async add(outcomes: readonly Outcome[]): Promise<void> {
    for (const outcome of outcomes) this.#gathered.push(outcome);
    await (this.#flushing ??= this.#flushSoon());
  }

  async #flushSoon(): Promise<void> {
    // What comes after a while waits for nobody: the next phase of a database waits for it.
    const waitMs = Math.max(0, this.#flushedAt + this.#options.gatherMs - performance.now());
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    this.#flushedAt = performance.now();
    const batch = this.#gathered;
    this.#gathered = [];
    // What comes from here on belongs to the next transaction.
    this.#flushing = undefined;
    await this.#options.state.record(this.#options.run, batch, this.#options.leases);
    this.#options.onDurable(batch);
  }
}

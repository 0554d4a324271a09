import type { NumberedAction } from "../../changeset/action.ts";
import type { DoneActions, RunSession, Subtask } from "../../driver/sync-driver.ts";
import type { Outcome } from "../../state/outcome.ts";
import type { Intent } from "../../state/state-store.ts";
import type { ObjectBody } from "../store.ts";
import { cutSubtasks, phaseOf } from "./cut.ts";
import { OutcomePages } from "./outcome-pages.ts";
import { applied, isFatal, unapplied } from "./outcomes.ts";
import { transfer, type TransferOptions } from "./transfer.ts";
import { Window } from "./window.ts";

/** Content of small objects in memory at a time; large ones are streams and count as one of these each. */
const WINDOW_BYTES = 48 * 1024 * 1024;
const MOST_OF_ONE = 1024 * 1024;
/** Items that wait for a slot with their content read. */
const ITEMS_AHEAD = 96;

/** Applies the actions of one object sync. Owns its two stores for as long as the run lasts. */
export class ObjectRunSession implements RunSession {
  readonly #options: TransferOptions;
  readonly #window = new Window(WINDOW_BYTES);
  readonly #ahead = new Window(ITEMS_AHEAD);
  readonly #running = new Set<Promise<void>>();

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  cut(planId: string, actions: () => Iterable<NumberedAction>): Iterable<Subtask> {
    const { name, subtasks } = this.#options.sync;
    return cutSubtasks(actions, { planId, sync: name, maxObjects: subtasks.maxObjects, maxBytes: subtasks.maxBytes });
  }

  apply(subtask: Subtask, done: DoneActions): AsyncIterable<readonly Outcome[]> {
    const pages = new OutcomePages();
    const running = this.#begin(subtask, done, pages)
      .then(
        () => pages.end(),
        (error: unknown) => pages.fail(error),
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
    return pages;
  }

  async recover(intents: readonly Intent[], deadRuns: readonly string[]): Promise<readonly number[]> {
    return await this.#options.destination.recover(intents, deadRuns, this.#options.context.abort);
  }

  /** Waits for what is in flight, also where nobody takes its outcomes any more: its stores must not be taken away from it. */
  async close(): Promise<void> {
    await Promise.all(this.#running);
    await Promise.all([this.#options.source.close(), this.#options.destination.close()]);
  }

  /** Begins every action of a subtask as slots come free. @returns when the last of them has its outcome */
  async #begin(subtask: Subtask, done: DoneActions, pages: OutcomePages): Promise<void> {
    const { context } = this.#options;
    const { slots, signal } = context;
    const flight = new Flight();
    try {
      for (const action of context.actions(subtask.seqFrom, subtask.seqTo)) {
        if (phaseOf(action) !== subtask.phase || done.has(action.seq)) continue;
        if (signal.aborted || flight.failure) break;
        const held = Math.min(action.bytes, MOST_OF_ONE);
        await this.#window.enter(held);
        await this.#ahead.enter(1);
        flight.add();
        const opened = this.#readAhead(action);
        void slots
          .acquire(signal)
          .then(
            () => this.#one(action, opened, pages).finally(() => slots.release()),
            // Waiting for a slot ends when the run is stopped: then it was never begun.
            () => {
              this.#ahead.leave(1);
              return undefined;
            },
          )
          .then((failure) => {
            this.#window.leave(held);
            flight.land(failure);
          });
      }
    } finally {
      await flight.landed();
    }
    if (flight.failure) throw flight.failure.error;
  }

  /**
   * Threads read small files in batches; asked for one at a time, as slots come free, every message
   * would carry one.
   */
  #readAhead({ action, key, bytes, source: version }: NumberedAction): Promise<ObjectBody> | undefined {
    const { source, context } = this.#options;
    if (source.kind !== "directory" || action === "delete" || bytes > MOST_OF_ONE) return undefined;
    const opened = source.read(key, { version, signal: context.abort });
    // Whoever takes it sees its error; where the run is stopped before, nobody does.
    opened.catch(() => {});
    return opened;
  }

  /** Never rejects. @returns an error that must end the run */
  async #one(action: NumberedAction, opened: Promise<ObjectBody> | undefined, pages: OutcomePages): Promise<{ readonly error: unknown } | undefined> {
    const { context } = this.#options;
    const startedAt = Date.now();
    this.#ahead.leave(1);
    try {
      await context.budget.take(action.bytes, 1, context.signal);
    } catch {
      // Stopped while it waited for its share of the rate: it was never begun.
      return undefined;
    }
    context.inFlight?.begin(action.key, action.bytes);
    try {
      pages.push(applied(action, startedAt, await transfer(action, opened, this.#options)));
    } catch (error) {
      if (isFatal(error)) return { error };
      pages.push(unapplied(action, startedAt, error, context.abort.aborted));
    } finally {
      context.inFlight?.end(action.key);
    }
    return undefined;
  }
}

/** Counts what is in flight, and tells when the last has landed. */
class Flight {
  failure: { readonly error: unknown } | undefined;
  #up = 0;
  #whenLanded: (() => void) | undefined;

  add(): void {
    this.#up += 1;
  }

  land(failure: { readonly error: unknown } | undefined): void {
    this.failure ??= failure;
    this.#up -= 1;
    if (this.#up === 0) this.#whenLanded?.();
  }

  async landed(): Promise<void> {
    if (this.#up === 0) return;
    await new Promise<void>((resolve) => (this.#whenLanded = resolve));
  }
}

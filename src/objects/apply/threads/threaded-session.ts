import type { NumberedAction } from "../../../changeset/action.ts";
import type { DoneActions, RunContext, RunSession, Subtask } from "../../../driver/sync-driver.ts";
import type { Outcome } from "../../../state/outcome.ts";
import type { Intent } from "../../../state/state-store.ts";
import { phaseOf } from "../cut.ts";
import { OutcomePages } from "../outcome-pages.ts";
import type { ObjectRunSession } from "../session.ts";
import { shareOf } from "./thread-count.ts";
import { TransferThread } from "./transfer-thread.ts";
import type { ThreadSetup } from "./messages.ts";

export interface ThreadedOptions {
  /** Of the main thread: cuts, recovers, and knows the stores. */
  readonly session: ObjectRunSession;
  readonly context: RunContext;
  readonly threads: number;
  readonly setup: Omit<ThreadSetup, "part">;
}

/**
 * Hands subtasks to threads, each with connections of its own: signing and sending thousands of small
 * objects a second takes more than one core. The state stays here; what a thread did comes back as outcomes.
 */
export class ThreadedSession implements RunSession {
  readonly #session: ObjectRunSession;
  readonly #context: RunContext;
  readonly #threads: readonly TransferThread[];
  readonly #stop = () => this.#tell("stop");
  readonly #abort = () => this.#tell("abort");
  readonly #unfollow: readonly ((() => void) | undefined)[];

  constructor({ session, context, threads, setup }: ThreadedOptions) {
    this.#session = session;
    this.#context = context;
    this.#threads = Array.from({ length: threads }, (_, part) => new TransferThread({ ...setup, part }, context));
    const { budget } = context;
    const tellBudget = () => {
      // A budget that does not say may hold back at any time.
      for (const thread of this.#threads) thread.tell({ type: "budget", freeUntil: budget.freeUntil ?? 0 });
    };
    tellBudget();
    this.#unfollow = [
      budget.follow?.(tellBudget),
      context.onConcurrency?.((concurrency) => {
        for (const thread of this.#threads) thread.tell({ type: "concurrency", concurrency: shareOf({ concurrency }, threads) });
      }),
    ];
    context.signal.addEventListener("abort", this.#stop);
    context.abort.addEventListener("abort", this.#abort);
  }

  cut(planId: string, actions: () => Iterable<NumberedAction>): Iterable<Subtask> {
    return this.#session.cut(planId, actions);
  }

  recover(intents: readonly Intent[], deadRuns: readonly string[]): Promise<readonly number[]> {
    return this.#session.recover(intents, deadRuns);
  }

  apply(subtask: Subtask, done: DoneActions): AsyncIterable<readonly Outcome[]> {
    const actions: NumberedAction[] = [];
    for (const action of this.#context.actions(subtask.seqFrom, subtask.seqTo)) {
      if (phaseOf(action) === subtask.phase && !done.has(action.seq)) actions.push(action);
    }
    const pages = new OutcomePages();
    const thread = this.#threads.reduce((least, one) => (one.items < least.items ? one : least));
    thread.begin(subtask, actions, pages);
    return pages;
  }

  async close(): Promise<void> {
    for (const end of this.#unfollow) end?.();
    this.#context.signal.removeEventListener("abort", this.#stop);
    this.#context.abort.removeEventListener("abort", this.#abort);
    await Promise.all([...this.#threads.map((thread) => thread.close()), this.#session.close()]);
  }

  #tell(type: "stop" | "abort"): void {
    for (const thread of this.#threads) thread.tell({ type });
  }
}

import { Worker } from "node:worker_threads";
import type { NumberedAction } from "../../../changeset/action.ts";
import type { RunContext, Subtask } from "../../../driver/sync-driver.ts";
import type { OutcomePages } from "../outcome-pages.ts";
import { type FromThread, packError, type ThreadSetup, type ToThread, unpackError } from "./messages.ts";

interface AtWork {
  readonly pages: OutcomePages;
  readonly items: number;
}

/** One thread that transfers objects, seen from the main thread. */
export class TransferThread {
  readonly #context: RunContext;
  readonly #worker: Worker;
  readonly #atWork = new Map<string, AtWork>();
  readonly #closed: Promise<void>;
  #whenClosed: () => void = () => {};
  #failure: Error | undefined;

  constructor(setup: ThreadSetup, context: RunContext) {
    this.#context = context;
    this.#closed = new Promise((resolve) => (this.#whenClosed = resolve));
    this.#worker = new Worker(workerFile(), { workerData: setup, name: "transfer", resourceLimits: { maxYoungGenerationSizeMb: 16 } });
    this.#worker.on("message", (message: FromThread) => this.#hear(message));
    this.#worker.on("error", (error: Error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("A transfer thread ended.")));
  }

  /** Of all subtasks it has. */
  get items(): number {
    let items = 0;
    for (const one of this.#atWork.values()) items += one.items;
    return items;
  }

  begin(subtask: Subtask, actions: readonly NumberedAction[], pages: OutcomePages): void {
    if (this.#failure) return pages.fail(this.#failure);
    this.#atWork.set(subtask.id, { pages, items: actions.length });
    this.tell({ type: "subtask", subtask, actions });
  }

  tell(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  async close(): Promise<void> {
    if (!this.#failure) {
      this.tell({ type: "close" });
      await this.#closed;
    }
    await this.#worker.terminate();
  }

  #hear(message: FromThread): void {
    switch (message.type) {
      case "outcomes":
        this.#atWork.get(message.id)?.pages.push(...message.outcomes);
        return;
      case "done": {
        const { pages } = this.#atWork.get(message.id) ?? {};
        this.#atWork.delete(message.id);
        if (message.error) pages?.fail(unpackError(message.error));
        else pages?.end();
        return;
      }
      case "event":
        this.#context.emit(message.event);
        return;
      case "intent":
        void this.#intent(message);
        return;
      case "take":
        void this.#take(message);
        return;
      case "closed":
        this.#whenClosed();
    }
  }

  async #intent({ call, begin, end }: Extract<FromThread, { type: "intent" }>): Promise<void> {
    const { intents } = this.#context;
    try {
      const value = begin ? await intents.begin(begin.kind, begin.key, begin.detail) : undefined;
      if (end !== undefined) await intents.end(end);
      this.tell({ type: "answer", call, value, error: undefined });
    } catch (error) {
      this.tell({ type: "answer", call, value: undefined, error: packError(error) });
    }
  }

  async #take({ call, bytes, requests }: Extract<FromThread, { type: "take" }>): Promise<void> {
    const { budget, signal } = this.#context;
    try {
      await budget.take(bytes, requests, signal);
      this.tell({ type: "answer", call, value: undefined, error: undefined });
    } catch (error) {
      this.tell({ type: "answer", call, value: undefined, error: packError(error) });
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { pages } of this.#atWork.values()) pages.fail(this.#failure);
    this.#atWork.clear();
    this.#whenClosed();
  }
}

/** The bundle has it beside its other files, under a name of its own. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./transfer-worker.js", import.meta.url);
}

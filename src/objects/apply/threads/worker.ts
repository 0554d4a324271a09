/** A thread that transfers objects: a session of its own over subtasks that the main thread hands it. */
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { NumberedAction } from "../../../changeset/action.ts";
import { AdaptiveSlots } from "../../../core/adaptive-slots.ts";
import { unpackSecrets } from "../../../core/portable.ts";
import type { RateBudget } from "../../../core/rate-budget.ts";
import type { ObjectSync } from "../../../core/sync-plan.ts";
import { InFlight } from "../../../driver/in-flight.ts";
import type { DoneActions, RunContext } from "../../../driver/sync-driver.ts";
import type { IntentLog } from "../../../state/state-store.ts";
import { openReadStore, openWriteStore } from "../../stores/open-store.ts";
import { carryOf } from "../carry.ts";
import { ObjectRunSession } from "../session.ts";
import { type FromThread, packError, type ThreadSetup, type ToThread, unpackError } from "./messages.ts";

const GATHER_MS = 25;

const setup = workerData as ThreadSetup;
// Packed from an ObjectSync by the one who started this thread.
const sync = unpackSecrets(setup.sync) as ObjectSync;
const stop = new AbortController();
const abort = new AbortController();
const tell = (message: FromThread) => parentPort?.postMessage(message);

type Question = Extract<FromThread, { type: "intent" | "take" }>;
type Unnumbered<Q> = Q extends Question ? Omit<Q, "call"> : never;

/** Asks the main thread. */
class Calls {
  readonly #waiting = new Map<number, { resolve: (value: number) => void; reject: (error: Error) => void }>();
  #next = 0;

  ask(question: Unnumbered<Question>): Promise<number> {
    const call = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      tell({ ...question, call });
    });
  }

  answer({ call, value, error }: Extract<ToThread, { type: "answer" }>): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (error) waiting?.reject(unpackError(error));
    else waiting?.resolve(value ?? 0);
  }
}

const calls = new Calls();

/** Records intents where the state is. */
class RemoteIntents implements IntentLog {
  begin(kind: string, key: string, detail: string): Promise<number> {
    return calls.ask({ type: "intent", begin: { kind, key, detail }, end: undefined });
  }

  async end(id: number): Promise<void> {
    await calls.ask({ type: "intent", begin: undefined, end: id });
  }
}

/** The rate is kept in the main thread, which is asked only where there is one. */
class RemoteBudget implements RateBudget {
  freeUntil = 0;

  async take(bytes: number, requests: number): Promise<void> {
    if (this.freeUntil === Number.POSITIVE_INFINITY || Date.now() < this.freeUntil) return;
    await calls.ask({ type: "take", bytes, requests });
  }
}

const budget = new RemoteBudget();
/** What was done before is not handed over. */
const nothingDone: DoneActions = { has: () => false };
const slots = new AdaptiveSlots({ concurrency: setup.concurrency });
/** Actions of the subtasks at work, by their range. */
const given = new Map<string, readonly NumberedAction[]>();
const rangeOf = (seqFrom: number, seqTo: number) => `${seqFrom}-${seqTo}`;

const inFlight = new InFlight({ sync: sync.name, part: setup.part, emit: (event) => tell({ type: "event", event }) });
const context: RunContext = {
  run: setup.run,
  sync: sync.name,
  items: 0,
  stamp: undefined,
  signal: stop.signal,
  abort: abort.signal,
  emit: inFlight.emit,
  slots,
  budget,
  inFlight,
  intents: new RemoteIntents(),
  actions: (seqFrom, seqTo) => given.get(rangeOf(seqFrom, seqTo)) ?? [],
};

const store = { emit: context.emit, ownPaths: setup.ownPaths, throttled: () => slots.throttled(), run: setup.run, inThread: true };
const session = (async () => {
  const source = await openReadStore(sync.from, store);
  return new ObjectRunSession({ sync, source, destination: await openWriteStore(sync.to, store), context, carry: carryOf(sync) });
})();
// Whoever hands over the first subtask is told.
session.catch(() => {});

async function work({ subtask, actions }: Extract<ToThread, { type: "subtask" }>): Promise<void> {
  const { id, seqFrom, seqTo } = subtask;
  given.set(rangeOf(seqFrom, seqTo), actions);
  try {
    for await (const outcomes of (await session).apply(subtask, nothingDone)) {
      tell({ type: "outcomes", id, outcomes });
      // A message costs as much as a request: what comes meanwhile travels together.
      await delay(GATHER_MS);
    }
    tell({ type: "done", id, error: undefined });
  } catch (error) {
    tell({ type: "done", id, error: packError(error) });
  } finally {
    given.delete(rangeOf(seqFrom, seqTo));
  }
}

parentPort?.on("message", (message: ToThread) => {
  switch (message.type) {
    case "subtask":
      void work(message);
      return;
    case "stop":
      stop.abort();
      return;
    case "abort":
      stop.abort();
      abort.abort();
      return;
    case "concurrency":
      slots.change(message.concurrency);
      return;
    case "budget":
      budget.freeUntil = message.freeUntil;
      return;
    case "answer":
      calls.answer(message);
      return;
    case "close":
      void session
        .then((opened) => opened.close())
        .catch(() => {
          // Why it could not be opened was told with the first subtask.
        })
        .finally(() => {
          inFlight.close();
          tell({ type: "closed" });
        });
  }
});

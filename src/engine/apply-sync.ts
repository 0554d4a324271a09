import { EFFECTS } from "../changeset/action.ts";
import type { Changeset } from "../changeset/changeset.ts";
import { effectTotals } from "../changeset/effects.ts";
import type { ActionTotals } from "../changeset/summary.ts";
import type { ItemFate } from "../core/errors.ts";
import type { TidemarkEvent } from "../core/events.ts";
import { limitFlow } from "../core/flow.ts";
import type { Sync } from "../core/sync-plan.ts";
import { InFlight } from "../driver/in-flight.ts";
import type { DoneActions, RunContext, Subtask } from "../driver/sync-driver.ts";
import type { Outcome } from "../state/outcome.ts";
import type { Lease } from "../state/state-store.ts";
import { AdaptiveSlots } from "../core/adaptive-slots.ts";
import type { FlowChanges } from "./controls.ts";
import type { FlowPeriod } from "./flow-windows.ts";
import { createRateBudget } from "./rate-budget.ts";
import { Recorder } from "./recorder.ts";
import { type ApplyOptions, noOutcomes, type SyncResult } from "./run.ts";
import { workThrough } from "./subtask-queue.ts";

export interface SyncWork {
  readonly planned: ActionTotals;
  /** Of `planned`: items that an earlier run has done. */
  readonly doneItems: number;
}

export interface ApplySyncOptions {
  readonly sync: Sync;
  readonly options: ApplyOptions;
  readonly run: string;
  readonly leases: readonly Lease[];
  readonly done: DoneActions;
  readonly work: SyncWork;
  readonly deadRuns: readonly string[];
  readonly flows: FlowChanges;
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  /** Aborted here where the run cannot go on: stops and cuts off all of it, by way of `stop` and `abort`. */
  readonly failure: AbortController;
}

const EFFECT_KINDS = [...EFFECTS];
/** Many subtasks of objects share a transaction of the state. The one subtask of a database would only wait for itself. */
const GATHER_MS = 200;
const DATABASE_GATHER_MS = 40;

/** Applies the actions of one sync, and cleans up after runs of it that died. */
export async function applySync({
  sync,
  options,
  run,
  leases,
  done,
  work: { planned, doneItems },
  deadRuns,
  flows,
  stop,
  abort,
  failure,
}: ApplySyncOptions): Promise<SyncResult> {
  const { changeset, state, emit } = options;
  const settings = settingsOf(sync);
  const slots = new AdaptiveSlots({ concurrency: settings.concurrency, onChange: (limit) => emit({ type: "slots", limit }) });
  const actions = (seqFrom?: number, seqTo?: number) => changeset.actions({ sync: sync.name, kinds: EFFECT_KINDS, seqFrom, seqTo });
  const cut = new AbortController();
  const cutOff = () => {
    emit({ type: "stopping", reason: `The sync ${sync.name} is paused: what is in flight is cut off.` });
    cut.abort();
  };
  const onPause = (until: number | undefined) => (stop.aborted ? cutOff() : emit(pauseNotice(sync, until)));
  const budget = createRateBudget({ ...settings, onPause });
  // What is in flight could only end with the pause, in hours. Those whose own wait the stop has ended have left by then.
  const stopped = () => queueMicrotask(() => budget.isPaused && cutOff());
  stop.addEventListener("abort", stopped, { once: true });
  const inFlight = new InFlight({ sync: sync.name, emit });
  const listeners = new Set<(concurrency: "auto" | number) => void>();
  const context: RunContext = {
    run,
    sync: sync.name,
    items: planned.items,
    stamp: stampOf(changeset, sync),
    signal: stop,
    abort: AbortSignal.any([abort, cut.signal]),
    emit: inFlight.emit,
    slots,
    onConcurrency(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    budget,
    inFlight,
    intents: state.intents(run, sync.name, leases),
    actions,
  };
  const tally = new Tally(sync.name, emit);
  const recorder = new Recorder({ run, state, leases, gatherMs: settings.gatherMs, onDurable: (outcomes) => tally.count(outcomes) });
  const tellFlow = () => emit(flowEvent(sync, budget.period));
  const unfollow = [
    budget.follow(tellFlow),
    flows.follow(sync.name, (flow) => budget.change(flow ?? settings.flow)),
    flows.followConcurrency(sync.name, (asked) => {
      const concurrency = asked ?? settings.concurrency;
      slots.change(concurrency);
      for (const listener of listeners) listener(concurrency);
    }),
  ];
  const driver = await options.drivers.for(sync);
  const session = await driver.open(sync, context);
  try {
    const intents = await state.openIntents(sync.name);
    for (const id of await session.recover(intents, deadRuns)) await state.endIntent(id);
    emit({
      type: "syncStarted",
      sync: sync.name,
      items: planned.items,
      bytes: planned.bytes,
      ...(planned.rows > 0 && { rows: planned.rows }),
      ...(doneItems > 0 && { doneItems }),
    });
    if (budget.freeUntil !== Number.POSITIVE_INFINITY) tellFlow();
    const work = async (subtask: Subtask) => {
      try {
        for await (const outcomes of session.apply(subtask, done)) await recorder.add(outcomes);
      } catch (error) {
        // Nothing that is still in flight could be remembered.
        failure.abort(error);
        throw error;
      }
    };
    await workThrough(session.cut(changeset.summary.planId, actions), { parallel: settings.parallel, work, signal: stop });
    inFlight.close();
    emit({ type: "syncFinished", sync: sync.name });
  } finally {
    for (const end of unfollow) end();
    inFlight.close();
    stop.removeEventListener("abort", stopped);
    await session.close();
  }
  return tally.result;
}

function settingsOf(sync: Sync) {
  if (sync.kind === "postgres") {
    return { concurrency: "auto" as const, flow: sync.flow, requestsPerSecond: undefined, parallel: 1, gatherMs: DATABASE_GATHER_MS };
  }
  const { bytesPerSecond, requestsPerSecond } = sync.rate;
  const { concurrency, subtasks } = sync;
  return { concurrency, flow: limitFlow(sync.flow, bytesPerSecond), requestsPerSecond, parallel: subtasks.parallel, gatherMs: GATHER_MS };
}

function flowEvent({ name }: Sync, { limit, until }: FlowPeriod): TidemarkEvent {
  return { type: "flow", sync: name, limit, until: Number.isFinite(until) ? until : undefined };
}

function pauseNotice({ name }: Sync, until: number | undefined): TidemarkEvent {
  const end = until === undefined ? "until its flow is changed" : `until ${new Date(until).toISOString()}`;
  return {
    type: "notice",
    code: "FLOW_PAUSED",
    message: `The sync ${name} is paused by its flow ${end}.`,
    hint: `\`tidemark flow PLAN ${name} --outside unlimited\` lets it go on now.`,
  };
}

/** What the changeset would change by a sync. */
export function plannedOf({ summary }: Changeset, { name }: Sync): ActionTotals {
  const planned = summary.syncs.find(({ header }) => header.name === name);
  return planned ? effectTotals(planned) : { items: 0, bytes: 0, rows: 0 };
}

function stampOf({ summary }: Changeset, { name }: Sync): string | undefined {
  return summary.syncs.find(({ header }) => header.name === name)?.stamp;
}

/** Counts outcomes once they are durable, and tells of them. */
class Tally {
  readonly #sync: string;
  readonly #emit: ApplyOptions["emit"];
  readonly #outcomes: Record<"applied" | ItemFate, number> = noOutcomes();
  #items = 0;
  #bytes = 0;
  #rows = 0;

  constructor(sync: string, emit: ApplyOptions["emit"]) {
    this.#sync = sync;
    this.#emit = emit;
  }

  get result(): SyncResult {
    return { outcomes: this.#outcomes, bytes: this.#bytes, rows: this.#rows };
  }

  count(outcomes: readonly Outcome[]): void {
    for (const { outcome, key, bytes, rows = 0, code, message, hint } of outcomes) {
      this.#outcomes[outcome] += 1;
      this.#items += 1;
      if (outcome === "applied") {
        this.#bytes += bytes;
        this.#rows += rows;
      } else if (outcome !== "cancelled")
        this.#emit({ type: "itemProblem", sync: this.#sync, key, fate: outcome, code: code ?? "UNKNOWN", message: message ?? "", hint });
    }
    const { applied, cancelled } = this.#outcomes;
    this.#emit({ type: "progress", sync: this.#sync, items: this.#items, bytes: this.#bytes, failed: this.#items - applied - cancelled });
  }
}

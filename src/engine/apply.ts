import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { EFFECTS } from "../changeset/action.ts";
import { effectTotals } from "../changeset/effects.ts";
import type { Changeset, SeqSpan } from "../changeset/changeset.ts";
import type { ActionTotals, SyncSummary } from "../changeset/summary.ts";
import type { ItemFate } from "../core/errors.ts";
import type { Sync } from "../core/sync-plan.ts";
import type { DoneActions } from "../driver/sync-driver.ts";
import type { Lease, RunStatus } from "../state/state-store.ts";
import { applySync, plannedOf, type SyncWork } from "./apply-sync.ts";
import { holdBindings } from "./bindings.ts";
import { watchControls } from "./controls.ts";
import { DoneBits } from "./done-actions.ts";
import { holdGuards } from "./guards.ts";
import { holdLeases } from "./leases.ts";
import { type ApplyOptions, noOutcomes, type RunResult, type SyncResult } from "./run.ts";

/**
 * Applies exactly what a changeset says, each action under the versions it was decided on.
 *
 * Actions that an earlier run of the same changeset applied are not done again. One failure never
 * stops the rest.
 *
 * @throws TidemarkError `PLAN_CHANGED`, `LINEAGE_CHANGED`, `LOCATION_MOVED`, `GUARD_EXCEEDED`, `LOCKED`,
 *   `STATE_SYNC_EXISTS` before the first write; `LEASE_LOST` and errors of the state itself at any time
 */
export async function applyChangeset(options: ApplyOptions): Promise<RunResult> {
  const { changeset, plan, state, emit } = options;
  const { summary } = changeset;
  const syncs = await holdBindings({ ...options, context: { signal: options.stop, emit } });
  for (const [at, sync] of syncs.entries()) {
    const planned = summary.syncs[at];
    if (planned && sync.kind === "objects") holdGuards(planned, sync.guards);
  }

  const run = randomUUID();
  const owner = { run, owner: options.owner, host: hostname(), pid: process.pid };
  const failure = new AbortController();
  const held = await holdLeases(
    state,
    summary.syncs.map(({ header }) => header.destination),
    owner,
    (error) => failure.abort(error),
  );
  try {
    for (const { name, renamedFrom } of syncs) if (renamedFrom !== undefined) await state.renameSync(renamedFrom, name);
    const deadRuns = await state.deadRuns();
    const work = await findWork(options, deadRuns.length > 0);
    if (!work) return { run: undefined, status: "applied", syncs: emptyResults(summary.syncs), problems: 0, stopped: false };

    await state.startRun({ ...owner, planId: summary.planId, plan: plan.name, startedAt: Date.now(), items: work.items, bytes: work.bytes }, held.leases);
    emit({
      type: "runStarted",
      run,
      planId: summary.planId,
      resumed: work.resumed,
      items: work.items,
      bytes: work.bytes,
      ...(work.rows > 0 && { rows: work.rows }),
    });
    return await runSyncs({ options, run, syncs, leases: held.leases, work, deadRuns, failure });
  } finally {
    await held.release();
  }
}

/** Fates that somebody has to look at; what was only cancelled is done by the next run. */
const PROBLEMS: readonly ItemFate[] = ["stale", "failed", "refused", "inDoubt"];
const NOT_DONE: readonly ItemFate[] = [...PROBLEMS, "cancelled"];

interface Work {
  readonly done: DoneActions;
  readonly resumed: boolean;
  /** What is left of it. */
  readonly items: number;
  readonly bytes: number;
  readonly rows: number;
  readonly bySync: ReadonlyMap<string, SyncWork>;
}

/** What is left of the changeset. @returns undefined where there is nothing to do, nor to clean up after */
async function findWork({ changeset, state, only }: ApplyOptions, hasDeadRuns: boolean): Promise<Work | undefined> {
  const bits = new DoneBits();
  const counts = new CountsBySync(changeset);
  for await (const page of state.applied(changeset.summary.planId, changeset.origin.serial)) {
    for (const seq of page) {
      bits.add(seq);
      counts.add(seq);
    }
  }
  const done: DoneActions = only === undefined ? bits : { has: (seq) => bits.has(seq) || !only.has(seq) };
  const bySync = new Map<string, SyncWork>();
  const total = { items: 0, bytes: 0, rows: 0 };
  let doneItems = 0;
  for (const sync of changeset.summary.syncs) {
    const { name } = sync.header;
    const work = only === undefined ? { planned: effectTotals(sync), doneItems: counts.of(name) } : { planned: totalsOf(changeset, name, done), doneItems: 0 };
    bySync.set(name, work);
    doneItems += work.doneItems;
    total.items += work.planned.items;
    total.bytes += work.planned.bytes;
    total.rows += work.planned.rows;
  }
  const items = total.items - doneItems;
  if (items > 0) return { ...total, items, done, bySync, resumed: doneItems > 0 || only !== undefined };
  let leftovers = hasDeadRuns;
  for (const { header } of changeset.summary.syncs) leftovers ||= (await state.openIntents(header.name)).length > 0;
  return leftovers ? { done, bySync, resumed: true, items: 0, bytes: 0, rows: 0 } : undefined;
}

/** Of those that are not done. */
function totalsOf(changeset: Changeset, sync: string, done: DoneActions): ActionTotals {
  const totals = { items: 0, bytes: 0, rows: 0 };
  for (const { seq, bytes, rows = 0 } of changeset.actions({ sync, kinds: [...EFFECTS] })) {
    if (done.has(seq)) continue;
    totals.items += 1;
    totals.bytes += bytes;
    totals.rows += rows;
  }
  return totals;
}

/** Counts sequence numbers by the sync they are of, which most often is that of the one before. */
class CountsBySync {
  readonly #counts = new Map<string, number>();
  readonly #spans: readonly (SeqSpan & { readonly sync: string })[];
  #at = 0;

  constructor(changeset: Changeset) {
    this.#spans = changeset.summary.syncs.map(({ header: { name } }) => ({ sync: name, ...changeset.span(name, "effects") }));
  }

  of(sync: string): number {
    return this.#counts.get(sync) ?? 0;
  }

  add(seq: number): void {
    const isIn = ({ first, last }: SeqSpan) => seq >= first && seq <= last;
    const at = this.#spans[this.#at];
    if (at === undefined || !isIn(at)) this.#at = this.#spans.findIndex(isIn);
    const sync = this.#spans[this.#at]?.sync;
    if (sync !== undefined) this.#counts.set(sync, this.of(sync) + 1);
  }
}

interface Running {
  readonly options: ApplyOptions;
  readonly run: string;
  readonly syncs: readonly Sync[];
  readonly leases: readonly Lease[];
  readonly work: Work;
  readonly deadRuns: readonly string[];
  readonly failure: AbortController;
}

async function runSyncs({ options, run, syncs, leases, work, deadRuns, failure }: Running): Promise<RunResult> {
  const { state, emit } = options;
  const controls = watchControls(state, run, emit);
  const stop = AbortSignal.any([options.stop, options.abort, failure.signal, controls.stop]);
  const abort = AbortSignal.any([options.abort, failure.signal, controls.abort]);
  const results: Record<string, SyncResult> = {};
  let status: RunStatus = "failed";
  try {
    let cleanedUp = true;
    for (const sync of syncs) {
      const broken = sync.needs.find((need) => hasFailed(results[need]));
      if (broken !== undefined) {
        const cancelled = plannedOf(options.changeset, sync).items;
        emit({
          type: "notice",
          code: "NEEDED_SYNC_FAILED",
          message: `The sync ${sync.name} was left out: it needs ${broken}, which was not done whole.`,
          hint: `Mend what ${broken} lists, and apply again.`,
        });
        results[sync.name] = { outcomes: { ...noOutcomes(), cancelled }, bytes: 0, rows: 0 };
        cleanedUp = false;
        continue;
      }
      results[sync.name] = await applySync({
        sync,
        options,
        run,
        leases,
        done: work.done,
        work: work.bySync.get(sync.name) ?? { planned: plannedOf(options.changeset, sync), doneItems: 0 },
        deadRuns,
        flows: controls.flows,
        stop,
        abort,
        failure,
      });
      if (failure.signal.aborted) throw failure.signal.reason;
    }
    // Only now: a run that dies while it cleans up leaves the rest to the next.
    if (cleanedUp && !stop.aborted) await state.interruptDead();
    status = statusOf(results, stop.aborted);
  } finally {
    controls.end();
    await state.finishRun(run, status, leases, options.notes?.());
    emit({ type: "runFinished", run });
  }
  return { run, status, syncs: results, problems: count(results, PROBLEMS), stopped: stop.aborted };
}

function statusOf(results: Readonly<Record<string, SyncResult>>, stopped: boolean): RunStatus {
  if (stopped) return "stopped";
  return count(results, NOT_DONE) > 0 ? "partly" : "applied";
}

function hasFailed(result: SyncResult | undefined): boolean {
  return result !== undefined && count({ result }, NOT_DONE) > 0;
}

function count(results: Readonly<Record<string, SyncResult>>, fates: readonly ItemFate[]): number {
  let total = 0;
  for (const { outcomes } of Object.values(results)) for (const fate of fates) total += outcomes[fate];
  return total;
}

function emptyResults(syncs: readonly SyncSummary[]): Record<string, SyncResult> {
  return Object.fromEntries(syncs.map(({ header }) => [header.name, { outcomes: noOutcomes(), bytes: 0, rows: 0 }]));
}

import { resolve } from "node:path";
import { openChangeset } from "../changeset/read.ts";
import { effectTotals } from "../changeset/effects.ts";
import type { SyncPlan } from "../core/sync-plan.ts";
import type { PlannedStatus, StatusSource, SyncWorkStatus } from "../report/status.ts";
import { openStateReadOnly, plansIn } from "../state/open.ts";
import type { ControlRequest, StateStore } from "../state/state-store.ts";
import { keptChangeset } from "./kept-changesets.ts";
import type { LoadedPlan } from "./load-plan.ts";
import { openPlanState, stateFolder } from "./plan-source.ts";

/** Runs that a history goes back to. */
const MOST_RUNS = 200;

/** Reads how plans are from their states, again and again. Holds no lock and waits for none. */
export class StatusReader {
  readonly plan: string;
  readonly #open: () => Promise<StateStore>;
  readonly #planned: PlannedStatus | undefined;
  /** Where changesets of runs are kept. */
  readonly #folder: string | undefined;
  readonly #work = new Map<string, readonly SyncWorkStatus[] | undefined>();
  #state: StateStore | undefined;

  constructor({
    plan,
    open,
    planned,
    folder,
  }: {
    plan: string;
    open: () => Promise<StateStore>;
    planned: PlannedStatus | undefined;
    folder: string | undefined;
  }) {
    this.plan = plan;
    this.#open = open;
    this.#planned = planned;
    this.#folder = folder;
  }

  async read(): Promise<StatusSource> {
    // One that was missing is opened again: it may be there by now.
    if (this.#state?.lineage === "") await this.close();
    const state = (this.#state ??= await this.#open());
    const runs = await state.runs(MOST_RUNS);
    const requests = new Map<string, readonly ControlRequest[]>();
    const work = new Map<string, readonly SyncWorkStatus[]>();
    for (const { run, status } of runs) {
      if (status !== "running") continue;
      requests.set(run, await state.requests(run));
      const planned = await this.#workOf(run);
      if (planned !== undefined) work.set(run, planned);
    }
    return { plan: this.plan, planned: this.#planned, items: await state.counts(), runs, locks: await state.locks(), requests, work };
  }

  async close(): Promise<void> {
    const state = this.#state;
    this.#state = undefined;
    await state?.close();
  }

  async #workOf(run: string): Promise<readonly SyncWorkStatus[] | undefined> {
    if (this.#folder === undefined) return undefined;
    const known = this.#work.get(run);
    if (known !== undefined) return known;
    const file = await keptChangeset(this.#folder, run);
    if (file === undefined) return undefined;
    try {
      const changeset = await openChangeset(file);
      const work = changeset.summary.syncs.map((sync) => ({ name: sync.header.name, ...effectTotals(sync) }));
      changeset.close();
      this.#work.set(run, work);
      return work;
    } catch {
      // It is only to say how much there is to do.
      return undefined;
    }
  }
}

export function readerOf({ plan, file }: LoadedPlan, override: string | undefined): StatusReader {
  return new StatusReader({
    plan: plan.name,
    open: () => openPlanState(plan, override, "read"),
    planned: plannedOf(plan, file),
    folder: stateFolder(plan, override),
  });
}

/** One for each state in a folder: their plans may be anywhere. */
export async function readersIn(folder: string): Promise<readonly StatusReader[]> {
  const path = resolve(folder);
  const plans = await plansIn(path);
  return plans.map((plan) => new StatusReader({ plan, open: () => openStateReadOnly({ folder: path, plan }), planned: undefined, folder: path }));
}

function plannedOf({ syncs, locations, state }: SyncPlan, file: string): PlannedStatus {
  const planned = syncs.map(({ name, from, to }) => ({ name, from: from.location.name, to: to.location.name }));
  const isUsed = (location: string) => planned.some(({ from, to }) => from === location || to === location);
  // One that only keeps the state is no end of a sync, by which it could be told how it is.
  const keeper = state.kind === "location" && !isUsed(state.location) ? state.location : undefined;
  return { file, syncs: planned, locations: [...locations.keys()].filter((name) => name !== keeper) };
}

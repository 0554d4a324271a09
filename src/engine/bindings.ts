import type { Changeset } from "../changeset/changeset.ts";
import { TidemarkError } from "../core/errors.ts";
import type { Sync, SyncPlan } from "../core/sync-plan.ts";
import type { DriverContext } from "../driver/sync-driver.ts";
import type { StateStore } from "../state/state-store.ts";
import type { Drivers } from "./drivers.ts";

export interface BindingOptions {
  readonly changeset: Changeset;
  readonly plan: SyncPlan;
  readonly planHash: string;
  readonly state: StateStore;
  readonly drivers: Drivers;
  readonly context: DriverContext;
}

/**
 * Holds a changeset against the plan, the state and the places it was made for.
 *
 * @returns the changeset's syncs, in its order
 * @throws TidemarkError `PLAN_CHANGED`, `LINEAGE_CHANGED`, `LOCATION_MOVED`: what was reviewed no longer holds as a whole
 */
export async function holdBindings({ changeset, plan, planHash, state, drivers, context }: BindingOptions): Promise<readonly Sync[]> {
  const { origin, summary } = changeset;
  const again = "Plan again, and review what it shows.";
  if (origin.plan !== plan.name || origin.planHash !== planHash) {
    throw new TidemarkError("PLAN_CHANGED", `The plan ${plan.name} is no longer what it was when this changeset was made.`, { hint: again });
  }
  if (origin.lineage !== state.lineage && !(origin.lineage === "" && (await mayHaveBegun(state, summary.planId)))) {
    throw new TidemarkError("LINEAGE_CHANGED", "This changeset was made with another state than the one beside the plan.", {
      hint: `Apply it with the state it was made with (--state), or ${again.toLowerCase()}`,
    });
  }
  const syncs: Sync[] = [];
  for (const { header } of summary.syncs) {
    const sync = plan.syncs.find(({ name }) => name === header.name);
    if (!sync) throw new TidemarkError("PLAN_CHANGED", `The plan has no sync ${header.name} any more.`, { hint: again });
    const now = await (await drivers.for(sync)).header(sync, context);
    for (const end of ["from", "to"] as const) {
      if (now[end].resolved === header[end].resolved) continue;
      throw new TidemarkError(
        "LOCATION_MOVED",
        `The location ${header[end].location} of the sync ${header.name} was ${header[end].resolved} when this changeset was made, and is ${now[end].resolved} now.`,
        { hint: again },
      );
    }
    syncs.push(sync);
  }
  return syncs;
}

/** A changeset made before there was any state may begin one, and go on with the one that it began. */
async function mayHaveBegun(state: StateStore, planId: string): Promise<boolean> {
  if (state.serial === 0) return true;
  const runs = await state.runs(Number.MAX_SAFE_INTEGER);
  return runs.at(-1)?.planId === planId;
}

import type { Changeset } from "../changeset/changeset.ts";
import { openChangeset } from "../changeset/read.ts";
import { TidemarkError } from "../core/errors.ts";
import type { DoneActions } from "../driver/sync-driver.ts";
import { DoneBits } from "../engine/done-actions.ts";
import type { Outcome } from "../state/outcome.ts";
import { keptChangeset } from "./kept-changesets.ts";
import type { LoadedPlan } from "./load-plan.ts";
import { openPlanState, stateFolder } from "./plan-source.ts";
import { findRun, readAllRuns } from "./runs.ts";

export interface FailedActions {
  /** What the run applied; to be closed by whoever asked. */
  readonly changeset: Changeset;
  readonly only: DoneActions;
  /** Those that have any. */
  readonly syncs: readonly string[];
  readonly items: number;
}

export interface FailedOptions {
  /** Its id, or the beginning of it. */
  readonly run: string;
  /** `--state`. */
  readonly state: string | undefined;
  /** The changeset that the run applied, where somebody names it; undefined: the one that is kept. */
  readonly changeset: string | undefined;
}

/** What is stale comes to the same again: only a new plan helps there. What was refused for want of a right may be granted it by now. */
const TRIED_AGAIN: readonly Outcome["outcome"][] = ["failed", "refused", "inDoubt"];

/**
 * Finds what failed in a run, and the changeset that it applied, which is kept beside the state.
 *
 * @throws TidemarkError `UNKNOWN_RUN`, `AMBIGUOUS_RUN`, `NOT_ENDED`, `NOTHING_FAILED`, `CHANGESET_NOT_KEPT`, `CHANGESET_OF_ANOTHER_RUN`
 */
export async function openFailed({ plan, file }: LoadedPlan, { run: id, state: override, changeset: given }: FailedOptions): Promise<FailedActions> {
  const folder = stateFolder(plan, override);
  const state = await openPlanState(plan, override, "read");
  const only = new DoneBits();
  const syncs = new Set<string>();
  let items = 0;
  try {
    const { run, status, planId } = findRun(await readAllRuns(state), id);
    if (status === "running")
      throw new TidemarkError("NOT_ENDED", `The run ${run} goes on: what fails in it is not known yet.`, { hint: `tidemark stop ${file}` });
    for await (const page of state.problems(run)) {
      for (const { seq, sync, outcome } of page) {
        if (!TRIED_AGAIN.includes(outcome)) continue;
        only.add(seq);
        syncs.add(sync);
        items += 1;
      }
    }
    if (items === 0) {
      throw new TidemarkError("NOTHING_FAILED", `Nothing failed in the run ${run} that could be tried again.`, {
        hint: `What was stale or cancelled needs a new plan: tidemark apply ${file}`,
      });
    }
    const kept = given ?? (folder === undefined ? undefined : await keptChangeset(folder, run));
    if (kept === undefined) {
      throw new TidemarkError("CHANGESET_NOT_KEPT", `The changeset of the run ${run} is not kept: what failed cannot be told from it.`, {
        hint: `Name the changeset file in place of the plan, or plan again, which finds what is missing: tidemark apply ${file}`,
      });
    }
    return { changeset: await openOf(kept, { run, planId }), only, syncs: [...syncs], items };
  } finally {
    await state.close();
  }
}

async function openOf(file: string, { run, planId }: { readonly run: string; readonly planId: string }): Promise<Changeset> {
  const changeset = await openChangeset(file);
  if (changeset.summary.planId === planId) return changeset;
  changeset.close();
  throw new TidemarkError("CHANGESET_OF_ANOTHER_RUN", `The run ${run} applied ${planId}, and the changeset ${file} is ${changeset.summary.planId}.`, {
    hint: "Name the changeset that this run applied.",
  });
}

/** Whether `openFailed` would find what a run applied. */
export async function isKeptFor({ plan }: LoadedPlan, override: string | undefined, run: string | undefined): Promise<boolean> {
  const folder = stateFolder(plan, override);
  return folder !== undefined && run !== undefined && (await keptChangeset(folder, run)) !== undefined;
}

/** @throws TidemarkError `USAGE` */
export function mustBeAlone(options: { readonly sync?: unknown; readonly plan?: unknown; readonly planId?: unknown; readonly browse?: unknown }): void {
  const names = { sync: "--sync", plan: "--plan", planId: "--plan-id", browse: "--browse" } as const;
  for (const [option, name] of Object.entries(names)) {
    if (options[option as keyof typeof names] === undefined) continue;
    throw new TidemarkError("USAGE", `${name} has no place beside --retry-failed: the same actions are done again as they were reviewed.`, {
      hint: `Leave ${name} out.`,
    });
  }
}

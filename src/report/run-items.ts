import { EFFECTS, type ActionKind, type NumberedAction } from "../changeset/action.ts";
import type { Changeset } from "../changeset/changeset.ts";
import { compareKeys } from "../core/byte-order.ts";
import { DoneBits } from "../engine/done-actions.ts";
import type { Outcome } from "../state/outcome.ts";
import type { RunInfo, StateStore } from "../state/state-store.ts";

/** What became of an item in a run. `notReached`: it was planned, and the run ended before it. */
export type ItemOutcome = Outcome["outcome"] | "notReached";

/** One of the actions that a run was to do. */
export interface RunItem {
  readonly seq: number;
  readonly sync: string;
  readonly key: string;
  readonly action: ActionKind;
  readonly outcome: ItemOutcome;
  readonly bytes: number;
  /** Why it was planned, both versions. undefined where the changeset is not there. */
  readonly planned: NumberedAction | undefined;
  /** Of what was not applied: why. */
  readonly problem: Outcome | undefined;
}

export interface RunRecord {
  readonly run: RunInfo;
  /** All of the state, newest first. */
  readonly runs: readonly RunInfo[];
  readonly state: Pick<StateStore, "applied" | "problems">;
  /** What it applied. Without it only problems have names: the state keeps no more of what went well than its number. */
  readonly changeset: Changeset | undefined;
}

const EFFECT_KINDS = [...EFFECTS];

/** The items of a run in the order of their numbers: of one that was resumed, those that were left. Holds a bit of each. */
export async function* runItems(record: RunRecord): AsyncGenerator<RunItem> {
  const { changeset, state, run } = record;
  if (changeset === undefined) {
    for await (const problem of problemsOf(record)) yield ofProblem(problem, undefined);
    return;
  }
  const applied = await appliedBits(record, [run]);
  const earlier = await appliedBits(record, earlierRuns(record));
  const problems = problemsOf({ state, run });
  let next = await problems.next();
  // Numbers follow the names of the syncs.
  const syncs = changeset.summary.syncs.map(({ header }) => header.name).toSorted(compareKeys);
  for (const sync of syncs) {
    for (const planned of changeset.actions({ sync, kinds: EFFECT_KINDS })) {
      while (next.done !== true && next.value.seq < planned.seq) next = await problems.next();
      const problem = next.done !== true && next.value.seq === planned.seq ? next.value : undefined;
      if (problem !== undefined) yield ofProblem(problem, planned);
      else if (applied.has(planned.seq)) yield ofPlanned(planned, "applied");
      else if (!earlier.has(planned.seq)) yield ofPlanned(planned, "notReached");
    }
  }
  await problems.return(undefined);
}

/** How many of a run's items came to what, over all its syncs. */
export function outcomeCounts({ counts, items }: RunInfo): Readonly<Record<ItemOutcome, number>> {
  const total: Record<ItemOutcome, number> = { failed: 0, inDoubt: 0, stale: 0, refused: 0, cancelled: 0, notReached: 0, applied: 0 };
  for (const outcomes of Object.values(counts)) {
    total.applied += outcomes.applied;
    total.failed += outcomes.failed;
    total.inDoubt += outcomes.inDoubt;
    total.stale += outcomes.stale;
    total.refused += outcomes.refused;
    total.cancelled += outcomes.cancelled;
  }
  const reached = Object.values(total).reduce((sum, count) => sum + count, 0);
  return { ...total, notReached: Math.max(0, items - reached) };
}

async function* problemsOf({ state, run }: Pick<RunRecord, "state" | "run">): AsyncGenerator<Outcome> {
  for await (const page of state.problems(run.run)) yield* page;
}

/** What they applied is no longer planned by the run that came after. */
function earlierRuns({ run, runs }: RunRecord): readonly RunInfo[] {
  const place = runs.findIndex((each) => each.run === run.run);
  return runs.slice(place + 1).filter(({ planId }) => planId === run.planId);
}

async function appliedBits({ state, changeset }: RunRecord, runs: readonly RunInfo[]): Promise<DoneBits> {
  const bits = new DoneBits();
  for (const { planId, run } of runs) for await (const page of state.applied(planId, changeset?.origin.serial, run)) for (const seq of page) bits.add(seq);
  return bits;
}

function ofPlanned(planned: NumberedAction, outcome: ItemOutcome): RunItem {
  const { seq, sync, key, action, bytes } = planned;
  return { seq, sync, key, action, outcome, bytes, planned, problem: undefined };
}

function ofProblem(problem: Outcome, planned: NumberedAction | undefined): RunItem {
  const { seq, sync, key, action, outcome, bytes } = problem;
  return { seq, sync, key, action, outcome, bytes: planned?.bytes ?? bytes, planned, problem };
}

import { TidemarkError } from "../core/errors.ts";
import type { RunInfo, StateStore } from "../state/state-store.ts";

/**
 * Finds a run by its id, or by the beginning of it.
 *
 * @throws TidemarkError `UNKNOWN_RUN`, `AMBIGUOUS_RUN`
 */
export function findRun(runs: readonly RunInfo[], id: string): RunInfo {
  const found = runs.filter(({ run }) => run.startsWith(id.toLowerCase()));
  const [first] = found;
  if (!first) throw new TidemarkError("UNKNOWN_RUN", `There is no run ${id} in this state.`, { hint: "`tidemark history PLAN` lists them." });
  if (found.length > 1)
    throw new TidemarkError("AMBIGUOUS_RUN", `${found.length} runs begin with ${id}.`, { hint: `They are: ${found.map(({ run }) => run).join(", ")}.` });
  return first;
}

/** More than a state ever holds. */
const ALL_RUNS = 1_000_000;

/** Every run of a state, newest first. */
export function readAllRuns(state: StateStore): Promise<readonly RunInfo[]> {
  return state.runs(ALL_RUNS);
}

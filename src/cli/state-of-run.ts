import { resolve } from "node:path";
import { TidemarkError } from "../core/errors.ts";
import { openState, openStateReadOnly, plansIn } from "../state/open.ts";
import type { RunInfo, StateStore } from "../state/state-store.ts";
import { findRun, readAllRuns } from "./runs.ts";

export interface StateOfRun {
  readonly state: StateStore;
  readonly run: RunInfo;
  /** All of that state, newest first. */
  readonly runs: readonly RunInfo[];
  readonly folder: string;
}

const RUN_ID = /^[0-9a-f]{4}[0-9a-f-]{0,32}$/i;

export function looksLikeRun(text: string): boolean {
  return RUN_ID.test(text);
}

/**
 * Finds a run where states are: its id is enough, as the message of a lock names it.
 *
 * @param folder default: `.tidemark` here
 * @returns the state that has it, open
 * @throws TidemarkError `UNKNOWN_RUN`, `AMBIGUOUS_RUN`
 */
export async function openStateOfRun(id: string, folder: string | undefined, access: "read" | "write"): Promise<StateOfRun> {
  const path = resolve(folder ?? ".tidemark");
  for (const plan of await plansIn(path)) {
    const place = { folder: path, plan };
    const state = await (access === "read" ? openStateReadOnly(place) : openState({ ...place, create: false }));
    try {
      const runs = await readAllRuns(state);
      if (runs.some(({ run }) => run.startsWith(id.toLowerCase()))) return { state, run: findRun(runs, id), runs, folder: path };
    } catch (error) {
      await state.close();
      throw error;
    }
    await state.close();
  }
  throw new TidemarkError("UNKNOWN_RUN", `There is no run ${id} in ${path}.`, {
    hint: "Name the folder of its state with --state, or its plan file.",
  });
}

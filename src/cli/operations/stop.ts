import { access } from "node:fs/promises";
import { TidemarkError } from "../../core/errors.ts";
import type { RunInfo, StateStore } from "../../state/state-store.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { loadPlan } from "../load-plan.ts";
import { openPlanState } from "../plan-source.ts";
import { findRun, readAllRuns } from "../runs.ts";
import { looksLikeRun, openStateOfRun } from "../state-of-run.ts";

export interface StopOptions {
  readonly run?: string;
  readonly force?: boolean;
  readonly state?: string;
}

/** Leaves a request in the state, where the run looks for it. Waits for nothing. */
export async function runStop(context: Context, planOrRun: string, options: StopOptions): Promise<ExitCode> {
  if (looksLikeRun(planOrRun) && !(await isThere(planOrRun))) return stopRun(context, planOrRun, options);
  const { plan } = await loadPlan(context, planOrRun);
  const state = await openPlanState(plan, options.state, "write");
  try {
    const runs = await readAllRuns(state);
    const meant = options.run === undefined ? runs.filter(({ status }) => status === "running") : [findRun(runs, options.run)];
    if (meant.length === 0)
      throw new TidemarkError("NOT_RUNNING", `No run of the plan ${plan.name} is running.`, {
        hint: `\`tidemark history ${planOrRun}\` shows how earlier ones ended.`,
      });
    for (const run of meant) await request(context, state, run, options.force ?? false);
    return EXIT.done;
  } finally {
    await state.close();
  }
}

async function stopRun(context: Context, id: string, options: StopOptions): Promise<ExitCode> {
  const { state, run } = await openStateOfRun(id, options.state, "write");
  try {
    await request(context, state, run, options.force ?? false);
    return EXIT.done;
  } finally {
    await state.close();
  }
}

async function request({ json, out }: Context, state: StateStore, { run, host, pid, status }: RunInfo, force: boolean): Promise<void> {
  if (status !== "running")
    throw new TidemarkError("NOT_RUNNING", `The run ${run} is not running: it is ${status}.`, { hint: "`tidemark history` shows how it ended." });
  await state.request(run, force ? "abort" : "stop");
  if (json) json.line({ type: "stopRequested", run, force });
  else out.line(`Asked the run ${run} (${host}, process ${pid}) to ${force ? "cut off what is in flight" : "finish what is in flight"} and stop.`);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

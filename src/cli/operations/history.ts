import { formatBytes } from "../../core/units.ts";
import { problemLines } from "../../report/outcome-view.ts";
import { runCounts, runJson, runLine } from "../../report/history-view.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { loadPlan } from "../load-plan.ts";
import { openPlanState } from "../plan-source.ts";
import { findRun, readAllRuns } from "../runs.ts";

export interface HistoryOptions {
  readonly run?: string;
  readonly state?: string;
}

/** Lists runs, newest first, or one run's problems. */
export async function runHistory(context: Context, file: string, options: HistoryOptions): Promise<ExitCode> {
  const { out, paint, json } = context;
  const { plan } = await loadPlan(context, file);
  const state = await openPlanState(plan, options.state, "read");
  try {
    const runs = await (options.run === undefined ? state.runs() : readAllRuns(state));
    if (options.run === undefined) {
      for (const run of runs) {
        if (json) json.line(runJson(run));
        else out.line(runLine(run, paint));
        if (out.full) await out.flush();
      }
      if (runs.length === 0 && !json) out.line(`The plan ${plan.name} has no runs yet.`);
      return EXIT.done;
    }

    const run = findRun(runs, options.run);
    if (json) json.line(runJson(run));
    else
      out.line(
        `${runLine(run, paint)}\n  plan ID ${run.planId}; by ${run.owner} on ${run.host}, process ${run.pid}; ${runCounts(run)}; ${formatBytes(run.appliedBytes)} applied`,
      );
    for await (const page of state.problems(run.run)) {
      for (const problem of page) {
        const { sync, action, key, outcome, code, message, hint } = problem;
        if (json) json.line({ type: "problem", run: run.run, sync, action, key, outcome, code, message, hint });
        else out.write(problemLines(problem, paint));
      }
      if (out.closed) break;
      await out.flush();
    }
    return EXIT.done;
  } finally {
    await state.close();
  }
}

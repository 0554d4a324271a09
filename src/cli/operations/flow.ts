import { TidemarkError } from "../../core/errors.ts";
import { describeFlow } from "../../core/flow.ts";
import { selectSyncs } from "../../engine/order.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type FlowOptions, flowOf } from "../flow-options.ts";
import { loadPlan } from "../load-plan.ts";
import { openPlanState } from "../plan-source.ts";
import { findRun, readRuns } from "../runs.ts";

export interface FlowCommandOptions extends FlowOptions {
  readonly run?: string;
  readonly state?: string;
}

interface FlowArguments {
  readonly file: string;
  readonly sync: string;
  readonly options: FlowCommandOptions;
}

const ALL_RUNS = 1_000_000;

/** Leaves a request in the state, where the run looks for it. Waits for nothing. The plan file stays as it is. */
export async function runFlow(context: Context, { file, sync, options }: FlowArguments): Promise<ExitCode> {
  const flow = flowOf(options);
  const { plan } = await loadPlan(context, file);
  selectSyncs(plan, [sync]);
  const state = await openPlanState(plan, options.state, "write");
  try {
    const runs = await readRuns(state, ALL_RUNS);
    const meant = (options.run === undefined ? runs : [findRun(runs, options.run)]).filter(({ status }) => status === "running");
    if (meant.length === 0) {
      throw new TidemarkError(
        "NOT_RUNNING",
        options.run === undefined ? `No run of the plan ${plan.name} is running.` : `The run ${options.run} is not running.`,
        {
          hint: "The flow of runs that are to come is in the plan: `flow` and `flowOutside`.",
        },
      );
    }
    const what = flow === undefined ? "what its plan says" : describeFlow(flow);
    for (const { run, host, pid } of meant) {
      await state.request(run, { sync, flow });
      if (context.json) context.json.line({ type: "flowRequested", run, sync, flow: flow ?? null });
      else context.out.line(`Asked the run ${run} (${host}, process ${pid}) to change the flow of ${sync}: ${what}.`);
    }
    return EXIT.done;
  } finally {
    await state.close();
  }
}

import { TidemarkError } from "../../core/errors.ts";
import { describeFlow } from "../../core/flow.ts";
import { selectSyncs } from "../../engine/order.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type FlowOptions, flowOf } from "../flow-options.ts";
import { loadPlan } from "../load-plan.ts";
import { openPlanState } from "../plan-source.ts";
import { findRun, readAllRuns } from "../runs.ts";

export interface FlowCommandOptions extends FlowOptions {
  readonly concurrency?: string;
  readonly run?: string;
  readonly state?: string;
}

interface FlowArguments {
  readonly file: string;
  readonly sync: string;
  readonly options: FlowCommandOptions;
}

const FLOW_OPTIONS = ["rate", "window", "days", "timezone", "outside", "reset"] as const;
/** As in a plan. */
const MOST_CONCURRENCY = 10_000;

/** Leaves a request in the state, where the run looks for it. Waits for nothing. The plan file stays as it is. */
export async function runFlow(context: Context, { file, sync, options }: FlowArguments): Promise<ExitCode> {
  const concurrency = concurrencyOf(options.concurrency);
  const isOnlyConcurrency = concurrency !== undefined && FLOW_OPTIONS.every((name) => options[name] === undefined);
  const flow = isOnlyConcurrency ? undefined : flowOf(options);
  const { plan } = await loadPlan(context, file);
  selectSyncs(plan, [sync]);
  const state = await openPlanState(plan, options.state, "write");
  try {
    const runs = await readAllRuns(state);
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
      if (!isOnlyConcurrency) {
        await state.request(run, { sync, flow });
        if (context.json) context.json.line({ type: "flowRequested", run, sync, flow: flow ?? null });
        else context.out.line(`Asked the run ${run} (${host}, process ${pid}) to change the flow of ${sync}: ${what}.`);
      }
      if (concurrency === undefined) continue;
      await state.request(run, { sync, concurrency: concurrency === "plan" ? undefined : concurrency });
      if (context.json) context.json.line({ type: "concurrencyRequested", run, sync, concurrency: concurrency === "plan" ? null : concurrency });
      else
        context.out.line(
          `Asked the run ${run} (${host}, process ${pid}) to change the requests in flight of ${sync}: ${concurrency === "plan" ? "what its plan says" : concurrency}.`,
        );
    }
    return EXIT.done;
  } finally {
    await state.close();
  }
}

function concurrencyOf(text: string | undefined): "auto" | "plan" | number | undefined {
  if (text === undefined || text === "auto" || text === "plan") return text;
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_CONCURRENCY) return count;
  throw new TidemarkError("USAGE", `--concurrency: \`${text}\` is no number from 1 to ${MOST_CONCURRENCY}.`, {
    hint: "Say a number, `auto`, or `plan` for what the plan says.",
  });
}

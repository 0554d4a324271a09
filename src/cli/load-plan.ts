import type { SyncPlan } from "../core/sync-plan.ts";
import { TidemarkError } from "../core/errors.ts";
import { counted } from "../report/words.ts";
import type { Context } from "./context.ts";

export interface LoadedPlan {
  readonly plan: SyncPlan;
  /** As the user named it. */
  readonly file: string;
  /** Of the checked plan without secrets. */
  readonly hash: string;
}

/**
 * Reads a plan that is to be worked with; shows all that is wrong with it.
 *
 * @throws TidemarkError `PLAN_INVALID` where something is
 */
export async function loadPlan(context: Context, file: string): Promise<LoadedPlan> {
  const [{ readPlanFile }] = await Promise.all([import("../plan-file/load.ts")]);
  const result = await readPlanFile(file, { env: context.host.env });
  if (result.plan) return { plan: result.plan, file, hash: result.hash };
  throw new TidemarkError("PLAN_INVALID", `${file} has ${counted(result.diagnostics.length, "problem")}.`);
}

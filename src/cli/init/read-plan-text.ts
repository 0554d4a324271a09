import { resolve } from "node:path";
import { type LoadedPlan, loadPlan } from "../../plan-file/load.ts";

/** Reads a plan that is not in a file yet. */
export function readPlanText(
  text: string,
  { planFile, env }: { readonly planFile: string; readonly env: Readonly<Record<string, string | undefined>> },
): LoadedPlan {
  return loadPlan(text, { file: resolve(planFile), displayFile: planFile, env });
}

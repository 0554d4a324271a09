import { resolve } from "node:path";
import type { Diagnostic } from "../../plan-file/diagnostic.ts";
import { type LoadedPlan, loadPlan } from "../../plan-file/load.ts";
import { variablesOf } from "./first-location.ts";
import type { FirstPlan } from "./first-plan.ts";

export interface ReadOptions {
  /** Where it will be: relative paths begin there. */
  readonly planFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads a plan that is not in a file yet. */
export function readPlanText(text: string, { planFile, env }: ReadOptions): LoadedPlan {
  return loadPlan(text, { file: resolve(planFile), displayFile: planFile, env });
}

/** What would be wrong with a plan once its variables are set, which they need not be yet. */
export function problemsOf(text: string, { plan, planFile, env }: ReadOptions & { readonly plan: FirstPlan }): readonly Diagnostic[] {
  const variables = Object.fromEntries([plan.from, plan.to].flatMap(variablesOf).map((name) => [name, "set-later"]));
  const { diagnostics } = readPlanText(text, { planFile, env: { ...variables, ...env } });
  return diagnostics.filter(({ severity }) => severity === "error");
}

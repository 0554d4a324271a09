import type { SyncPlan } from "../core/sync-plan.ts";
import { TidemarkError } from "../core/errors.ts";
import type { Diagnostic } from "../plan-file/diagnostic.ts";
import { readPlanFile } from "../plan-file/load.ts";
import { planHash } from "../plan-file/plan-hash.ts";
import { diagnosticJson, renderDiagnostic } from "../report/diagnostics.ts";
import { counted } from "../report/words.ts";
import type { Context } from "./context.ts";

export interface LoadedPlan {
  readonly plan: SyncPlan;
  /** As the user named it. */
  readonly file: string;
  /** Of the checked plan without secrets. */
  readonly hash: string;
}

export interface LoadPlanOptions {
  /** The plan's syncs are to be worked on, all or these: what this version cannot do yet is then an error. */
  readonly work?: { readonly syncs: readonly string[] | undefined };
}

/**
 * Reads a plan, and shows all that is wrong with it.
 *
 * @throws TidemarkError `PLAN_INVALID`, `FEATURE_NOT_AVAILABLE`
 */
export async function loadPlan(context: Context, file: string, { work }: LoadPlanOptions = {}): Promise<LoadedPlan> {
  const { plan, diagnostics, unsupported } = await readPlanFile(file, { env: context.host.env });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  for (const diagnostic of diagnostics) show(context, diagnostic);
  if (!plan)
    throw new TidemarkError("PLAN_INVALID", `${file} cannot be used: ${counted(errors.length, "problem")}.`, {
      hint: `\`tidemark validate ${file}\` shows them again, and touches nothing.`,
    });

  const missing = work ? unsupported.filter(({ sync }) => sync === undefined || work.syncs === undefined || work.syncs.includes(sync)) : [];
  for (const diagnostic of missing) show(context, diagnostic);
  if (missing.length > 0) {
    throw new TidemarkError("FEATURE_NOT_AVAILABLE", `${file} asks for what this version of Tidemark cannot do yet.`, {
      hint: "Take it out of the plan, or leave those syncs out with --sync.",
    });
  }
  return { plan, file, hash: planHash(plan) };
}

function show({ err, json, messages }: Context, diagnostic: Diagnostic): void {
  json?.line(diagnosticJson(diagnostic));
  if (diagnostic.severity !== "error" && !messages.shows("warn")) return;
  err.line(renderDiagnostic(diagnostic, messages.paint));
}

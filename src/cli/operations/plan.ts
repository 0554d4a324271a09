import { planMarkdown } from "../../report/plan-markdown.ts";
import { planSummaryJson } from "../../report/plan-json.ts";
import { showPlan } from "../../report/plan-view.ts";
import type { Changeset } from "../../changeset/changeset.ts";
import type { CiReportOptions } from "../ci-reports.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { mustBeReport, reportPaths } from "../html-file.ts";
import { makeChangeset } from "../make-changeset.ts";
import { loadPlan } from "../load-plan.ts";
import { markdownPlaces, mustBeMarkdown, writeMarkdown } from "../write-markdown.ts";
import type { ProgressMode } from "../../report/progress/progress.ts";
import { browse, mustHaveScreen } from "../screens.ts";
import { startPlanProgress } from "../start-progress.ts";
import { writePlanReport } from "../write-reports.ts";

export interface PlanOptions extends CiReportOptions {
  readonly out?: string;
  readonly sync?: readonly string[];
  readonly detailedExitcode?: boolean;
  readonly listSkips?: boolean;
  readonly compare?: boolean;
  readonly markdown?: string;
  readonly html?: string;
  readonly stepSummary?: boolean;
  readonly verbose?: boolean;
  readonly state?: string;
  readonly browse?: boolean;
  readonly progress: "auto" | ProgressMode;
}

/** Computes and shows a changeset; keeps it where `--out` says. */
export async function runPlan(context: Context, file: string, options: PlanOptions): Promise<ExitCode> {
  if (options.sarif === undefined && options.junit === undefined) return planAndShow(context, file, options);
  const [{ withCiReports }, { planCases }] = await Promise.all([import("../ci-reports.ts"), import("../../report/ci-case.ts")]);
  return withCiReports(context, {
    command: "plan",
    planFile: file,
    options,
    work: (tell) => planAndShow(context, file, options, (changeset) => tell((places) => planCases(changeset, places))),
  });
}

async function planAndShow(context: Context, file: string, options: PlanOptions, onPlanned?: (changeset: Changeset) => void): Promise<ExitCode> {
  const { out, paint, json, messages } = context;
  if (options.browse) mustHaveScreen(context);
  const loaded = await loadPlan(context, file, { work: { syncs: options.sync } });
  const pages = markdownPlaces(options, context.host.env);
  await mustBeMarkdown(pages);
  await mustBeReport(options.html);
  const progress = await startPlanProgress(context, options.progress);
  await using made = await makeChangeset({
    context,
    loaded,
    ...(options.sync && { syncs: options.sync }),
    ...(options.state !== undefined && { state: options.state }),
    ...(options.out !== undefined && { out: options.out }),
    alsoWritten: [...[options.markdown, options.sarif, options.junit].filter((path) => path !== undefined), ...reportPaths(options.html)],
    listSkips: options.listSkips ?? false,
    compare: options.compare ?? false,
    emit: progress.emit,
  }).finally(() => progress.close());
  const { changeset } = made;
  onPlanned?.(changeset);

  await writeMarkdown(pages, () => planMarkdown(changeset));
  if (options.html !== undefined) await writePlanReport(options.html, changeset);
  if (json) {
    json.line(planSummaryJson("plan", changeset));
  } else {
    await showPlan(changeset, out, paint, { verbose: options.verbose ?? false });
    if (options.out !== undefined) messages.info(`Kept in ${options.out}. Apply exactly this: tidemark apply ${options.out}`);
  }
  if (options.browse) await browse(context, changeset);
  const { hasChanges, hasConflicts } = changeset.summary;
  return options.detailedExitcode && (hasChanges || hasConflicts) ? EXIT.changes : EXIT.done;
}

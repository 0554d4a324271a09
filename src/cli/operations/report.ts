import type { Changeset } from "../../changeset/changeset.ts";
import { TidemarkError } from "../../core/errors.ts";
import { type RunItem, runItems, type RunRecord } from "../../report/run-items.ts";
import { runMarkdown } from "../../report/run-markdown.ts";
import { isListed, itemJson, itemLines, type RunList, runSummaryJson, showRun } from "../../report/run-view.ts";
import { openNamed } from "../changeset-file.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { mustBeReport } from "../html-file.ts";
import { keptChangeset } from "../kept-changesets.ts";
import { loadPlan } from "../load-plan.ts";
import { openPlanState, stateFolder } from "../plan-source.ts";
import { findRun, readAllRuns } from "../runs.ts";
import { openStateOfRun, type StateOfRun } from "../state-of-run.ts";
import { writeRunReport } from "../write-reports.ts";

export interface ReportOptions {
  readonly list?: RunList;
  readonly html?: string;
  readonly markdown?: boolean;
  readonly changeset?: string;
  readonly plan?: string;
  readonly state?: string;
}

/** Tells one run from the state and, where it is there, the changeset that the run applied. Changes nothing. */
export async function runReport(context: Context, id: string, options: ReportOptions): Promise<ExitCode> {
  await mustBeReport(options.html);
  const { state, run, runs, folder } = await found(context, id, options);
  let changeset: Changeset | undefined;
  try {
    const file = options.changeset ?? (folder === undefined ? undefined : await keptChangeset(folder, run.run));
    changeset = file === undefined ? undefined : await openNamed(file);
    if (changeset !== undefined && changeset.summary.planId !== run.planId) {
      throw new TidemarkError(
        "CHANGESET_OF_ANOTHER_RUN",
        `The run ${run.run} applied ${run.planId}, and the changeset ${file ?? ""} is ${changeset.summary.planId}.`,
        {
          hint: "Name the changeset that this run applied, or leave --changeset out.",
        },
      );
    }
    const record: RunRecord = { run, runs, state, changeset };
    if (options.html !== undefined) await writeRunReport(options.html, record);
    if (context.json) await showJson(context, record, options.list);
    else if (options.list !== undefined) await showList(context, record, options.list);
    else if (options.markdown) context.out.write(await runMarkdown(record));
    else await showRun(record, context.out, context.paint);
    return EXIT.done;
  } finally {
    changeset?.close();
    await state.close();
  }
}

type Found = Omit<StateOfRun, "folder"> & { readonly folder: string | undefined };

async function found(context: Context, id: string, { plan: planFile, state: override }: ReportOptions): Promise<Found> {
  if (planFile === undefined) return openStateOfRun(id, override, "read");
  const { plan } = await loadPlan(context, planFile);
  const state = await openPlanState(plan, override, "read");
  try {
    const runs = await readAllRuns(state);
    return { state, runs, run: findRun(runs, id), folder: stateFolder(plan, override) };
  } catch (error) {
    await state.close();
    throw error;
  }
}

async function showJson({ out, json }: Context, record: RunRecord, list: RunList | undefined): Promise<void> {
  for await (const item of items(record, list)) {
    if (out.closed) return;
    json?.line(itemJson(record.run.run, item));
    if (out.full) await out.flush();
  }
  json?.line(runSummaryJson(record));
}

async function showList({ out, paint, messages }: Context, record: RunRecord, list: RunList): Promise<void> {
  if (record.changeset === undefined && list !== "unapplied")
    messages.warn("The changeset of this run is not there: only what was not applied can be listed by name.", "Name it with --changeset FILE.");
  for await (const item of items(record, list)) {
    if (out.closed) return;
    out.write(itemLines(item, paint));
    if (out.full) await out.flush();
  }
}

async function* items(record: RunRecord, list: RunList | undefined): AsyncGenerator<RunItem> {
  for await (const item of runItems(record)) if (list === undefined || isListed(item, list)) yield item;
}

import { userInfo } from "node:os";
import type { Changeset } from "../../changeset/changeset.ts";
import { openChangeset } from "../../changeset/read.ts";
import { TidemarkError } from "../../core/errors.ts";
import { visible } from "../../core/escape.ts";
import type { DoneActions } from "../../driver/sync-driver.ts";
import { applyChangeset } from "../../engine/apply.ts";
import type { RunResult } from "../../engine/run.ts";
import { applySummaryJson, showOutcome } from "../../report/outcome-view.ts";
import { lostDetails, lostOf, measureLost } from "../../report/lost.ts";
import { planSummaryJson } from "../../report/plan-json.ts";
import { showPlan } from "../../report/plan-view.ts";
import { counted } from "../../report/words.ts";
import type { ProgressMode } from "../../report/progress/progress.ts";
import { approve } from "../ask.ts";
import { isChangesetFile, planFileOf } from "../changeset-file.ts";
import type { Context } from "../context.ts";
import { makeDrivers } from "../drivers.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type LoadedPlan, loadPlan } from "../load-plan.ts";
import { mustBeReport, reportPaths } from "../html-file.ts";
import { makeChangeset } from "../make-changeset.ts";
import { openPlanState, ownPaths } from "../plan-source.ts";
import { recordRun } from "../run-recording.ts";
import { browse, interruptByKey, mustHaveScreen, screenTerminal } from "../screens.ts";
import { isKeptFor, mustBeAlone, openFailed } from "../retry-failed.ts";
import { modeOf, startApplyProgress, startPlanProgress } from "../start-progress.ts";
import { writeOutcomeReport } from "../write-reports.ts";
import { holdChecks } from "./check.ts";

export interface ApplyCommandOptions {
  readonly autoApprove?: boolean;
  readonly confirm?: readonly string[];
  readonly planId?: string;
  readonly plan?: string;
  readonly sync?: readonly string[];
  readonly state?: string;
  readonly browse?: boolean;
  readonly html?: string;
  readonly retryFailed?: string;
  readonly progress: "auto" | ProgressMode;
  /** No option of the command line: for whoever applies more than one plan. */
  readonly onResult?: (result: RunResult) => void;
}

/** Applies a plan after an approval, or a changeset as it is. Which of the two a file is, its content says. */
export async function runApply(context: Context, file: string, options: ApplyCommandOptions): Promise<ExitCode> {
  await mustBeReport(options.html);
  if (options.retryFailed !== undefined) return applyFailed(context, file, options, options.retryFailed);
  return (await isChangesetFile(file)) ? applySaved(context, file, options) : applyPlan(context, file, options);
}

async function applySaved(context: Context, file: string, options: ApplyCommandOptions): Promise<ExitCode> {
  if (options.sync)
    throw new TidemarkError("USAGE", "A changeset is applied as it is: --sync belongs to `plan`.", { hint: "Plan again with --sync, and apply that." });
  if (options.browse)
    throw new TidemarkError("USAGE", "A changeset is applied without a question: --browse belongs to a plan file.", { hint: `tidemark show ${file} --browse` });
  const changeset = await openChangeset(file);
  try {
    holdPlanId(changeset, options.planId);
    const syncs = changeset.summary.syncs.map(({ header }) => header.name);
    const loaded = await loadPlan(context, await planFileOf(changeset, file, options.plan), { work: { syncs } });
    holdPlanHash(changeset, loaded);
    await holdChecks(context, loaded, { ...options, sync: syncs });
    return await applyOpen(context, changeset, loaded, options);
  } finally {
    changeset.close();
  }
}

/** What failed in a run, again: the same actions of the same changeset, under the same versions. Was reviewed then, so nobody is asked. */
async function applyFailed(context: Context, file: string, options: ApplyCommandOptions, run: string): Promise<ExitCode> {
  mustBeAlone(options);
  const given = (await isChangesetFile(file)) ? file : undefined;
  const loaded = await loadPlan(context, await planOf(file, given), { work: { syncs: undefined } });
  const { changeset, only, syncs, items } = await openFailed(loaded, { run, state: options.state, changeset: given });
  try {
    holdPlanHash(changeset, loaded);
    await holdChecks(context, loaded, { ...options, sync: syncs });
    context.messages.info(`Trying again what failed in the run ${run}: ${counted(items, "action")}.`);
    return await applyOpen(context, changeset, loaded, options, only);
  } finally {
    changeset.close();
  }
}

async function planOf(file: string, given: string | undefined): Promise<string> {
  if (given === undefined) return file;
  const changeset = await openChangeset(given);
  try {
    return await planFileOf(changeset, given, undefined);
  } finally {
    changeset.close();
  }
}

function holdPlanHash({ origin }: Changeset, { hash, file }: LoadedPlan): void {
  if (origin.planHash === hash) return;
  throw new TidemarkError("PLAN_CHANGED", `${file} is no longer what it was when this changeset was made.`, {
    hint: "Plan again, and review what it shows.",
  });
}

async function applyPlan(context: Context, file: string, options: ApplyCommandOptions): Promise<ExitCode> {
  if (options.plan !== undefined)
    throw new TidemarkError("USAGE", "--plan belongs to a changeset, and this is a plan file.", { hint: `tidemark apply ${file}` });
  const loaded = await loadPlan(context, file, { work: { syncs: options.sync } });
  // Before an hour of listing, not after it.
  const unasked = options.autoApprove === true || options.planId !== undefined;
  if (!unasked && !context.interactive) {
    throw new TidemarkError("APPROVAL_NEEDED", "A plan is applied after an approval, and nobody can be asked: stdin is not a terminal, or --json is on.", {
      hint: "Say it with --auto-approve, name what was reviewed with --plan-id sha256:…, or apply a changeset that `plan --out` kept.",
    });
  }
  if (options.browse && unasked)
    throw new TidemarkError("USAGE", "--browse looks before an answer is given, and --auto-approve or --plan-id gives it beforehand.", {
      hint: "Leave one of them out.",
    });
  if (options.browse) mustHaveScreen(context);
  await holdChecks(context, loaded, options);
  const progress = await startPlanProgress(context, options.progress);
  await using made = await makeChangeset({
    context,
    loaded,
    ...(options.sync && { syncs: options.sync }),
    ...(options.state !== undefined && { state: options.state }),
    alsoWritten: reportPaths(options.html),
    listSkips: false,
    emit: progress.emit,
  })
    .catch(throwUnwritten)
    .finally(() => progress.close());
  const { changeset } = made;

  if (context.json) context.json.line({ ...planSummaryJson("plan", changeset), type: "planned" });
  else await showPlan(changeset, context.out, context.paint, { verbose: false });
  await context.out.flush();
  holdPlanId(changeset, options.planId);
  if (options.browse && !changeset.summary.hasChanges) await browse(context, changeset);
  if (changeset.summary.hasChanges && !unasked && !(await approvePlan(context, changeset, options))) {
    context.messages.info("Not approved: nothing was changed.");
    return EXIT.error;
  }
  // Awaited here: the changeset is closed when this function ends.
  return await applyOpen(context, changeset, loaded, options);
}

/** Says again what would be lost, and asks: in a terminal with a way to look through the plan first. */
async function approvePlan(context: Context, changeset: Changeset, options: ApplyCommandOptions): Promise<boolean> {
  const { messages, host } = context;
  const { stop: signal } = host.interrupts;
  if (options.browse && (await browse(context, changeset, true))) {
    messages.info("Approved.");
    return true;
  }
  const terminal = modeOf(context, options.progress) === "tty" ? screenTerminal(context) : undefined;
  if (terminal?.input) {
    const { askApproval } = await import("../../ui/approval.ts");
    await context.err.flush();
    return askApproval({ terminal, changeset, paint: messages.paint, onInterrupt: interruptByKey, signal });
  }
  for (const lost of await measureLost(changeset, lostOf(changeset), signal)) {
    for (const line of lost.lines) messages.raw(`${messages.paint.remove(`${visible(lost.sync)}: ${line}`)}\n`, "error");
    for (const line of lostDetails(lost)) messages.raw(`  ${line}\n`, "error");
  }
  return approve(context, `Apply the plan ${visible(changeset.summary.plan)}?`, "--auto-approve");
}

function holdPlanId({ summary }: Changeset, planId: string | undefined): void {
  if (planId === undefined || planId === summary.planId) return;
  throw new TidemarkError("PLAN_ID_MISMATCH", `What was reviewed was ${planId}, and the plan comes to ${summary.planId} now.`, {
    hint: "Review what it does now, and apply that.",
  });
}

async function applyOpen(context: Context, changeset: Changeset, loaded: LoadedPlan, options: ApplyCommandOptions, only?: DoneActions): Promise<ExitCode> {
  const { interrupts } = context.host;
  const { summary } = changeset;
  const state = await openPlanState(loaded.plan, options.state, "create");
  const progress = await startApplyProgress(context, options.progress, changeset, state);
  const startedAt = Date.now();
  const recording = recordRun({ changeset, plan: loaded.plan, state: options.state, messages: context.messages, emit: progress.emit });
  // From here on Ctrl-C finishes what is in flight.
  interrupts.graceful = true;
  const ended = new AbortController();
  const say = (reason: string) => () => progress.emit({ type: "stopping", reason });
  interrupts.stop.addEventListener("abort", say("Stopping: what is in flight is finished. Once more cuts it off."), { once: true, signal: ended.signal });
  interrupts.abort.addEventListener("abort", say("Cutting off what is in flight, and cleaning up."), { once: true, signal: ended.signal });
  try {
    const result = await applyChangeset({
      changeset,
      plan: loaded.plan,
      planHash: loaded.hash,
      drivers: makeDrivers(ownPaths(loaded.plan, options.state, [changeset.path, ...reportPaths(options.html)])),
      state,
      owner: ownerName(context),
      stop: interrupts.stop,
      abort: interrupts.abort,
      emit: recording.emit,
      only,
      notes: recording.notes,
    });
    progress.close();
    options.onResult?.(result);
    const elapsedMs = Date.now() - startedAt;
    const isKept = await isKeptFor(loaded, options.state, result.run);
    if (context.json) context.json.line(applySummaryJson(summary, result));
    else await showOutcome({ summary, result, state, out: context.out, paint: context.paint, planFile: loaded.file, elapsedMs, isKept });
    if (options.html !== undefined) await writeOutcomeReport(options.html, { run: result.run, changeset, state, samples: recording.samples() });
    if (result.stopped && interrupts.interrupted) return EXIT.interrupted;
    return result.status === "applied" && !summary.hasConflicts ? EXIT.done : EXIT.partly;
  } finally {
    ended.abort();
    progress.close();
    await state.close();
  }
}

/** Who runs it, for somebody who meets the lock. */
function ownerName({ host: { env } }: Context): string {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, CI_JOB_URL, BUILD_URL } = env;
  if (GITHUB_SERVER_URL && GITHUB_REPOSITORY && GITHUB_RUN_ID) return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
  if (CI_JOB_URL) return CI_JOB_URL;
  if (BUILD_URL) return BUILD_URL;
  try {
    return userInfo().username;
  } catch {
    // A user id without a name, as containers have.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

/** A plan that refuses itself says why; who asked to apply it also wants to know what became of the data. */
function throwUnwritten(error: unknown): never {
  if (!(error instanceof TidemarkError) || error.code !== "EXISTING_DIFFERS") throw error;
  throw new TidemarkError(error.code, `${error.message} Nothing was written.`, { hint: error.hint, cause: error });
}

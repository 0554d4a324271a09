import { resolve } from "node:path";
import type { Changeset } from "../../changeset/changeset.ts";
import { TidemarkError } from "../../core/errors.ts";
import { loadPlan as loadPlanText } from "../../plan-file/load.ts";
import { planHash } from "../../plan-file/plan-hash.ts";
import { readBounded } from "../../plan-file/read-bounded.ts";
import { reviewMarkdown, type ReviewPage } from "../../report/review-markdown.ts";
import { findingJson, reviewGithub, type ReviewSubject, reviewSummaryJson, showDifference, showReview } from "../../report/review-view.ts";
import { diagnosticJson } from "../../report/diagnostics.ts";
import { type ChangesetDifference, compareChangesets } from "../../review/compare-changesets.ts";
import { REVIEW_SEVERITIES, type ReviewSeverity } from "../../review/finding.ts";
import { type PlanReview, type PlanText, reviewDeleted, reviewPlan } from "../../review/review-plan.ts";
import { openNamed } from "../changeset-file.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { readAtRevision } from "../git.ts";
import { loadPlan, type LoadedPlan } from "../load-plan.ts";
import { type MadeChangeset, makeChangeset } from "../make-changeset.ts";
import { startPlanProgress } from "../start-progress.ts";
import { markdownPlaces, mustBeMarkdown, writeMarkdown } from "../write-markdown.ts";

export interface ReviewOptions {
  readonly base: string;
  readonly baseFile?: string;
  readonly plan?: boolean;
  readonly changesets?: readonly string[];
  readonly format: "human" | "github";
  readonly markdown?: string;
  readonly stepSummary?: boolean;
  readonly failOn?: ReviewSeverity;
  readonly state?: string;
}

/** Says what a change of a plan file means. Without `--plan` it touches no location, and needs no variable. */
export async function runReview(context: Context, file: string, options: ReviewOptions): Promise<ExitCode> {
  mustGoTogether(options);
  const pages = markdownPlaces(options, context.host.env);
  await mustBeMarkdown(pages);
  const { base, review, subject } = await reviewFile(context, file, options);
  const fails = (severity: ReviewSeverity) => options.failOn !== undefined && REVIEW_SEVERITIES.indexOf(severity) <= REVIEW_SEVERITIES.indexOf(options.failOn);
  showFindings(context, { review, subject, fails, format: options.format });

  await using effects = review.problems.length > 0 || review.meaning === "deleted" ? nothing() : await effectsOf(context, { file, base, review, options });
  await writeMarkdown(pages, () => reviewMarkdown({ review, subject, ...effects.page }));
  if (effects.failure !== undefined) throw effects.failure;
  const { difference, remark } = effects.page;
  if (context.json) context.json.line(reviewSummaryJson({ review, subject, difference }));
  else if (options.format === "human" && difference !== undefined) showDifference(difference, context.out, context.paint);
  if (remark !== undefined) context.messages.warn(remark);
  if (review.problems.length > 0) return EXIT.error;
  return review.findings.some(({ severity }) => fails(severity)) ? EXIT.changes : EXIT.done;
}

function mustGoTogether({ plan, changesets }: ReviewOptions): void {
  if (plan && changesets !== undefined)
    throw new TidemarkError("USAGE", "--plan makes the two changesets that --changesets names.", { hint: "Keep one of them." });
  if (changesets === undefined || changesets.length <= 2) return;
  throw new TidemarkError("USAGE", "--changesets takes two files at most.", {
    hint: "Name that of the base, then the new one: --changesets base.changes new.changes.",
  });
}

async function reviewFile({ host }: Context, file: string, { base: ref, baseFile = file }: ReviewOptions) {
  const at = { ref, env: host.env, signal: host.interrupts.stop };
  const old = await readAtRevision({ file: baseFile, ...at });
  if (old.text === undefined && baseFile !== file) {
    throw new TidemarkError("BASE_FILE", `There was no file ${old.repositoryFile} at ${ref}.`, {
      hint: `\`git ls-tree -r --name-only ${ref}\` lists what there was.`,
    });
  }
  const repositoryFile = baseFile === file ? old.repositoryFile : (await readAtRevision({ file, ...at })).repositoryFile;
  const subject = { file, repositoryFile, ref, commit: old.commit };
  const base: PlanText | undefined = old.text === undefined ? undefined : { text: old.text, file: resolve(baseFile), displayFile: baseFile };
  const content = readBounded(resolve(file));
  if (!("code" in content)) {
    const next: PlanText = { text: content, file: resolve(file), displayFile: file };
    return { base, review: reviewPlan(base, next), subject };
  }
  // Whoever names another file for the base says that the plan goes on.
  if (content.code === "FILE_NOT_FOUND" && base !== undefined && baseFile === file) return { base, review: reviewDeleted(base), subject };
  throw new TidemarkError("PLAN_INVALID", `${file} cannot be used. ${content.message}`, { hint: content.hint });
}

interface Shown {
  readonly review: PlanReview;
  readonly subject: ReviewSubject;
  readonly fails: (severity: ReviewSeverity) => boolean;
  readonly format: ReviewOptions["format"];
}

function showFindings({ json, out, paint }: Context, { review, subject, fails, format }: Shown): void {
  if (json) {
    for (const problem of review.problems) json.line(diagnosticJson(problem));
    for (const finding of review.findings) json.line(findingJson(finding, subject));
  } else if (format === "github") {
    for (const line of reviewGithub(review, subject, fails)) out.line(line);
  } else showReview(review, subject, out, paint);
}

/** What the two plans would do. */
interface Effects extends AsyncDisposable {
  readonly page: Pick<ReviewPage, "difference" | "changeset" | "remark">;
  /** Why the new plan could not be planned. */
  readonly failure?: TidemarkError;
}

function nothing(page: Effects["page"] = {}, failure?: TidemarkError): Effects {
  return { page, ...(failure && { failure }), [Symbol.asyncDispose]: async () => {} };
}

interface EffectsWork {
  readonly file: string;
  readonly base: PlanText | undefined;
  readonly review: PlanReview;
  readonly options: ReviewOptions;
}

async function effectsOf(context: Context, work: EffectsWork): Promise<Effects> {
  const { changesets } = work.options;
  if (changesets !== undefined) return compareFiles(context, changesets, work);
  return work.options.plan ? planBoth(context, work) : nothing();
}

function difference(context: Context, before: Changeset, after: Changeset, { syncs }: PlanReview): Promise<ChangesetDifference> {
  const renamed = new Map(syncs.flatMap(({ name, before: old }) => (old === undefined || old === name ? [] : [[old, name] as const])));
  return compareChangesets({ before, after, renamed, signal: context.host.interrupts.stop });
}

/** @param files that of the base and the new one, or the new one alone, which is shown and compared with nothing */
async function compareFiles(context: Context, files: readonly string[], { review }: EffectsWork): Promise<Effects> {
  const [baseFile, newFile = ""] = files.length > 1 ? files : [undefined, ...files];
  if (baseFile === undefined) {
    const changeset = await openNamed(newFile);
    return { page: { changeset }, [Symbol.asyncDispose]: async () => changeset.close() };
  }
  const before = await openNamed(baseFile);
  try {
    const after = await openNamed(newFile);
    return { page: { difference: await difference(context, before, after, review), changeset: after }, [Symbol.asyncDispose]: async () => after.close() };
  } finally {
    before.close();
  }
}

/** Plans the new version, then the old one, both with the same state, which is only read. */
async function planBoth(context: Context, { file, base, review, options }: EffectsWork): Promise<Effects> {
  let made: MadeChangeset;
  try {
    made = await planned(context, await loadPlan(context, file, { work: { syncs: undefined } }), options);
  } catch (error) {
    if (!(error instanceof TidemarkError) || context.host.interrupts.stop.aborted) throw error;
    return nothing({ remark: `The plan could not be planned: ${error.message} (${error.code})` }, error);
  }
  const dispose = { [Symbol.asyncDispose]: async () => made[Symbol.asyncDispose]() };
  const { changeset } = made;
  if (base === undefined || review.base !== "found") return { page: { changeset }, ...dispose };
  try {
    await using old = await planned(context, loadBase(context, base), options);
    return { page: { changeset, difference: await difference(context, old.changeset, changeset, review) }, ...dispose };
  } catch (error) {
    if (error instanceof TidemarkError && !context.host.interrupts.stop.aborted) {
      return { page: { changeset, remark: `What the plan at the base would do is not known: ${error.message} (${error.code})` }, ...dispose };
    }
    await made[Symbol.asyncDispose]();
    throw error;
  }
}

/** The old version, with the environment and in the folder of now. Its diagnostics are nobody's to mend. */
function loadBase({ host }: Context, { text, file, displayFile }: PlanText): LoadedPlan {
  const { plan, diagnostics, unsupported } = loadPlanText(text, { file, displayFile, env: host.env });
  const [problem] = [...diagnostics.filter(({ severity }) => severity === "error"), ...unsupported];
  if (plan === undefined || problem !== undefined) throw new TidemarkError("PLAN_INVALID", problem?.message ?? "It cannot be used.");
  return { plan, file: displayFile, hash: planHash(plan) };
}

async function planned(context: Context, loaded: LoadedPlan, { state, markdown }: ReviewOptions): Promise<MadeChangeset> {
  const progress = await startPlanProgress(context, "auto");
  return makeChangeset({
    context,
    loaded,
    ...(state !== undefined && { state }),
    ...(markdown !== undefined && { alsoWritten: [markdown] }),
    listSkips: false,
    emit: progress.emit,
  }).finally(() => progress.close());
}

import { visible } from "../core/escape.ts";
import { formatBytes } from "../core/units.ts";
import type { ChangesetDifference, EffectGroup, SyncDifference } from "../review/compare-changesets.ts";
import type { ReviewFinding, ReviewSeverity } from "../review/finding.ts";
import type { Meaning, PlanReview } from "../review/review-plan.ts";
import { renderDiagnostic } from "./diagnostics.ts";
import type { Output } from "./output.ts";
import type { Paint } from "./paint.ts";
import { findingsSentence, sentenceText, sentenceWhole } from "./review-words.ts";
import { tint as actionTint } from "./sync-lines.ts";
import { type Annotation, workflowCommand } from "./workflow-command.ts";
import { ACTION_WORDS, counted } from "./words.ts";

/** What a review was made of, as it is shown. */
export interface ReviewSubject {
  /** As the user named it. */
  readonly file: string;
  /** From the root of the repository. */
  readonly repositoryFile: string;
  /** As the user named it. */
  readonly ref: string;
  readonly commit: string;
}

const MEANINGS: Readonly<Record<Meaning, string>> = {
  identical: "The plan file did not change.",
  form: "Only how it is written changed (order, formatting, comments, what is the default anyway): the plan means the same.",
  changed: "",
  new: "",
  deleted: "The plan file was deleted: its destinations are no longer kept up. Nothing is deleted by that.",
};

/** What came of a comparison, in a sentence; "" where there is nothing to say. */
export function outcomeSentence({ findings, meaning, problems }: Pick<PlanReview, "findings" | "meaning" | "problems">): string {
  if (findings.length > 0) return [`${findingsSentence(findings)}.`, MEANINGS[meaning]].filter((text) => text !== "").join(" ");
  // Of what cannot be read nobody knows what it means.
  return problems.length > 0 ? "Nothing that could be read changed." : MEANINGS[meaning];
}

/** Shows a review to a person: what makes the plan unusable, what may lose something, then the rest. */
export function showReview(review: PlanReview, subject: ReviewSubject, out: Output, paint: Paint): void {
  for (const problem of review.problems) out.line(`${renderDiagnostic(problem, paint)}\n`);
  for (const finding of review.findings) {
    const { severity, code, sentence } = finding;
    out.line(`${tint(severity, paint)(`${severity}:`)} ${sentenceText(sentence)} ${paint.faint(`[${code}]`)}`);
    out.line(paint.faint(`  --> ${placeText(finding, subject)}`));
  }
  if (review.findings.length > 0) out.line();
  const short = subject.commit.slice(0, 12);
  const revision = subject.ref === subject.commit ? short : `${visible(subject.ref)} (${short})`;
  const against = `${visible(subject.file)} against ${revision}`;
  const said = outcomeSentence(review);
  const invalid = review.problems.length > 0 ? `${paint.remove("Not valid:")} ${counted(review.problems.length, "error")}.` : "";
  out.line(`${paint.strong("Review:")} ${against}: ${[invalid, said].filter((text) => text !== "").join(" ")}`);
}

function placeText({ place, side }: ReviewFinding, { file, commit }: ReviewSubject): string {
  const where = `${visible(file)}:${place.line}:${place.column}`;
  return side === "new" ? where : `${where} at ${commit.slice(0, 12)}`;
}

function tint(severity: ReviewSeverity, paint: Paint): (text: string) => string {
  return severity === "danger" ? paint.remove : severity === "change" ? paint.change : paint.faint;
}

/** What a change adds to and takes from what would happen, for a person. */
export function showDifference({ syncs, planId, planIdBefore }: ChangesetDifference, out: Output, paint: Paint): void {
  out.line();
  if (planId === planIdBefore) out.line("What would happen is the same.");
  for (const sync of syncs) {
    const lines = differenceLines(sync);
    if (lines.length === 0) continue;
    out.line(paint.strong(visible(sync.name)));
    for (const { title, groups, mark } of lines) {
      if (groups === undefined) out.line(`  ${title}`);
      for (const group of groups ?? []) {
        const text = `${title} ${groupText(group)}`;
        out.line(`  ${(mark === "added" ? actionTint(group.action, paint) : mark === "removed" ? paint.faint : paint.change)(text)}`);
        for (const key of group.examples) out.line(`    ${visible(key, { maxLength: 160 })}`);
        if (group.items > group.examples.length) out.line(paint.faint(`    … and ${counted(group.items - group.examples.length, "more", "more")}`));
      }
    }
  }
  out.line(`Plan ID: ${planId}${planId === planIdBefore ? "" : paint.faint(` (before ${planIdBefore})`)}`);
}

export interface DifferenceLine {
  readonly title: string;
  readonly mark: "added" | "removed" | "altered";
  /** undefined: a remark alone. */
  readonly groups: readonly EffectGroup[] | undefined;
}

/** What there is to say of one sync; none where nothing is otherwise. */
export function differenceLines({ added, removed, altered, isMoved, hasOtherOptions }: SyncDifference): DifferenceLine[] {
  return [
    ...(isMoved ? [{ title: "It writes to another place, so that nothing is as before.", mark: "altered" as const, groups: undefined }] : []),
    ...(hasOtherOptions ? [{ title: "What it writes carries something else.", mark: "altered" as const, groups: undefined }] : []),
    ...(added.length > 0 ? [{ title: "would now", mark: "added" as const, groups: added }] : []),
    ...(removed.length > 0 ? [{ title: "would no longer", mark: "removed" as const, groups: removed }] : []),
    ...(altered.length > 0 ? [{ title: "would otherwise", mark: "altered" as const, groups: altered }] : []),
  ];
}

/** `delete 3 (1.2 MB)`. */
export function groupText({ action, items, bytes, rows }: EffectGroup): string {
  const sizes = [...(rows > 0 ? [`about ${counted(rows, "row")}`] : []), ...(bytes > 0 ? [formatBytes(bytes)] : [])].join(", ");
  return `${ACTION_WORDS[action].word} ${items.toLocaleString("en")}${sizes === "" ? "" : ` (${sizes})`}`;
}

/** A finding as one object of the JSON lines. */
export function findingJson({ code, severity, sentence, sync, location, place, side }: ReviewFinding, { file }: ReviewSubject) {
  return {
    type: "finding",
    code,
    severity,
    message: sentenceWhole(sentence),
    file,
    side,
    ...place,
    ...(sync !== undefined && { sync }),
    ...(location !== undefined && { location }),
  } as const;
}

export interface ReviewJson {
  readonly review: PlanReview;
  readonly subject: ReviewSubject;
  readonly difference: ChangesetDifference | undefined;
}

/** The last line of `review`. */
export function reviewSummaryJson({ review, subject, difference }: ReviewJson): { type: "summary"; [field: string]: unknown } {
  const count = (severity: ReviewSeverity) => review.findings.filter((finding) => finding.severity === severity).length;
  return {
    type: "summary",
    command: "review",
    plan: review.plan,
    base: { ref: subject.ref, commit: subject.commit, plan: review.base },
    valid: review.problems.length === 0,
    meaning: review.meaning,
    findings: { danger: count("danger"), change: count("change"), note: count("note") },
    syncs: Object.fromEntries(review.syncs.map(({ name, ...sync }) => [name, sync])),
    ...(difference !== undefined && {
      changes: {
        planId: difference.planId,
        planIdBefore: difference.planIdBefore,
        syncs: Object.fromEntries(difference.syncs.map(({ name, ...sync }) => [name, sync])),
      },
    }),
  };
}

/** GitHub shows no more of one step. */
const MOST_ANNOTATIONS = 10;

/**
 * A review as annotations of a workflow, at most ten, the gravest first. How many there are beside is
 * a plain line of the log.
 *
 * @param fails the gravity from which on the command fails: those are errors
 */
export function reviewGithub(review: PlanReview, subject: ReviewSubject, fails: (severity: ReviewSeverity) => boolean): string[] {
  const annotations: Annotation[] = [
    ...review.problems.map((problem): Annotation => ({ ...problem, file: subject.repositoryFile, level: "error", title: problem.code })),
    ...review.findings.map(({ severity, code, sentence, anchor }): Annotation => {
      const level = fails(severity) ? "error" : severity === "danger" ? "warning" : "notice";
      return { ...anchor, file: subject.repositoryFile, level, title: code, message: sentenceWhole(sentence) };
    }),
  ];
  const left = annotations.length - MOST_ANNOTATIONS;
  return [
    ...annotations.slice(0, MOST_ANNOTATIONS).map(workflowCommand),
    ...(left > 0 ? [`And ${counted(left, "more finding")}: tidemark review tells all of them.`] : []),
  ];
}

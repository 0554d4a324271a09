import type { Changeset } from "../changeset/changeset.ts";
import { markdownCode } from "../core/escape.ts";
import { formatCount } from "../core/units.ts";
import type { ChangesetDifference, EffectGroup, SyncDifference } from "../review/compare-changesets.ts";
import type { ReviewFinding } from "../review/finding.ts";
import type { PlanReview } from "../review/review-plan.ts";
import type { ReviewedSync } from "../review/compare-plans.ts";
import { always, fitted, type Section } from "./fit.ts";
import { LONGEST_KEY, word } from "./markdown-words.ts";
import { MARKDOWN_LIMIT, markdownTitle, planSections } from "./plan-markdown.ts";
import { differenceLines, groupText, outcomeSentence, type ReviewSubject } from "./review-view.ts";
import { findingsSentence, messageMarkdown, sentenceMarkdown } from "./review-words.ts";
import { counted } from "./words.ts";

/** What the plan itself needs at least, below a review. */
const ROOM_FOR_PLAN = 16_000;

export interface ReviewPage {
  readonly review: PlanReview;
  readonly subject: ReviewSubject;
  readonly difference?: ChangesetDifference | undefined;
  /** The new plan's: shown below. */
  readonly changeset?: Changeset | undefined;
  /** Why there is no difference, though one was asked for. */
  readonly remark?: string | undefined;
}

/**
 * A review as a comment on a pull request: what may lose something, then a table of syncs, then the
 * rest. It begins with the marker of the plan's own comment, so that one is kept and updated.
 *
 * What does not fit is left out, and that is said: first names of what would change, then notes, then
 * syncs. Dangers and counts never are.
 *
 * @returns less than 65,536 characters
 */
export function reviewMarkdown({ review, subject, difference, changeset, remark }: ReviewPage, limit: number = MARKDOWN_LIMIT): string {
  const changed = review.syncs.filter(({ fate }) => fate !== "same");
  const others = review.findings.filter(({ severity }) => severity !== "danger");
  const sections: Section[] = [
    always(`${markdownTitle(review.plan)}\n`),
    problemsSection(review),
    dangersSection(review.findings.filter(({ severity }) => severity === "danger")),
    always(`${summaryLine(review, subject)}\n`),
    ...(changed.length > 0 ? [syncsSection(changed, review.syncs.length)] : []),
    ...(others.length > 0 ? [othersSection(others, subject)] : []),
    ...(remark === undefined ? [] : [always(`\n> [!WARNING]\n> ${messageMarkdown(remark)}\n`)]),
    ...(difference === undefined ? [] : differenceSections(difference)),
  ];
  const text = fitted(sections, changeset === undefined ? limit : limit - ROOM_FOR_PLAN);
  if (changeset === undefined) return text;
  const heading = "\n### What would happen\n\n";
  return `${text}${heading}${planSections(changeset, limit - text.length - heading.length)}`;
}

function summaryLine(review: PlanReview, { ref, commit, file }: ReviewSubject): string {
  const short = markdownCode(commit.slice(0, 12));
  const revision = ref === commit ? short : `${markdownCode(ref, { maxLength: 100 })} (${short})`;
  return `**Review: ${outcomeSentence(review)}** ${markdownCode(file, { maxLength: 200 })} against ${revision}.`;
}

const MOST_PROBLEMS = 20;

function problemsSection({ problems }: PlanReview): Section {
  if (problems.length === 0) return always("");
  const head = `> [!CAUTION]\n> **The plan is not valid: ${counted(problems.length, "error")}.**\n`;
  const list = (most: number, length: number) =>
    `${head}>\n${problems
      .slice(0, most)
      .map(({ code, line, message }) => `> - line ${line}: ${messageMarkdown(message, length)} (${code})\n`)
      .join("")}${more(problems.length - most, "> - ", "tidemark validate")}\n`;
  return { variants: [() => list(MOST_PROBLEMS, 400), () => list(MOST_PROBLEMS, 100), () => `${head}\n`], expendable: 1 };
}

/** Each in a sentence; where they are too many for that, each by its name; then each kind with its count. */
function dangersSection(dangers: readonly ReviewFinding[]): Section {
  if (dangers.length === 0) return always("");
  const head = `> [!CAUTION]\n> **${counted(dangers.length, "danger")}**\n>\n`;
  const full = (length: number) => `${head}${dangers.map((finding) => `> - ${sentenceMarkdown(finding.sentence, length)}${placeOf(finding)}\n`).join("")}\n`;
  const names = () => `${head}${dangers.map((finding) => `> - ${finding.code}${ofWhat(finding)}${placeOf(finding)}\n`).join("")}>\n> ${see()}\n\n`;
  const kinds = () => {
    const counts = new Map<string, number>();
    for (const { code } of dangers) counts.set(code, (counts.get(code) ?? 0) + 1);
    return `${head}${[...counts].map(([code, count]) => `> - ${code}: ${formatCount(count)}\n`).join("")}>\n> ${see()}\n\n`;
  };
  return { variants: [() => full(160), () => full(60), names, kinds], expendable: 1 };
}

function see(): string {
  return "_`tidemark review` tells each in a sentence._";
}

function ofWhat({ sync, location }: ReviewFinding): string {
  const name = sync ?? location;
  return name === undefined ? "" : ` of ${markdownCode(name, { maxLength: 64 })}`;
}

function placeOf({ place, side }: ReviewFinding): string {
  return ` (line ${place.line}${side === "base" ? " of the old file" : ""})`;
}

const FATES: Readonly<Record<ReviewedSync["fate"], string>> = { added: "new", removed: "gone", renamed: "renamed", changed: "changed", same: "as before" };

function syncsSection(syncs: readonly ReviewedSync[], all: number): Section {
  const table = (most: number) => {
    const rows = syncs.slice(0, most).map(({ name, fate, before, from, to, findings }) => {
      const what = fate === "renamed" ? `renamed from ${cell(before ?? "", 64)}` : FATES[fate];
      return `| ${cell(name, 64)} | ${what} | ${cell(from)} → ${cell(to)} | ${findings.danger} | ${findings.change} |\n`;
    });
    const same = all - syncs.length;
    const rest = same > 0 ? `\n${counted(same, "sync is", "syncs are")} as before.\n` : "";
    return `\n| sync | | from → to | dangers | changes |\n|---|---|---|--:|--:|\n${rows.join("")}${more(syncs.length - most, "\n", "tidemark review")}${rest}`;
  };
  const none = () => `\n${counted(syncs.length, "sync")} changed: too many to be listed here. \`tidemark review\` shows them.\n`;
  return { variants: [() => table(syncs.length), () => table(100), () => table(20), none], expendable: 2 };
}

function cell(text: string, maxLength = LONGEST_KEY): string {
  return markdownCode(text, { maxLength });
}

function othersSection(findings: readonly ReviewFinding[], { file }: ReviewSubject): Section {
  const list = (most: number) =>
    `\n<details><summary>${findingsSentence(findings)}</summary>\n\n${findings
      .slice(0, most)
      .map((finding) => `- ${sentenceMarkdown(finding.sentence)}${placeOf(finding)}\n`)
      .join("")}${more(findings.length - most, "- ", "tidemark review")}\n</details>\n`;
  const none = () =>
    `\n_${findingsSentence(findings)} are too many to be listed here: ${markdownCode(`tidemark review ${file}`, { maxLength: 200 })} shows them._\n`;
  return { variants: [() => list(findings.length), () => list(100), () => list(20), none], expendable: 3 };
}

function more(count: number, before: string, command: string): string {
  return count > 0 ? `${before}… and ${formatCount(count)} more: \`${command}\` shows them.\n` : "";
}

function differenceSections({ syncs, planId, planIdBefore }: ChangesetDifference): Section[] {
  const head = "\n### What the change adds and takes away\n\n";
  if (planId === planIdBefore) return [always(`${head}What would happen is the same.\n`)];
  const changed = syncs.filter((sync) => differenceLines(sync).length > 0);
  const table = (most: number) =>
    `| sync | would now | would no longer | would otherwise |\n|---|---|---|---|\n${changed
      .slice(0, most)
      .map(
        ({ name, added, removed, altered, isMoved }) =>
          `| ${cell(name, 64)}${isMoved ? ", to another place" : ""} | ${[added, removed, altered].map((groups) => groups.map(groupText).join("<br>")).join(" | ")} |\n`,
      )
      .join("")}${more(changed.length - most, "\n", "tidemark review --plan")}`;
  const none = () => `${totalsSentence(changed)} In ${counted(changed.length, "sync")}, too many to be listed here: \`tidemark review --plan\` shows them.\n`;
  const examples = (most: number) => changed.map((sync) => exampleList(sync, most)).join("");
  return [
    { variants: [() => head + table(changed.length), () => head + table(100), () => head + table(20), () => head + none()], expendable: 2 },
    {
      variants: [() => examples(10), () => examples(3), () => "\n_Names are too long to be listed here: `tidemark review --plan` shows them._\n"],
      expendable: 4,
    },
  ];
}

/** `Would now: copy 5 (1 kB), delete 3.` */
function totalsSentence(syncs: readonly SyncDifference[]): string {
  const sides = [
    ["Would now", syncs.flatMap(({ added }) => added)],
    ["Would no longer", syncs.flatMap(({ removed }) => removed)],
    ["Would otherwise", syncs.flatMap(({ altered }) => altered)],
  ] as const;
  return sides
    .filter(([, groups]) => groups.length > 0)
    .map(([title, groups]) => `${title}: ${summed(groups).map(groupText).join(", ")}.`)
    .join(" ");
}

function summed(groups: readonly EffectGroup[]): EffectGroup[] {
  const totals = new Map<string, EffectGroup>();
  for (const { action, items, bytes, rows } of groups) {
    const known = totals.get(action);
    totals.set(action, { action, items: items + (known?.items ?? 0), bytes: bytes + (known?.bytes ?? 0), rows: rows + (known?.rows ?? 0), examples: [] });
  }
  return [...totals.values()];
}

function exampleList(sync: SyncDifference, most: number): string {
  const lines = differenceLines(sync).flatMap(({ title, groups }) =>
    (groups ?? []).map((group) => {
      const keys = group.examples.slice(0, most).map((key) => markdownCode(key, { maxLength: LONGEST_KEY }));
      const left = group.items - keys.length;
      return `- ${title} ${groupText(group)}: ${keys.join(", ")}${left > 0 ? ` and ${formatCount(left)} more` : ""}\n`;
    }),
  );
  return lines.length === 0 ? "" : `\n<details><summary>${word(sync.name)}: what changes</summary>\n\n${lines.join("")}\n</details>\n`;
}

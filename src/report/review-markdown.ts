import type { Changeset } from "../changeset/changeset.ts";
import { markdownCode } from "../core/escape.ts";
import { formatCount } from "../core/units.ts";
import type { ChangesetDifference, EffectGroup, SyncDifference } from "../review/compare-changesets.ts";
import type { ReviewFinding } from "../review/finding.ts";
import type { PlanReview } from "../review/review-plan.ts";
import type { ReviewedSync } from "../review/compare-plans.ts";
import { LONGEST_KEY, word } from "./markdown-words.ts";
import { MARKDOWN_LIMIT, markdownTitle, planSections } from "./plan-markdown.ts";
import { differenceLines, groupText, outcomeSentence, type ReviewSubject } from "./review-view.ts";
import { filled, fixed, type Part } from "./review-fit.ts";
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
 * What does not fit is left out, and that is said. Room is given to errors first, then to dangers, then
 * to what would change, to syncs, to notes, and last to names. Counts are always there.
 *
 * @returns less than 65,536 characters
 */
export function reviewMarkdown({ review, subject, difference, changeset, remark }: ReviewPage, limit: number = MARKDOWN_LIMIT): string {
  const changed = review.syncs.filter(({ fate }) => fate !== "same");
  const others = review.findings.filter(({ severity }) => severity !== "danger");
  const parts: Part[] = [
    fixed(`${markdownTitle(review.plan)}\n`),
    problemsPart(review),
    dangersPart(review.findings.filter(({ severity }) => severity === "danger")),
    fixed(`${summaryLine(review, subject)}\n`),
    ...(changed.length > 0 ? [syncsPart(changed, review.syncs.length)] : []),
    ...(others.length > 0 ? [othersPart(others, subject)] : []),
    ...(remark === undefined ? [] : [fixed(`\n> [!WARNING]\n> ${messageMarkdown(remark)}\n`)]),
    ...(difference === undefined ? [] : differenceParts(difference)),
  ];
  const text = filled(parts, changeset === undefined ? limit : limit - ROOM_FOR_PLAN);
  if (changeset === undefined) return text;
  const heading = "\n### What would happen\n\n";
  return `${text}${heading}${planSections(changeset, limit - text.length - heading.length)}`;
}

function summaryLine(review: PlanReview, { ref, commit, file }: ReviewSubject): string {
  const short = markdownCode(commit.slice(0, 12));
  const revision = ref === commit ? short : `${markdownCode(ref, { maxLength: 100 })} (${short})`;
  return `**Review: ${outcomeSentence(review)}** ${markdownCode(file, { maxLength: 200 })} against ${revision}.`;
}

function problemsPart({ problems }: PlanReview): Part {
  if (problems.length === 0) return fixed("");
  const head = `> [!CAUTION]\n> **The plan is not valid: ${counted(problems.length, "error")}.**\n>\n`;
  const items = problems.map(({ code, line, message }) => `> - line ${line}: ${messageMarkdown(message)} (${code})\n`);
  const show = (count: number) => `${head}${items.slice(0, count).join("")}${more(problems.length - count, "> - ", "tidemark validate")}\n`;
  return { ways: [{ most: items.length, show }], rank: 1 };
}

/** As many as fit in a sentence, the others by their names; where they are too many for that, each kind with its count. */
function dangersPart(dangers: readonly ReviewFinding[]): Part {
  if (dangers.length === 0) return fixed("");
  const head = `> [!CAUTION]\n> **${counted(dangers.length, "danger")}**\n>\n`;
  const most = dangers.length;
  const sentences = dangers.map((finding) => `> - ${sentenceMarkdown(finding.sentence)}${placeOf(finding)}\n`);
  const names = dangers.map((finding) => `> - ${finding.code}${ofWhat(finding)}${placeOf(finding)}\n`);
  const kinds = kindLines(dangers);
  const end = (count: number) => (count < most ? `>\n> ${see()}\n\n` : "\n");
  const named = (count: number) => `${head}${sentences.slice(0, count).join("")}${names.slice(count).join("")}${end(count)}`;
  const told = (count: number) => `${head}${kinds}${count > 0 ? ">\n> Among them:\n>\n" : ""}${sentences.slice(0, count).join("")}${end(count)}`;
  return {
    ways: [
      { most, show: named },
      { most, show: told },
    ],
    rank: 2,
  };
}

function kindLines(findings: readonly ReviewFinding[]): string {
  const counts = new Map<string, number>();
  for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => `> - ${code}: ${formatCount(count)}\n`).join("");
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

function syncsPart(syncs: readonly ReviewedSync[], all: number): Part {
  const rows = syncs.map(({ name, fate, before, from, to, findings }) => {
    const what = fate === "renamed" ? `renamed from ${cell(before ?? "", 64)}` : FATES[fate];
    return `| ${cell(name, 64)} | ${what} | ${cell(from)} → ${cell(to)} | ${findings.danger} | ${findings.change} |\n`;
  });
  const same = all - syncs.length;
  const rest = same > 0 ? `\n${counted(same, "sync is", "syncs are")} as before.\n` : "";
  const show = (count: number) =>
    count === 0
      ? `\n${counted(syncs.length, "sync")} changed: too many to be listed here. \`tidemark review\` shows them.\n`
      : `\n| sync | | from → to | dangers | changes |\n|---|---|---|--:|--:|\n${rows.slice(0, count).join("")}${more(syncs.length - count, "\n", "tidemark review")}${rest}`;
  return { ways: [{ most: rows.length, show }], rank: 4 };
}

function cell(text: string, maxLength = LONGEST_KEY): string {
  return markdownCode(text, { maxLength });
}

function othersPart(findings: readonly ReviewFinding[], { file }: ReviewSubject): Part {
  const items = findings.map((finding) => `- ${sentenceMarkdown(finding.sentence)}${placeOf(finding)}\n`);
  const show = (count: number) =>
    count === 0
      ? `\n_${findingsSentence(findings)} are too many to be listed here: ${markdownCode(`tidemark review ${file}`, { maxLength: 200 })} shows them._\n`
      : `\n<details><summary>${findingsSentence(findings)}</summary>\n\n${items.slice(0, count).join("")}${more(findings.length - count, "- ", "tidemark review")}\n</details>\n`;
  return { ways: [{ most: items.length, show }], rank: 5 };
}

function more(count: number, before: string, command: string): string {
  return count > 0 ? `${before}… and ${formatCount(count)} more: \`${command}\` shows them.\n` : "";
}

/** Names of each group that a comment shows at most. */
const MOST_EXAMPLES = 10;

function differenceParts({ syncs, planId, planIdBefore }: ChangesetDifference): Part[] {
  const head = "\n### What the change adds and takes away\n\n";
  if (planId === planIdBefore) return [fixed(`${head}What would happen is the same.\n`)];
  const changed = syncs.filter((sync) => differenceLines(sync).length > 0);
  const rows = changed.map(
    ({ name, added, removed, altered, isMoved }) =>
      `| ${cell(name, 64)}${isMoved ? ", to another place" : ""} | ${[added, removed, altered].map((groups) => groups.map(groupText).join("<br>")).join(" | ")} |\n`,
  );
  const table = (count: number) =>
    `| sync | would now | would no longer | would otherwise |\n|---|---|---|---|\n${rows.slice(0, count).join("")}${more(changed.length - count, "\n", "tidemark review --plan")}`;
  const none = () => `${totalsSentence(changed)} In ${counted(changed.length, "sync")}, too many to be listed here: \`tidemark review --plan\` shows them.\n`;
  const examples = (most: number) => changed.map((sync) => exampleList(sync, most)).join("");
  return [
    { ways: [{ most: rows.length, show: (count) => head + (count === 0 && rows.length > 0 ? none() : table(count)) }], rank: 3 },
    {
      ways: [
        {
          most: MOST_EXAMPLES,
          show: (count) => (count === 0 ? "\n_Names are too long to be listed here: `tidemark review --plan` shows them._\n" : examples(count)),
        },
      ],
      rank: 6,
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

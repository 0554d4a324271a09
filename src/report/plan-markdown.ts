import type { Changeset } from "../changeset/changeset.ts";
import type { SyncSummary } from "../changeset/summary.ts";
import { markdownCode, markdownText, visible } from "../core/escape.ts";
import { formatBytes, formatCount } from "../core/units.ts";
import { ACTION_WORDS, counted, planSentence, READING_ORDER, sizeOf, totals } from "./words.ts";

/** What a plan's markdown begins with: a comment that nobody sees, by which it is found again. */
export const MARKDOWN_MARKER = "<!-- tidemark:";

/** GitHub refuses a longer comment, and then shows nothing at all. In UTF-16 units, with a margin. */
export const MARKDOWN_LIMIT = 65_000;

const LONGEST_KEY = 300;
const SAMPLES = 20;

/**
 * A changeset as a comment on a pull request: what destroys first, then a table, then the actions.
 *
 * Where all actions would not fit, samples are shown; where those would not, the table alone; where
 * even that is too long, the syncs that change most. The summary and the `planId` always survive.
 *
 * @returns less than 65,536 characters; begins with a hidden marker by which a job finds its comment again
 */
export function planMarkdown(changeset: Changeset, limit: number = MARKDOWN_LIMIT): string {
  const head = heading(changeset);
  const foot = footing(changeset);
  const table = syncTable(changeset.summary.syncs);
  const room = limit - head.length - foot.length - table.length;
  if (room < 0) return head + syncTable(mostChanged(changeset.summary.syncs, limit - head.length - foot.length), changeset.summary.syncs.length) + foot;
  return (
    head +
    table +
    (details(changeset, room, undefined) ??
      details(changeset, room, SAMPLES) ??
      details(changeset, room, 3) ??
      "\n_The actions are too many to be listed here._\n") +
    foot
  );
}

function heading({ summary }: Changeset): string {
  const { items, bytesToMove } = totals(summary.syncs);
  const lines = [`${MARKDOWN_MARKER}${summary.plan.replaceAll(/[^\w-]/g, "")} -->`, `## Tidemark: ${word(summary.plan)}`, ""];
  if (items.delete > 0) lines.push("> [!CAUTION]", `> **${counted(items.delete, "object")} will be deleted.**`, "");
  if (items.overwrite > 0) lines.push("> [!WARNING]", `> ${counted(items.overwrite, "object")} will be overwritten.`, "");
  if (summary.hasConflicts) lines.push("> [!WARNING]", `> ${counted(items.conflict, "object")} in conflict will be left alone.`, "");
  lines.push(summary.hasChanges ? `**Plan: ${planSentence(summary)}.** ${formatBytes(bytesToMove)} to move.` : `**No changes.** ${planSentence(summary)}.`, "");
  return `${lines.join("\n")}\n`;
}

function footing({ summary, origin }: Changeset): string {
  if (!summary.hasChanges) return `\nPlan ID: \`${summary.planId}\`\n`;
  const file = origin.planFile === "" ? "PLAN" : visible(origin.planFile, { maxLength: LONGEST_KEY });
  return `\nPlan ID: \`${summary.planId}\`. Apply exactly this: ${markdownCode(`tidemark apply ${file} --plan-id ${summary.planId}`)}\n`;
}

function syncTable(syncs: readonly SyncSummary[], of: number = syncs.length): string {
  const lines = ["| sync | from → to | delete | overwrite | copy | conflict | unchanged | to move |", "|---|---|--:|--:|--:|--:|--:|--:|"];
  for (const { header, actions } of syncs) {
    const ends = `${markdownCode(header.from.display, { maxLength: LONGEST_KEY })} → ${markdownCode(header.to.display, { maxLength: LONGEST_KEY })}`;
    const numbers = [actions.delete, actions.overwrite, actions.copy, actions.conflict, actions.skip].map(({ items }) => formatCount(items));
    lines.push(`| ${word(header.name)} | ${ends} | ${numbers.join(" | ")} | ${formatBytes(actions.copy.bytes + actions.overwrite.bytes)} |`);
  }
  if (syncs.length < of) lines.push("", `_and ${formatCount(of - syncs.length)} more syncs._`);
  const notices = syncs.flatMap(({ header, notices: list }) =>
    list.map((notice) => `- ${word(header.name)}: ${markdownText(notice.message, { maxLength: 500 })}`),
  );
  const shown = notices.slice(0, 20);
  if (shown.length > 0) lines.push("", "**Warnings**", "", ...shown);
  if (notices.length > shown.length) lines.push(`- and ${formatCount(notices.length - shown.length)} more`);
  return `${lines.join("\n")}\n`;
}

/** As many syncs as fit, those that change most first. */
function mostChanged(syncs: readonly SyncSummary[], room: number): readonly SyncSummary[] {
  const changes = ({ actions }: SyncSummary) => actions.delete.items + actions.overwrite.items + actions.copy.items;
  const sorted = syncs.toSorted((a, b) => changes(b) - changes(a));
  let kept = sorted.length;
  while (kept > 0 && syncTable(sorted.slice(0, kept), syncs.length).length > room) kept = Math.floor(kept / 2);
  return sorted.slice(0, kept);
}

/** @returns undefined where it would be longer than `room`, found out without building more than that */
function details(changeset: Changeset, room: number, samples: number | undefined): string | undefined {
  let text = "";
  for (const { header, actions } of changeset.summary.syncs) {
    const kinds = READING_ORDER.filter((kind) => kind !== "skip" && actions[kind].items > 0);
    if (kinds.length === 0) continue;
    const items = kinds.reduce((total, kind) => total + actions[kind].items, 0);
    text += `\n<details><summary>${word(header.name)}: ${counted(items, "action")}</summary>\n\n| | key | size | reason |\n|---|---|--:|---|\n`;
    for (const kind of kinds) {
      let shown = 0;
      const listed = changeset.actions({ sync: header.name, kinds: [kind], ...(samples !== undefined && { limit: samples, largestFirst: true }) });
      for (const action of listed) {
        text += `| ${ACTION_WORDS[kind].word} | ${markdownCode(action.key, { maxLength: LONGEST_KEY })} | ${formatBytes(sizeOf(action))} | ${word(action.reason)} |\n`;
        shown += 1;
        if (text.length > room) return undefined;
      }
      if (shown < actions[kind].items) text += `| ${ACTION_WORDS[kind].word} | … and ${formatCount(actions[kind].items - shown)} more | | |\n`;
    }
    text += "\n</details>\n";
    if (text.length > room) return undefined;
  }
  return text;
}

/** A name or a code of ours is harmless as it is, and easier to read without entities. */
function word(text: string): string {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/i.test(text) ? text : markdownText(text, { maxLength: LONGEST_KEY });
}

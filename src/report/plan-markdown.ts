import type { Changeset } from "../changeset/changeset.ts";
import { effectTotals } from "../changeset/effects.ts";
import type { SyncSummary } from "../changeset/summary.ts";
import { markdownCode, markdownText, visible } from "../core/escape.ts";
import { formatBytes, formatCount } from "../core/units.ts";
import { databaseDetails, type DatabaseDetailsOptions, databaseTable } from "./database-markdown.ts";
import { countKinds } from "./database-words.ts";
import { losses } from "./losses.ts";
import { LONGEST_KEY, word } from "./markdown-words.ts";
import { ACTION_WORDS, counted, moveSentence, planSentence, READING_ORDER, sizeOf, totals } from "./words.ts";

/** What a plan's markdown begins with: a comment that nobody sees, by which it is found again. */
export const MARKDOWN_MARKER = "<!-- tidemark:";

/** GitHub refuses a longer comment, and then shows nothing at all. In UTF-16 units, with a margin. */
export const MARKDOWN_LIMIT = 65_000;

/** Lines about losses: a thousand syncs must not leave no room for the rest. */
const MOST_LOSSES = 50;
/** The same in characters, and that of remarks. */
const ROOM_FOR_LOSSES = 4000;
const ROOM_FOR_NOTICES = 8000;

type Detail = Pick<DatabaseDetailsOptions, "samples" | "differences" | "definitions">;

/** What is shown of the actions, as much as there is room for: definitions are left out first. */
const DETAILS: readonly Detail[] = [
  { samples: undefined, differences: true, definitions: true },
  { samples: undefined, differences: true, definitions: false },
  { samples: 20, differences: true, definitions: false },
  { samples: 20, differences: false, definitions: false },
  { samples: 3, differences: false, definitions: false },
];

/**
 * A changeset as a comment on a pull request: what destroys first, then a table, then the actions.
 *
 * Where definitions of database objects would not fit, they are left out; where all actions would not,
 * samples are shown; where those would not, the table alone; where even that is too long, the syncs
 * that change most. The summary and the `planId` always survive.
 *
 * @returns less than 65,536 characters; begins with a hidden marker by which a job finds its comment again
 */
export function planMarkdown(changeset: Changeset, limit: number = MARKDOWN_LIMIT): string {
  const title = markdownTitle(changeset.summary.plan);
  return `${title}\n${planSections(changeset, limit - title.length - 1)}`;
}

/** What a comment of a plan begins with: the marker by which it is found again, and its name. */
export function markdownTitle(plan: string): string {
  return `${MARKDOWN_MARKER}${plan.replaceAll(/[^\w-]/g, "").slice(0, LONGEST_KEY)} -->\n## Tidemark: ${word(plan)}\n`;
}

/** The comment below its title. */
export function planSections(changeset: Changeset, limit: number): string {
  const head = heading(changeset);
  const foot = footing(changeset);
  const table = syncTable(changeset.summary.syncs);
  const room = limit - head.length - foot.length - table.length;
  if (room < 0) return head + syncTable(mostChanged(changeset.summary.syncs, limit - head.length - foot.length), changeset.summary.syncs.length) + foot;
  const kindsOf = rememberKinds(changeset);
  for (const detail of DETAILS) {
    const text = details(changeset, room - LEFT_OUT.length, { ...detail, kindsOf });
    if (text !== undefined) return head + table + text + (detail.definitions || !hasDefinitions(changeset.summary.syncs) ? "" : LEFT_OUT) + foot;
  }
  return `${head}${table}${TOO_MANY.length > room ? "" : TOO_MANY}${foot}`;
}

const LEFT_OUT = "\n_Definitions are too long to be listed here: `tidemark plan --verbose` shows them._\n";
const TOO_MANY = "\n_The actions are too many to be listed here: `tidemark plan --verbose` shows them._\n";

/** Counting reads a sync through: once is enough. */
function rememberKinds(changeset: Changeset): DatabaseDetailsOptions["kindsOf"] {
  const known = new Map<string, ReturnType<DatabaseDetailsOptions["kindsOf"]>>();
  return (sync) => {
    const kinds = known.get(sync) ?? countKinds(changeset, sync);
    known.set(sync, kinds);
    return kinds;
  };
}

function hasDefinitions(syncs: readonly SyncSummary[]): boolean {
  return syncs.some(({ header, actions }) => header.kind === "postgres" && actions.create.items > 0);
}

function heading(changeset: Changeset): string {
  const { summary } = changeset;
  const objects = totals(summary.syncs.filter(({ header }) => header.kind === "objects"));
  const all = totals(summary.syncs);
  const lines: string[] = [];
  if (objects.items.delete > 0) lines.push("> [!CAUTION]", `> **${counted(objects.items.delete, "object")} will be deleted.**`, "");
  if (objects.items.overwrite > 0) lines.push("> [!WARNING]", `> ${counted(objects.items.overwrite, "object")} will be overwritten.`, "");
  const lost = summary.syncs.flatMap((sync) =>
    sync.header.kind === "postgres" ? losses(changeset, sync).map((line) => `> **${word(sync.header.name)}: ${line}**`) : [],
  );
  if (lost.length > 0) lines.push("> [!CAUTION]", ...someLosses(lost), "");
  if (summary.hasConflicts) lines.push("> [!WARNING]", `> ${counted(all.items.conflict, "object")} in conflict will be left alone.`, "");
  lines.push(summary.hasChanges ? `**Plan: ${planSentence(summary)}.** ${moveSentence(all)}.` : `**No changes.** ${planSentence(summary)}.`, "");
  return `${lines.join("\n")}\n`;
}

/** Names may be long, and what is escaped longer: there has to be room for the rest. */
function someLosses(lost: readonly string[]): string[] {
  let room = ROOM_FOR_LOSSES;
  const shown = lost.slice(0, MOST_LOSSES).filter((line) => (room -= line.length) >= 0);
  return shown.length < lost.length ? [...shown, `> and ${formatCount(lost.length - shown.length)} more`] : shown;
}

function footing({ summary, origin }: Changeset): string {
  if (!summary.hasChanges) return `\nPlan ID: \`${summary.planId}\`\n`;
  const file = origin.planFile === "" ? "PLAN" : visible(origin.planFile, { maxLength: LONGEST_KEY });
  return `\nPlan ID: \`${summary.planId}\`. Apply exactly this: ${markdownCode(`tidemark apply ${file} --plan-id ${summary.planId}`)}\n`;
}

function syncTable(syncs: readonly SyncSummary[], of: number = syncs.length): string {
  const objects = syncs.filter(({ header }) => header.kind === "objects");
  const databases = databaseTable(syncs.filter(({ header }) => header.kind === "postgres"));
  const tables = [...(objects.length > 0 || databases === "" ? [objectTable(objects)] : []), ...(databases === "" ? [] : [databases])].join("\n");
  return `${tables}${remarks(syncs, of)}`;
}

function objectTable(syncs: readonly SyncSummary[]): string {
  const lines = ["| sync | from → to | delete | overwrite | copy | conflict | unchanged | to move |", "|---|---|--:|--:|--:|--:|--:|--:|"];
  for (const { header, actions } of syncs) {
    const ends = `${markdownCode(header.from.display, { maxLength: LONGEST_KEY })} → ${markdownCode(header.to.display, { maxLength: LONGEST_KEY })}`;
    const numbers = [actions.delete, actions.overwrite, actions.copy, actions.conflict, actions.skip].map(({ items }) => formatCount(items));
    lines.push(`| ${word(header.name)} | ${ends} | ${numbers.join(" | ")} | ${formatBytes(actions.copy.bytes + actions.overwrite.bytes)} |`);
  }
  return `${lines.join("\n")}\n`;
}

function remarks(syncs: readonly SyncSummary[], of: number): string {
  const lines: string[] = [];
  if (syncs.length < of) lines.push("", `_and ${formatCount(of - syncs.length)} more syncs._`);
  const notices = syncs.flatMap(({ header, notices: list }) =>
    list.map((notice) => `- ${word(header.name)}: ${markdownText(notice.message, { maxLength: 500 })}`),
  );
  let room = ROOM_FOR_NOTICES;
  const shown = notices.slice(0, 20).filter((notice) => (room -= notice.length) >= 0);
  if (shown.length > 0) lines.push("", "**Warnings**", "", ...shown);
  if (notices.length > shown.length) lines.push(`- and ${formatCount(notices.length - shown.length)} more`);
  return lines.map((line) => `${line}\n`).join("");
}

/** As many syncs as fit, those that change most first. */
function mostChanged(syncs: readonly SyncSummary[], room: number): readonly SyncSummary[] {
  const sorted = syncs.toSorted((a, b) => effectTotals(b).items - effectTotals(a).items);
  let kept = sorted.length;
  while (kept > 0 && syncTable(sorted.slice(0, kept), syncs.length).length > room) kept = Math.floor(kept / 2);
  return sorted.slice(0, kept);
}

/** @returns undefined where it would be longer than `room`, found out without building more than that */
function details(changeset: Changeset, room: number, detail: Omit<DatabaseDetailsOptions, "room">): string | undefined {
  let text = "";
  for (const sync of changeset.summary.syncs) {
    const left = room - text.length;
    const added = sync.header.kind === "postgres" ? databaseDetails(changeset, sync, { room: left, ...detail }) : objectDetails(changeset, sync, left, detail);
    if (added === undefined) return undefined;
    text += added;
  }
  return text;
}

function objectDetails(changeset: Changeset, { header, actions }: SyncSummary, room: number, { samples }: Pick<Detail, "samples">): string | undefined {
  const kinds = READING_ORDER.filter((kind) => kind !== "skip" && actions[kind].items > 0);
  if (kinds.length === 0) return "";
  const items = kinds.reduce((total, kind) => total + actions[kind].items, 0);
  let text = `\n<details><summary>${word(header.name)}: ${counted(items, "action")}</summary>\n\n| | key | size | reason |\n|---|---|--:|---|\n`;
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
  return text.length > room ? undefined : text;
}

import { type ActionKind, EFFECTS, type NumberedAction } from "../changeset/action.ts";
import type { SyncSummary } from "../changeset/summary.ts";
import { visible } from "../core/escape.ts";
import { formatCount } from "../core/units.ts";
import { readDatabaseDetail } from "../driver/database-action.ts";
import { codeLines, differenceLines } from "./code-lines.ts";
import { countKinds, estimate, groupNotSynced, type KindCounts, kindsSentence } from "./database-words.ts";
import { losses } from "./losses.ts";
import type { Paint } from "./paint.ts";
import type { SyncView } from "./plan-view.ts";
import { becauseLine, headerLine, tint, writeNotice } from "./sync-lines.ts";
import { ACTION_WORDS, counted, notCompared, READING_ORDER } from "./words.ts";

/** Of each kind: what is replaced and what conflicts is worth a look each, a definition that is created is not. */
const SAMPLES: Partial<Record<ActionKind, number>> = { delete: 10, replace: 10, conflict: 10, copyRows: 5 };
const NAMES_OF_A_REASON = 5;
const INDENT = "        ";
/** Lines of a conflict's difference without `--verbose`. */
const DIFFERENCE_LINES = 12;
const LONGEST_KEY = 160;
const LONGEST_REMARK = 300;
/** The driver's remark about rows that it trusts: no warning, since nothing is wrong. */
const NOT_COMPARED_NOTICE = "ROWS_NOT_COMPARED";

/** A database sync: both databases, losses, counts by kind of object, conflicts with their difference, what stays behind and why. */
export async function showDatabaseSync(sync: SyncSummary, view: SyncView): Promise<void> {
  showCounts(sync, view);
  if (view.options.verbose) return showAll(sync, view);
  for (const kind of READING_ORDER) if (view.options.kinds?.includes(kind) !== false) showSamples(kind, sync, view);
}

function showCounts(sync: SyncSummary, { changeset, out, paint }: SyncView): void {
  const { header, actions, listed, notices } = sync;
  out.line(headerLine(header, paint));
  for (const line of losses(changeset, sync)) out.line(`  ${paint.remove(line)}`);
  for (const notice of notices) if (notice.code !== NOT_COMPARED_NOTICE) writeNotice(notice, out, paint);
  const kinds = countKinds(changeset, header.name);
  const shown = READING_ORDER.filter((kind) => actions[kind].items > 0);
  const words = shown.map((kind) => `${ACTION_WORDS[kind].mark} ${ACTION_WORDS[kind].word}`);
  const width = Math.max(0, ...words.map((word) => word.length));
  for (const [at, kind] of shown.entries()) {
    out.line(`  ${tint(kind, paint)(`${(words[at] ?? "").padEnd(width)}  ${databaseCounts(kind, sync, kinds.get(kind))}`)}`);
  }
  if (shown.length === 0) out.line("  Nothing is there to sync.");
  for (const line of trustLines(sync)) out.line(`  ${line}`);
  out.line(paint.faint(`  read: ${counted(listed.source, "object")} at the source, ${formatCount(listed.destination)} at the destination`));
  const because = becauseLine(sync, paint);
  if (because !== undefined) out.line(because);
}

/** `41: 12 tables, 29 indexes`, or `12 tables, about 5,000 rows, 780 kB; 4 sequence values` of what moves rows. */
export function databaseCounts(kind: ActionKind, { actions }: SyncSummary, kinds: KindCounts | undefined): string {
  const { items } = actions[kind];
  if (kinds === undefined) return formatCount(items);
  if (kind !== "copyRows" && kind !== "replace") return `${formatCount(items)}: ${kindsSentence(kinds)}`;
  const tables = kinds.get("rows");
  const others = kindsSentence(new Map([...kinds].filter(([each]) => each !== "rows")));
  const moved = joined([tables === undefined ? "" : counted(tables, "table"), estimate(actions[kind])], ", ");
  return joined([moved, others], "; ");
}

function joined(parts: readonly string[], between: string): string {
  return parts.filter((part) => part !== "").join(between);
}

/** Rows carry no version: what an earlier run copied is trusted, and that is said. */
function trustLines(sync: SyncSummary): string[] {
  const tables = notCompared([sync]);
  if (tables === 0) return [];
  const told = sync.notices.filter(({ code }) => code === NOT_COMPARED_NOTICE);
  if (told.length > 0) return told.map(({ message, hint }) => `Not compared: ${visible(message)}${hint ? ` ${visible(hint)}` : ""}`);
  return [`Not compared: ${counted(tables, "table was", "tables were")} copied on an earlier run, and not compared since. \`plan --compare\` compares them.`];
}

async function showAll({ header }: SyncSummary, { changeset, out, paint, options }: SyncView): Promise<void> {
  const kinds = READING_ORDER.filter((kind) => options.kinds === undefined || options.kinds.includes(kind));
  for (const action of changeset.actions({ sync: header.name, kinds })) {
    if (out.closed) return;
    for (const line of actionLines(action, paint, { whole: true })) out.line(line);
    if (out.full) await out.flush();
  }
}

function showSamples(kind: ActionKind, sync: SyncSummary, view: SyncView): void {
  const { changeset, out, paint } = view;
  if (kind === "notSynced") return showNotSynced(sync, view);
  const most = SAMPLES[kind] ?? 0;
  const { items } = sync.actions[kind];
  if (most === 0 || items === 0) return;
  let shown = 0;
  for (const action of changeset.actions({ sync: sync.header.name, kinds: [kind], limit: most, largestFirst: true })) {
    for (const line of actionLines(action, paint, { whole: false })) out.line(line);
    shown += 1;
  }
  if (items > shown) out.line(paint.faint(`    … and ${formatCount(items - shown)} more to ${ACTION_WORDS[kind].word}`));
}

/** By reason: that a hundred C functions stay behind is one thing to know, not a hundred. */
function showNotSynced({ header, actions }: SyncSummary, { changeset, out, paint }: SyncView): void {
  if (actions.notSynced.items === 0) return;
  for (const { reason, remark, items, keys } of groupNotSynced(changeset, header.name, NAMES_OF_A_REASON)) {
    const why = remark === undefined ? "" : ` ${visible(remark, { maxLength: LONGEST_REMARK })}`;
    out.line(`    ${paint.warn(`${ACTION_WORDS.notSynced.mark} ${visible(reason)} (${formatCount(items)})`)}${why}`);
    const names = keys.map((key) => visible(key, { maxLength: LONGEST_KEY })).join(", ");
    out.line(paint.faint(`        ${names}${items > keys.length ? `, … and ${formatCount(items - keys.length)} more` : ""}`));
  }
}

/** @param whole also what creates it, and all lines of a difference */
function actionLines(action: NumberedAction, paint: Paint, { whole }: { readonly whole: boolean }): string[] {
  const { action: kind, key, reason, bytes, rows = 0 } = action;
  const detail = readDatabaseDetail(action.detail);
  const name = tint(kind, paint)(`${ACTION_WORDS[kind].mark} ${visible(key, { maxLength: LONGEST_KEY })}`);
  const why = `${visible(reason)}${detail?.difference === undefined ? "" : " (- destination, + source)"}`;
  const remark = visible(detail?.remark ?? "", { maxLength: LONGEST_REMARK });
  const lines = [`    ${joined([name, estimate({ rows, bytes }), paint.faint(why), remark], "  ")}`];
  // Rows that stay behind are never left unsaid.
  if (detail?.where !== undefined) lines.push(`${INDENT}only rows where ${visible(detail.where, whole ? {} : { maxLength: LONGEST_REMARK })}`);
  if (detail?.difference !== undefined)
    lines.push(...differenceLines(detail.difference, paint, { indent: INDENT, most: whole ? undefined : DIFFERENCE_LINES }));
  if (!whole) return lines;
  if (detail?.columns !== undefined) lines.push(paint.faint(`${INDENT}columns: ${visible(detail.columns.join(", "))}`));
  if (detail?.ddl !== undefined && EFFECTS.has(kind)) lines.push(...codeLines(detail.ddl, { indent: INDENT }));
  if (detail?.owner !== undefined) lines.push(paint.faint(`${INDENT}owner: ${visible(detail.owner)}`));
  return lines;
}

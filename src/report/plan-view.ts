import type { ActionKind, NumberedAction } from "../changeset/action.ts";
import type { ActionFilter, Changeset } from "../changeset/changeset.ts";
import type { SyncSummary } from "../changeset/summary.ts";
import { visible } from "../core/escape.ts";
import { formatBytes, formatCount } from "../core/units.ts";
import type { Output } from "./output.ts";
import type { Paint } from "./paint.ts";
import { ACTION_WORDS, counted, planSentence, READING_ORDER, sizeOf, totals } from "./words.ts";

export interface PlanViewOptions {
  /** Every action instead of a few of each kind. */
  readonly verbose: boolean;
  readonly sync?: string | undefined;
  readonly kinds?: readonly ActionKind[] | undefined;
}

/** Of each kind; deletions get more, since each one is a loss. */
const SAMPLES: Partial<Record<ActionKind, number>> = { delete: 10, conflict: 10, skip: 0 };
const USUAL_SAMPLES = 5;
const LONGEST_KEY = 160;

/** Shows a changeset to a person: by sync, what destroys first, then samples, then the one line that counts. */
export async function showPlan(changeset: Changeset, out: Output, paint: Paint, options: PlanViewOptions): Promise<void> {
  const { summary } = changeset;
  for (const sync of summary.syncs) {
    if (options.sync !== undefined && options.sync !== sync.header.name) continue;
    showSync(sync, out, paint);
    await showActions(changeset, sync, { out, paint, options });
    out.line();
    await out.flush();
  }
  for (const line of closing(changeset, paint)) out.line(line);
}

function showSync({ header, actions, listed, reasons, notices }: SyncSummary, out: Output, paint: Paint): void {
  out.line(`${paint.strong(visible(header.name))}  ${visible(header.from.display)} → ${visible(header.to.display)}`);
  for (const line of losses(actions)) out.line(`  ${paint.remove(line)}`);
  for (const notice of notices) {
    out.line(`  ${paint.warn("Warning:")} ${visible(notice.message)} ${paint.faint(`[${notice.code}]`)}`);
    if (notice.hint) out.line(`    ${visible(notice.hint)}`);
  }
  const shown = READING_ORDER.filter((kind) => actions[kind].items > 0);
  const rows = shown.map(
    (kind) =>
      [
        `${ACTION_WORDS[kind].mark} ${ACTION_WORDS[kind].word}`,
        counted(actions[kind].items, "object"),
        kind === "delete" ? "" : formatBytes(actions[kind].bytes),
      ] as const,
  );
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  for (const [at, row] of rows.entries()) {
    const text = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ");
    out.line(`  ${tint(shown[at], paint)(text.trimEnd())}`);
  }
  if (rows.length === 0) out.line("  Nothing is there to sync.");
  out.line(paint.faint(`  listed: ${counted(listed.source, "object")} at the source, ${formatCount(listed.destination)} at the destination`));
  const because = Object.entries(reasons).filter(([, items]) => items > 0);
  if (because.length > 0) out.line(paint.faint(`  because: ${because.map(([reason, items]) => `${visible(reason)} ${formatCount(items)}`).join(", ")}`));
}

/** What applying would destroy, in words that cannot be overlooked. */
export function losses(actions: SyncSummary["actions"]): string[] {
  const lines: string[] = [];
  if (actions.delete.items > 0) lines.push(`${counted(actions.delete.items, "object")} will be DELETED at the destination.`);
  if (actions.overwrite.items > 0) lines.push(`${counted(actions.overwrite.items, "object")} will be OVERWRITTEN at the destination.`);
  return lines;
}

async function showActions(changeset: Changeset, sync: SyncSummary, view: { out: Output; paint: Paint; options: PlanViewOptions }): Promise<void> {
  const { out, paint, options } = view;
  const kinds = READING_ORDER.filter((kind) => options.kinds === undefined || options.kinds.includes(kind));
  const name = sync.header.name;
  if (options.verbose) return showAll(changeset.actions({ sync: name, kinds }), view);
  for (const kind of kinds) {
    const most = SAMPLES[kind] ?? USUAL_SAMPLES;
    if (most === 0 || sync.actions[kind].items === 0) continue;
    const filter: ActionFilter = { sync: name, kinds: [kind], limit: most, largestFirst: true };
    let shown = 0;
    for (const action of changeset.actions(filter)) {
      out.line(`    ${actionLine(action, paint)}`);
      shown += 1;
    }
    const more = sync.actions[kind].items - shown;
    if (more > 0) out.line(paint.faint(`    … and ${formatCount(more)} more to ${ACTION_WORDS[kind].word}`));
  }
}

async function showAll(actions: Iterable<NumberedAction>, { out, paint }: { out: Output; paint: Paint }): Promise<void> {
  for (const action of actions) {
    if (out.closed) return;
    out.line(`    ${actionLine(action, paint)}`);
    if (out.full) await out.flush();
  }
}

function actionLine(action: NumberedAction, paint: Paint): string {
  const { mark } = ACTION_WORDS[action.action];
  const detail = action.action === "conflict" || action.action === "notSynced" ? action.detail : undefined;
  return `${tint(action.action, paint)(`${mark} ${visible(action.key, { maxLength: LONGEST_KEY })}`)}  ${formatBytes(sizeOf(action))}  ${paint.faint(visible(action.reason))}${detail ? `  ${visible(detail, { maxLength: LONGEST_KEY })}` : ""}`;
}

function closing({ summary }: Changeset, paint: Paint): string[] {
  const lines: string[] = [];
  if (summary.hasChanges) {
    lines.push(`${paint.strong("Plan:")} ${planSentence(summary)}. ${formatBytes(totals(summary.syncs).bytesToMove)} to move.`);
    lines.push(`Plan ID: ${summary.planId}`);
  } else {
    lines.push(`${paint.strong(summary.hasConflicts ? "No changes, but conflicts." : "No changes.")} ${planSentence(summary)}.`);
  }
  return lines;
}

function tint(kind: ActionKind | undefined, paint: Paint): (text: string) => string {
  switch (kind) {
    case "delete":
      return paint.remove;
    case "overwrite":
    case "replace":
      return paint.change;
    case "copy":
    case "create":
    case "copyRows":
      return paint.add;
    case "conflict":
    case "notSynced":
      return paint.warn;
    default:
      return (text) => text;
  }
}

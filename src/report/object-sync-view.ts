import type { ActionKind, NumberedAction } from "../changeset/action.ts";
import type { ActionFilter } from "../changeset/changeset.ts";
import type { SyncSummary } from "../changeset/summary.ts";
import { visible } from "../core/escape.ts";
import { formatBytes, formatCount } from "../core/units.ts";
import { losses } from "./losses.ts";
import type { Paint } from "./paint.ts";
import type { SyncView } from "./plan-view.ts";
import { becauseLine, headerLine, tint, writeNotice } from "./sync-lines.ts";
import { ACTION_WORDS, counted, READING_ORDER, sizeOf } from "./words.ts";

/** Of each kind; deletions get more, since each one is a loss. */
const SAMPLES: Partial<Record<ActionKind, number>> = { delete: 10, conflict: 10, skip: 0 };
const USUAL_SAMPLES = 5;
const LONGEST_KEY = 160;

/** A sync of objects: both ends, losses, counts and reasons, then samples of what would be done. */
export async function showObjectSync(sync: SyncSummary, view: SyncView): Promise<void> {
  showCounts(sync, view);
  await showActions(sync, view);
}

function showCounts(sync: SyncSummary, { changeset, out, paint }: SyncView): void {
  const { header, actions, listed, notices } = sync;
  out.line(headerLine(header, paint));
  for (const line of losses(changeset, sync)) out.line(`  ${paint.remove(line)}`);
  for (const notice of notices) writeNotice(notice, out, paint);
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
  const because = becauseLine(sync, paint);
  if (because !== undefined) out.line(because);
}

async function showActions(sync: SyncSummary, { changeset, out, paint, options }: SyncView): Promise<void> {
  const kinds = READING_ORDER.filter((kind) => options.kinds === undefined || options.kinds.includes(kind));
  const name = sync.header.name;
  if (options.verbose) {
    for (const action of changeset.actions({ sync: name, kinds })) {
      if (out.closed) return;
      out.line(`    ${actionLine(action, paint)}`);
      if (out.full) await out.flush();
    }
    return;
  }
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

function actionLine(action: NumberedAction, paint: Paint): string {
  const { mark } = ACTION_WORDS[action.action];
  const detail = action.action === "conflict" || action.action === "notSynced" ? action.detail : undefined;
  return `${tint(action.action, paint)(`${mark} ${visible(action.key, { maxLength: LONGEST_KEY })}`)}  ${formatBytes(sizeOf(action))}  ${paint.faint(visible(action.reason))}${detail ? `  ${visible(detail, { maxLength: LONGEST_KEY })}` : ""}`;
}

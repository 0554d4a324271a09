import type { ActionKind, NumberedAction } from "../changeset/action.ts";
import { formatBytes, formatCount } from "../core/units.ts";
import { ROWS_NOT_COMPARED } from "../driver/database-action.ts";
import type { ChangesetSummary, SyncSummary } from "../changeset/summary.ts";

/** How an action is marked and named in every human view. */
export const ACTION_WORDS: Readonly<Record<ActionKind, { readonly mark: string; readonly word: string; readonly to: string }>> = {
  delete: { mark: "-", word: "delete", to: "to delete" },
  overwrite: { mark: "~", word: "overwrite", to: "to overwrite" },
  replace: { mark: "~", word: "replace", to: "to replace" },
  copy: { mark: "+", word: "copy", to: "to copy" },
  create: { mark: "+", word: "create", to: "to create" },
  copyRows: { mark: "+", word: "copy rows", to: "to fill" },
  conflict: { mark: "!", word: "conflict", to: "in conflict" },
  notSynced: { mark: "?", word: "not synced", to: "not synced" },
  skip: { mark: " ", word: "unchanged", to: "unchanged" },
};

/** The order in which a reader should see them: what destroys first. */
export const READING_ORDER: readonly ActionKind[] = ["delete", "overwrite", "replace", "copy", "create", "copyRows", "conflict", "notSynced", "skip"];

/** `1 object`, `3 objects`. */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

/** Bytes that an item is about: what a copy moves, and what a delete takes away. */
export function sizeOf({ action, bytes, destination }: NumberedAction): number {
  return action === "delete" ? (destination?.size ?? 0) : bytes;
}

export interface Totals {
  readonly items: Readonly<Record<ActionKind, number>>;
  /** What copies and overwrites move; of rows an estimate. */
  readonly bytesToMove: number;
  /** Of tables that are to be filled, an estimate. */
  readonly rowsToMove: number;
}

/** Actions that move content. */
const MOVES: readonly ActionKind[] = ["copy", "overwrite", "copyRows", "replace"];

export function totals(syncs: readonly SyncSummary[]): Totals {
  const items = Object.fromEntries(READING_ORDER.map((kind) => [kind, sum(syncs, (sync) => sync.actions[kind].items)]));
  const moved = (of: "bytes" | "rows") => sum(syncs, ({ actions }) => sum(MOVES, (kind) => actions[kind][of]));
  // SAFETY: READING_ORDER holds every kind.
  return { items: items as Record<ActionKind, number>, bytesToMove: moved("bytes"), rowsToMove: moved("rows") };
}

/** Items that no run copies again, and that nobody has compared since one did. */
export function notCompared(syncs: readonly SyncSummary[]): number {
  return sum(syncs, ({ header, reasons }) => (header.kind === "postgres" ? (reasons[ROWS_NOT_COMPARED] ?? 0) : 0));
}

const ALWAYS: Readonly<Record<SyncSummary["header"]["kind"], readonly ActionKind[]>> = {
  objects: ["copy", "overwrite", "delete", "skip"],
  postgres: ["create", "copyRows", "skip"],
};

/**
 * `3 to copy, 1 to overwrite, 0 to delete, 997 unchanged`; of databases `41 to create, 12 to fill, 0
 * unchanged`; what else there is where there is any.
 */
export function planSentence(summary: ChangesetSummary): string {
  const { items } = totals(summary.syncs);
  const kinds = new Set(summary.syncs.map(({ header }) => header.kind));
  const always = new Set([...(kinds.size === 0 ? (["objects"] as const) : kinds)].flatMap((kind) => ALWAYS[kind]));
  const trusted = notCompared(summary.syncs);
  const order: readonly ActionKind[] = ["copy", "create", "copyRows", "overwrite", "replace", "delete", "conflict", "notSynced", "skip"];
  return order
    .filter((kind) => always.has(kind) || items[kind] > 0)
    .map((kind) => `${formatCount(items[kind])} ${ACTION_WORDS[kind].to}${kind === "skip" && trusted > 0 ? ` (${formatCount(trusted)} not compared)` : ""}`)
    .join(", ");
}

/** `2.4 MB to move`; of databases `About 5,000,000 rows to copy, 780 MB to move`. */
export function moveSentence({ bytesToMove, rowsToMove }: Totals): string {
  return `${rowsToMove > 0 ? `About ${counted(rowsToMove, "row")} to copy, ` : ""}${formatBytes(bytesToMove)} to move`;
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

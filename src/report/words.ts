import type { ActionKind, NumberedAction } from "../changeset/action.ts";
import { formatCount } from "../core/units.ts";
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
  /** What copies and overwrites move. */
  readonly bytesToMove: number;
}

export function totals(syncs: readonly SyncSummary[]): Totals {
  const items = Object.fromEntries(READING_ORDER.map((kind) => [kind, sum(syncs, (sync) => sync.actions[kind].items)]));
  // SAFETY: READING_ORDER holds every kind.
  return { items: items as Record<ActionKind, number>, bytesToMove: sum(syncs, (sync) => sync.actions.copy.bytes + sync.actions.overwrite.bytes) };
}

/** `3 to copy, 1 to overwrite, 0 to delete, 997 unchanged`; conflicts and items not synced where there are any. */
export function planSentence(summary: ChangesetSummary): string {
  const { items } = totals(summary.syncs);
  const always: readonly ActionKind[] = ["copy", "overwrite", "delete", "skip"];
  const order: readonly ActionKind[] = ["copy", "create", "copyRows", "overwrite", "replace", "delete", "conflict", "notSynced", "skip"];
  return order
    .filter((kind) => always.includes(kind) || items[kind] > 0)
    .map((kind) => `${formatCount(items[kind])} ${ACTION_WORDS[kind].to}`)
    .join(", ");
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

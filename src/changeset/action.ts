import type { ItemVersion } from "../core/version.ts";

export const ACTION_KINDS = ["copy", "overwrite", "delete", "conflict", "skip", "notSynced", "create", "replace", "copyRows"] as const;

/**
 * What is to happen to one item. `conflict` and `notSynced` change nothing: a difference that a rule
 * forbids to settle, and an item that cannot be synced at all (a socket, a name that is no text).
 */
export type ActionKind = (typeof ACTION_KINDS)[number];

/** Kinds that change a destination. The others are reported, and are no part of the plan's identity. */
export const EFFECTS: ReadonlySet<ActionKind> = new Set<ActionKind>(["copy", "overwrite", "delete", "create", "replace", "copyRows"]);

/** The decision about one item. */
export interface Action {
  readonly action: ActionKind;
  /** The item, beneath both ends of its sync: the same text on either side. */
  readonly key: string;
  /** The rule that decided: `absent`, `size`, `etag`, `newer`, `equal-etag`, … */
  readonly reason: string;
  /** What the action would move; 0 for a delete. */
  readonly bytes: number;
  /** Rows of a table that it would move, an estimate as `bytes` is for them; undefined is 0. No part of the identity. */
  readonly rows?: number | undefined;
  /** The version to copy. Absent for a delete. */
  readonly source: ItemVersion | undefined;
  /** The version that is replaced or deleted. Absent for a copy. */
  readonly destination: ItemVersion | undefined;
  /** What the driver needs beside: a definition, a note for the reader. Plain JSON. */
  readonly detail: string | undefined;
}

export interface NumberedAction extends Action {
  /**
   * Counts from 1 over the actions with an effect, the syncs in byte order of their names, so that a
   * planId and a number name one effect whatever else the changeset lists. All others follow, and
   * ascend within their sync too.
   */
  readonly seq: number;
  readonly sync: string;
}

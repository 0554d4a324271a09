import type { ActionKind } from "./action.ts";
import type { SyncHeader } from "./header.ts";

export interface ActionTotals {
  readonly items: number;
  readonly bytes: number;
  /** 0 for objects. */
  readonly rows: number;
}

/** A remark about a whole sync: a condition the store does not enforce, a folder that could not be read. */
export interface PlanNotice {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

export interface SyncSummary {
  readonly header: SyncHeader;
  /** Every kind is present. */
  readonly actions: Readonly<Record<ActionKind, ActionTotals>>;
  /** Items by the rule that decided, over all actions, skips among them. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Items at each end that the sync could see. */
  readonly listed: { readonly source: number; readonly destination: number };
  readonly notices: readonly PlanNotice[];
  /** What the driver left for itself at apply. */
  readonly stamp: string | undefined;
}

/** What a changeset would do. Text, JSON, markdown and exit codes all come from this one. */
export interface ChangesetSummary {
  readonly plan: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly planId: string;
  /** Whether applying it would change a destination. */
  readonly hasChanges: boolean;
  readonly hasConflicts: boolean;
  /** In the order of the plan file. */
  readonly syncs: readonly SyncSummary[];
  readonly requests: { readonly list: number; readonly head: number; readonly read: number };
}

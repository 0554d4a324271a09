import { ACTION_KINDS, EFFECTS, type ActionKind } from "./action.ts";
import type { SyncHeader } from "./header.ts";
import type { ActionTotals, ChangesetSummary, PlanNotice, SyncSummary } from "./summary.ts";

/** Counts the actions of one sync. */
export class Tally {
  readonly #totals = new Map<ActionKind, { items: number; bytes: number }>(ACTION_KINDS.map((kind) => [kind, { items: 0, bytes: 0 }]));

  add(kind: ActionKind, bytes: number): void {
    const totals = this.of(kind);
    totals.items += 1;
    totals.bytes += bytes;
  }

  /** Counted elsewhere: skips that a file does not list. */
  put(kind: ActionKind, { items, bytes }: ActionTotals): void {
    Object.assign(this.of(kind), { items, bytes });
  }

  of(kind: ActionKind): { items: number; bytes: number } {
    const totals = this.#totals.get(kind);
    if (totals === undefined) throw new Error(`unknown kind of action ${kind}`);
    return totals;
  }

  totals(): Readonly<Record<ActionKind, ActionTotals>> {
    const of = (kind: ActionKind) => ({ ...this.of(kind) });
    return {
      copy: of("copy"),
      overwrite: of("overwrite"),
      delete: of("delete"),
      conflict: of("conflict"),
      skip: of("skip"),
      notSynced: of("notSynced"),
      create: of("create"),
      replace: of("replace"),
      copyRows: of("copyRows"),
    };
  }
}

/** What a file keeps of a sync beside its header; all other counts come from the actions themselves. */
export interface SyncRemarks {
  readonly skips: ActionTotals;
  readonly reasons: Readonly<Record<string, number>>;
  readonly listed: { readonly source: number; readonly destination: number };
  readonly notices: readonly PlanNotice[];
}

export function syncSummary(header: SyncHeader, tally: Tally, { skips, reasons, listed, notices }: SyncRemarks): SyncSummary {
  tally.put("skip", skips);
  return { header, actions: tally.totals(), reasons, listed, notices };
}

export function changesetSummary(plan: string, planId: string, syncs: readonly SyncSummary[], requests: ChangesetSummary["requests"]): ChangesetSummary {
  return {
    plan,
    planId,
    hasChanges: syncs.some(({ actions }) => [...EFFECTS].some((kind) => actions[kind].items > 0)),
    hasConflicts: syncs.some(({ actions }) => actions.conflict.items > 0),
    syncs,
    requests,
  };
}

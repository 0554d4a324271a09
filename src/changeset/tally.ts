import { ACTION_KINDS, EFFECTS, type ActionKind } from "./action.ts";
import type { SyncHeader } from "./header.ts";
import type { ActionTotals, ChangesetSummary, PlanNotice, SyncSummary } from "./summary.ts";

interface Counting {
  items: number;
  bytes: number;
  rows: number;
}

/** Counts the actions of one sync. */
export class Tally {
  readonly #totals = new Map<ActionKind, Counting>(ACTION_KINDS.map((kind) => [kind, { items: 0, bytes: 0, rows: 0 }]));

  add(kind: ActionKind, bytes: number, rows = 0): void {
    const totals = this.of(kind);
    totals.items += 1;
    totals.bytes += bytes;
    totals.rows += rows;
  }

  /** Counted elsewhere: skips that a file does not list. */
  put(kind: ActionKind, { items, bytes, rows }: ActionTotals): void {
    Object.assign(this.of(kind), { items, bytes, rows });
  }

  of(kind: ActionKind): Counting {
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
  /** Left by the driver for itself at apply, such as how the source's catalog looked. Covered by the seal, no part of the identity. */
  readonly stamp: string | undefined;
}

export function syncSummary(header: SyncHeader, tally: Tally, { skips, reasons, listed, notices, stamp }: SyncRemarks): SyncSummary {
  tally.put("skip", skips);
  return { header, actions: tally.totals(), reasons, listed, notices, stamp };
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

import type { Changeset } from "../changeset/changeset.ts";
import type { ItemFate } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { SyncPlan } from "../core/sync-plan.ts";
import type { DoneActions } from "../driver/sync-driver.ts";
import type { RunStatus, StateStore } from "../state/state-store.ts";
import type { Drivers } from "./drivers.ts";

export interface ApplyOptions {
  readonly changeset: Changeset;
  readonly plan: SyncPlan;
  readonly planHash: string;
  readonly drivers: Drivers;
  readonly state: StateStore;
  /** Who runs it, for the lock's message. */
  readonly owner: string;
  /** Aborted: no new work begins, what is in flight is finished. */
  readonly stop: AbortSignal;
  /** Aborted: what is in flight is cut off and cleaned up. */
  readonly abort: AbortSignal;
  readonly emit: Emit;
  /** Only these of the changeset's actions, by sequence number; undefined: all. */
  readonly only?: DoneActions | undefined;
  /** Asked for when the run ends: what the state is to keep with it for who shows it later, some kilobytes. */
  readonly notes?: (() => string) | undefined;
}

export interface SyncResult {
  readonly outcomes: Readonly<Record<"applied" | ItemFate, number>>;
  /** Of what was applied. */
  readonly bytes: number;
  /** Of tables that were filled; 0 for objects. */
  readonly rows: number;
}

export interface RunResult {
  /** undefined where there was nothing to do. */
  readonly run: string | undefined;
  readonly status: RunStatus;
  readonly syncs: Readonly<Record<string, SyncResult>>;
  /** Outcomes other than applied and cancelled. */
  readonly problems: number;
  /** Whether it was stopped before its end. */
  readonly stopped: boolean;
}

export function noOutcomes(): Record<"applied" | ItemFate, number> {
  return { applied: 0, stale: 0, failed: 0, refused: 0, cancelled: 0, inDoubt: 0 };
}

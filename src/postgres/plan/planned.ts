import type { Action } from "../../changeset/action.ts";
import type { DatabaseKind } from "../../driver/database-action.ts";
import { finishRank, type Phase, PHASES } from "../phases.ts";

/** An action with its place in the order in which a database is built. */
export interface Planned {
  readonly phase: Phase;
  readonly kind: DatabaseKind;
  readonly action: Action;
  /** Who owns it at the destination, or will. */
  readonly owner?: string | undefined;
  /** Whose rights it takes to do it, beside those of whoever applies. */
  readonly actsFor?: ReadonlySet<string> | undefined;
}

/** Sorts by phase, and within one leaves the order as it is: pg_dump's, in which everything comes after what it needs. */
export function inOrder(planned: readonly Planned[]): Planned[] {
  return planned.toSorted((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) || (a.phase === "finish" ? finishRank(a.kind) - finishRank(b.kind) : 0));
}

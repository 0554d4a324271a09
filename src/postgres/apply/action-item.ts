import type { NumberedAction } from "../../changeset/action.ts";
import { TidemarkError } from "../../core/errors.ts";
import { type DatabaseDetail, readDatabaseDetail } from "../../driver/database-action.ts";
import { fixedPhase, type Phase, PHASES } from "../phases.ts";

/** An action with what its detail says. */
export interface ActionItem {
  readonly action: NumberedAction;
  readonly detail: DatabaseDetail;
  readonly phase: Phase;
}

/** @throws TidemarkError `CHANGESET_ALTERED` where the detail is not what the planner writes */
export function itemOf(action: NumberedAction): ActionItem {
  const detail = readDatabaseDetail(action.detail);
  const phase = detail && (PHASES.find((each) => each === detail.phase) ?? fixedPhase(detail.kind));
  if (detail === undefined || phase === undefined) {
    throw new TidemarkError("CHANGESET_ALTERED", `The changeset does not say how ${action.key} is to be done.`, { hint: "Plan again." });
  }
  return { action, detail, phase };
}

import type { NumberedAction } from "../../changeset/action.ts";
import { ItemError, type ItemFate, TidemarkError } from "../../core/errors.ts";
import type { ItemVersion } from "../../core/version.ts";
import type { Outcome } from "../../state/outcome.ts";

export function applied(action: NumberedAction, startedAt: number, destination: ItemVersion | undefined): Outcome {
  const { seq, sync, key, action: kind, bytes, source } = action;
  return {
    seq,
    sync,
    key,
    action: kind,
    outcome: "applied",
    bytes,
    code: undefined,
    message: undefined,
    hint: undefined,
    source,
    destination,
    startedAt,
    finishedAt: Date.now(),
  };
}

/**
 * What an error means for its item. Errors of the run itself are for `isFatal` to tell apart.
 *
 * @param aborted whether the run cut it off: then whatever went wrong is not the item's fault
 */
export function unapplied(action: NumberedAction, startedAt: number, error: unknown, aborted: boolean): Outcome {
  const { seq, sync, key, action: kind } = action;
  const { fate, code, message, hint } = describe(error, aborted);
  return {
    seq,
    sync,
    key,
    action: kind,
    outcome: fate,
    bytes: 0,
    code,
    message,
    hint,
    source: undefined,
    destination: undefined,
    startedAt,
    finishedAt: Date.now(),
  };
}

function describe(error: unknown, aborted: boolean): { fate: ItemFate; code: string; message: string; hint: string | undefined } {
  if (error instanceof ItemError && !(aborted && error.fate === "failed"))
    return { fate: error.fate, code: error.code, message: error.message, hint: error.hint };
  if (aborted)
    return { fate: "cancelled", code: "CANCELLED", message: "It was cut off when the run was stopped, and cleaned up.", hint: "Apply again: it is done then." };
  if (error instanceof TidemarkError) return { fate: "failed", code: error.code, message: error.message, hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  return { fate: "failed", code: "UNEXPECTED", message, hint: "Apply again; where it stays, please report it with --log-level debug." };
}

/** Errors that end a run: its state or its lock is gone, so that nothing it does could be remembered. */
export function isFatal(error: unknown): boolean {
  return error instanceof TidemarkError && (error.code.startsWith("STATE_") || error.code === "LEASE_LOST");
}

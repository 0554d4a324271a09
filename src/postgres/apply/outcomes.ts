import type { NumberedAction } from "../../changeset/action.ts";
import { ItemError, TidemarkError } from "../../core/errors.ts";
import type { ItemVersion } from "../../core/version.ts";
import type { Outcome } from "../../state/outcome.ts";
import { fateOf, fromPostgresError } from "../connect/errors.ts";

export interface AppliedOptions {
  readonly bytes?: number;
  readonly rows?: number | undefined;
  readonly source?: ItemVersion | undefined;
  readonly destination?: ItemVersion | undefined;
  readonly startedAt: number;
}

/** What was done. By default the source's version is what the destination has now. */
export function applied({ seq, sync, key, action, source }: NumberedAction, options: AppliedOptions): Outcome {
  const version = options.source ?? source;
  return {
    seq,
    sync,
    key,
    action,
    outcome: "applied",
    bytes: options.bytes ?? 0,
    rows: options.rows,
    code: undefined,
    message: undefined,
    hint: undefined,
    source: version,
    destination: options.destination ?? version,
    startedAt: options.startedAt,
    finishedAt: Date.now(),
  };
}

/** What was not done, and why. An error that is no error of a server or of ours is a bug, and is thrown on. */
export function unapplied({ seq, sync, key, action }: NumberedAction, cause: unknown, startedAt: number): Outcome {
  const error = cause instanceof TidemarkError ? cause : fromPostgresError(cause, { item: key });
  return {
    seq,
    sync,
    key,
    action,
    outcome: error instanceof ItemError ? error.fate : fateOf(cause),
    bytes: 0,
    code: error.code,
    message: error.message,
    hint: error.hint,
    source: undefined,
    destination: undefined,
    startedAt,
    finishedAt: Date.now(),
  };
}

export function cancelled(action: NumberedAction): Outcome {
  const now = Date.now();
  return unapplied(action, new ItemError("cancelled", "CANCELLED", "The run was stopped before this was begun.", { hint: "Apply again to go on." }), now);
}

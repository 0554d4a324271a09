export interface ErrorOptions {
  /** What the user can do next, as a sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** Something that went wrong for a reason the user can act on. Anything else is a bug, and shows its stack. */
export class TidemarkError extends Error {
  override readonly name: string = "TidemarkError";
  readonly code: string;
  readonly hint: string | undefined;
  /** The sync that was planned when it happened, where it was one. */
  sync?: string;

  /** @param code stable, documented in docs/errors.md, never renamed */
  constructor(code: string, message: string, { hint, cause }: ErrorOptions = {}) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}

/**
 * Why one item was not applied.
 *
 * - `stale`: it changed since it was reviewed, and was left alone
 * - `failed`: it could not be done, and trying again may help
 * - `refused`: it may never be done as asked (permission, a name the destination cannot hold)
 * - `cancelled`: the run was stopped before it was begun, or was cut off and cleaned up
 * - `inDoubt`: a response was lost and looking at the destination did not tell what happened
 */
export type ItemFate = "stale" | "failed" | "refused" | "cancelled" | "inDoubt";

/** One item that could not be applied. It never stops the others. */
export class ItemError extends TidemarkError {
  override readonly name: string = "ItemError";
  readonly fate: ItemFate;

  constructor(fate: ItemFate, code: string, message: string, options: ErrorOptions = {}) {
    super(code, message, options);
    this.fate = fate;
  }
}

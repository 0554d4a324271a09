import type { NumberedAction } from "../../../changeset/action.ts";
import { TidemarkError } from "../../../core/errors.ts";
import type { TidemarkEvent } from "../../../core/events.ts";
import type { Subtask } from "../../../driver/sync-driver.ts";
import type { Outcome } from "../../../state/outcome.ts";

/** What a transfer thread is started with. */
export interface ThreadSetup {
  /** An `ObjectSync`, packed. */
  readonly sync: unknown;
  readonly ownPaths: readonly string[];
  readonly run: string;
  readonly concurrency: "auto" | number;
  /** Which of the threads it is. */
  readonly part: number;
}

export type ToThread =
  /** One subtask's actions, all of them to be done. */
  | { readonly type: "subtask"; readonly subtask: Subtask; readonly actions: readonly NumberedAction[] }
  /** @see shareOf */
  | { readonly type: "concurrency"; readonly concurrency: "auto" | number }
  /** Until when the rate holds nobody back, milliseconds since the epoch; the thread asks for what comes later. */
  | { readonly type: "budget"; readonly freeUntil: number }
  | { readonly type: "stop" }
  | { readonly type: "abort" }
  /** Answers `intent` and `take`. */
  | { readonly type: "answer"; readonly call: number; readonly value: number | undefined; readonly error: SentError | undefined }
  | { readonly type: "close" };

export type FromThread =
  | { readonly type: "outcomes"; readonly id: string; readonly outcomes: readonly Outcome[] }
  /** The subtask has no more outcomes. */
  | { readonly type: "done"; readonly id: string; readonly error: SentError | undefined }
  | { readonly type: "event"; readonly event: TidemarkEvent }
  /** The rate is of all threads together. */
  | { readonly type: "take"; readonly call: number; readonly bytes: number; readonly requests: number }
  /** The state lives in the main thread. */
  | {
      readonly type: "intent";
      readonly call: number;
      readonly begin: { readonly kind: string; readonly key: string; readonly detail: string } | undefined;
      readonly end: number | undefined;
    }
  | { readonly type: "closed" };

/** An error on its way between threads; a plain `Error` has no code. */
export interface SentError {
  readonly code: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}

export function packError(error: unknown): SentError {
  if (error instanceof TidemarkError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: undefined, message: error instanceof Error ? error.message : String(error), hint: undefined };
}

export function unpackError({ code, message, hint }: SentError): Error {
  return code === undefined ? new Error(message) : new TidemarkError(code, message, { hint });
}

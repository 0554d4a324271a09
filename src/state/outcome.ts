import type { ActionKind } from "../changeset/action.ts";
import type { ItemFate } from "../core/errors.ts";
import type { ItemVersion } from "../core/version.ts";

/** What became of one action. Idempotent on (run, seq): the last one recorded counts. */
export interface Outcome {
  readonly seq: number;
  readonly sync: string;
  readonly key: string;
  readonly action: ActionKind;
  readonly outcome: "applied" | ItemFate;
  readonly bytes: number;
  /** Rows of a table that were written; undefined is 0. Counted, and not kept. */
  readonly rows?: number | undefined;
  /** Of what is not applied: a stable code, what happened, what to do. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly hint: string | undefined;
  /** Applied copies: which source version is now which destination version. */
  readonly source: ItemVersion | undefined;
  readonly destination: ItemVersion | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

import type { Intent } from "../state/state-store.ts";

/** Kind of the intent that a run leaves from before its first row until all its rows are copied. */
export const ROWS_INTENT = "rows";

/** Kind of the intent before a database is created in which names are tried out; its detail is the database's name. */
export const SHADOW_INTENT = "shadow";

/** What an interrupted run was to fill, by key: those tables were empty, so that what is in them is ours. */
export function rowsIntentDetail(keys: readonly string[]): string {
  return JSON.stringify(keys);
}

export interface Interrupted {
  /** Runs whose rows are not of one snapshot with what is still to be copied. */
  readonly runs: ReadonlySet<string>;
  /** Keys of tables that hold nothing but what those runs wrote. */
  readonly keys: ReadonlySet<string>;
}

export function readInterrupted(intents: readonly Intent[]): Interrupted {
  const ours = intents.filter(({ kind }) => kind === ROWS_INTENT);
  return { runs: new Set(ours.map(({ run }) => run)), keys: new Set(ours.flatMap(({ detail }) => keysOf(detail))) };
}

function keysOf(detail: string): readonly string[] {
  const value: unknown = JSON.parse(detail);
  return Array.isArray(value) ? value.filter((key) => typeof key === "string") : [];
}

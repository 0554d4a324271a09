import type { StateStore } from "./state-store.ts";

/** Columns of what a state holds, as they are carried to another place. */
export const COLUMNS = {
  syncs: ["id", "name"],
  runs: ["id", "run", "plan_id", "plan", "owner", "host", "pid", "started_at", "items", "bytes", "serial", "status", "finished_at", "notes"],
  items: ["sync", "key", "source", "destination"],
  outcomes: ["run", "seq", "sync", "outcome", "bytes"],
  problems: ["run", "seq", "action", "key", "code", "message", "hint", "source", "destination", "started_at", "finished_at"],
  counters: ["run", "sync", "outcome", "items", "bytes"],
  intents: ["id", "run", "sync", "kind", "key", "detail", "at"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type StateKind = keyof typeof COLUMNS;
/** What is referred to comes first. */
export const STATE_KINDS: readonly StateKind[] = ["syncs", "runs", "items", "outcomes", "problems", "counters", "intents"];

export type StateValue = string | number | null;

/** Rows of one kind, their values in the order of its columns. Ids are the state's own. */
export interface StatePage {
  readonly kind: StateKind;
  readonly rows: readonly (readonly StateValue[])[];
}

export type StateSizes = Readonly<Record<StateKind, number>>;

/** A state that can be carried to another place as a whole. While it bears a mark, it refuses every other write. */
export interface WholeState extends StateStore {
  /** Where it was moved to; `UNFINISHED` where it is being filled; undefined: it is in use. */
  mark(): Promise<string | undefined>;
  /**
   * Marks it, or takes the mark away.
   *
   * @throws TidemarkError `LOCKED` where a run that lives holds a lock; then it is not marked
   */
  setMark(mark: string | undefined): Promise<void>;
  sizes(): Promise<StateSizes>;
  contents(): AsyncIterable<StatePage>;
  /** Replaces all it holds, but locks and requests, which belong to runs that go on. Only while it is marked. */
  fill(pages: AsyncIterable<StatePage>, origin: { readonly lineage: string; readonly serial: number }): Promise<void>;
}

/** The mark of a state that is being filled. */
export const UNFINISHED = "";

import type { Action, NumberedAction } from "../changeset/action.ts";
import type { SyncHeader } from "../changeset/header.ts";
import type { PlanNotice } from "../changeset/summary.ts";
import type { Emit } from "../core/events.ts";
import type { RateBudget } from "../core/rate-budget.ts";
import type { RequestSlots } from "../core/request-slots.ts";
import type { Sync } from "../core/sync-plan.ts";
import type { Outcome } from "../state/outcome.ts";
import type { InFlight } from "./in-flight.ts";
import type { Intent, IntentLog, ItemRecord, StateReader } from "../state/state-store.ts";

/** One thing looked at before a run. `confirm` blocks `apply` until `--confirm CODE`. */
export interface Check {
  /** undefined: it is about no sync, but about the state. */
  readonly sync: string | undefined;
  readonly code: string;
  readonly status: "pass" | "confirm" | "fail";
  /** What was looked at, e.g. `write to s3://bucket/prefix`. */
  readonly subject: string;
  readonly message: string;
  readonly hint: string | undefined;
}

export interface Difference {
  readonly key: string;
  /** `missing` at the destination, `extra` there, `different`, `unknown` where it could not be told. */
  readonly difference: "missing" | "extra" | "different" | "unknown";
  readonly reason: string;
  /** Of a row that is at both ends: the columns that differ. */
  readonly columns?: readonly string[] | undefined;
  /** How two definitions differ, as lines that begin with `-` (destination), `+` (source) or a blank. */
  readonly detail?: string | undefined;
}

/** A page of `compare`, with how many items were equal, so that nothing equal travels. */
export interface ComparePage {
  readonly equal: number;
  readonly differences: readonly Difference[];
  /** Of a database sync: what of it was compared. */
  readonly level?: CompareLevel | undefined;
}

export interface DriverContext {
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

export interface PlanContext extends DriverContext {
  readonly state: StateReader;
  /** Sort the listings on disk first: one of them was found out of order. */
  readonly sorted: boolean;
  /** Remarks about the sync as a whole, kept in the changeset. */
  notice(notice: PlanNotice): void;
  /** Items that each end listed and the sync may see. */
  countListed(source: number, destination: number): void;
  /** Counts requests for the summary. */
  countRequest(kind: "list" | "head" | "read"): void;
  /** Compare what would otherwise be trusted too: the rows of tables that an earlier run copied. */
  readonly compare: boolean;
  /** What runs of this sync that no longer live have begun and not ended, oldest first. */
  openIntents(): Promise<readonly Intent[]>;
  /**
   * Leaves a text with the sync, given back as `RunContext.stamp` when this changeset is applied. The
   * last one counts. Covered by the changeset's seal, and no part of the planId. Must hold no secret.
   */
  stamp(text: string): void;
}

/** What a comparison of databases looks at: definitions, how many rows, the rows themselves, users. */
export const COMPARE_LEVELS = ["objects", "counts", "values", "users"] as const;
export type CompareLevel = (typeof COMPARE_LEVELS)[number];

export interface CompareContext extends DriverContext {
  /** Of a database sync. Syncs of objects have no levels. */
  readonly levels: ReadonlySet<CompareLevel>;
  /** What runs of this sync that no longer live have begun and not ended, oldest first. */
  openIntents(): Promise<readonly Intent[]>;
  readonly download: boolean;
  readonly sorted: boolean;
}

export interface RunContext extends DriverContext {
  readonly run: string;
  /** Aborted where what is in flight must be cut off. `signal` only stops new work. */
  readonly abort: AbortSignal;
  readonly sync: string;
  /** How many actions the sync has, done ones among them: tells whether a thread is worth its start. */
  readonly items: number;
  /** What the driver left when it planned. */
  readonly stamp: string | undefined;
  readonly slots: RequestSlots;
  /** Of a driver that has slots of its own in threads: calls for each change of their number while it runs. @returns what ends it */
  onConcurrency?(listener: (concurrency: "auto" | number) => void): () => void;
  readonly budget: RateBudget;
  /** Is told of each item that begins and ends. */
  readonly inFlight?: InFlight | undefined;
  readonly intents: IntentLog;
  /** The sync's actions with an effect, in order of seq. */
  actions(seqFrom: number, seqTo: number): Iterable<NumberedAction>;
}

/** A slice of a run that is executed and checkpointed as one. Plain JSON: may cross a process. */
export interface Subtask {
  readonly id: string;
  readonly planId: string;
  readonly sync: string;
  /** Inclusive. */
  readonly seqFrom: number;
  readonly seqTo: number;
  /** Ids of subtasks that must be finished before. */
  readonly needs: readonly string[];
  /** Which of the actions in the range; the driver's own word. A phase begins when the one before it is finished. */
  readonly phase: string;
  readonly items: number;
  readonly bytes: number;
}

/** Which sequence numbers an earlier run of the same changeset applied. */
export interface DoneActions {
  has(seq: number): boolean;
}

/** Owns what lives as long as a run: connections, a snapshot, temporary names. */
export interface RunSession {
  /** Cuts the sync into subtasks, in the order in which they are to begin. `actions` may be walked through more than once. */
  cut(planId: string, actions: () => Iterable<NumberedAction>): Iterable<Subtask>;
  /** Never throws for one item: that is an outcome. Actions in `done` were applied by an earlier run and are left out. */
  apply(subtask: Subtask, done: DoneActions): AsyncIterable<readonly Outcome[]>;
  /** Removes what killed runs left behind. @returns ids of intents that are settled */
  recover(intents: readonly Intent[], deadRuns: readonly string[]): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** What a kind of sync can do. Everything hot travels in pages, never one item a promise. */
export interface SyncDriver<S extends Sync = Sync> {
  readonly kind: S["kind"];
  /** What the sync's names resolve to now: bound into a changeset, and looked at again before it is applied. */
  header(sync: S, context: DriverContext): Promise<SyncHeader>;
  check(sync: S, context: DriverContext): AsyncIterable<Check>;
  /** Reads only: it is handed no handle that could write. */
  plan(sync: S, context: PlanContext): AsyncIterable<readonly Action[]>;
  open(sync: S, context: RunContext): Promise<RunSession>;
  compare(sync: S, context: CompareContext): AsyncIterable<ComparePage>;
  /** Pairs of equal items at both ends, for `state rebuild`. */
  rebuild(sync: S, context: PlanContext): AsyncIterable<readonly ItemRecord[]>;
}

import type { Flow } from "../core/sync-plan.ts";
import type { ItemVersion } from "../core/version.ts";
import type { Outcome } from "./outcome.ts";

/** That one item's source version was copied to that destination version. */
export interface ItemRecord {
  readonly key: string;
  readonly source: ItemVersion;
  readonly destination: ItemVersion;
}

export interface KeyRange {
  /** Exclusive. */
  readonly after?: string | undefined;
  /** Inclusive. */
  readonly upTo?: string | undefined;
}

/** What planning may see of the state. */
export interface StateReader {
  /** Made once when the state is made: a changeset belongs to one lineage. */
  readonly lineage: string;
  /** Grows with each write of what later runs rely on. As of the last write of this process, or of when it was opened. */
  readonly serial: number;
  /** Pages of records in byte order of the key. */
  slice(sync: string, range?: KeyRange): AsyncIterable<readonly ItemRecord[]>;
  /** Of runs that no longer live, oldest first. */
  openIntents(sync: string): Promise<readonly Intent[]>;
}

export interface LockOwner {
  readonly run: string;
  /** Who, for a person: user, or CI's run URL. */
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
}

export interface LockInfo extends LockOwner {
  readonly destination: string;
  readonly epoch: number;
  readonly acquiredAt: number;
  readonly heartbeatAt: number;
  readonly expiresAt: number;
}

/** Held while a run writes to a destination. Lost when the heartbeat stops; then its epoch no longer writes. */
export interface Lease {
  readonly destination: string;
  readonly epoch: number;
  /** Prolongs it. @throws TidemarkError `LEASE_LOST` where somebody else holds it now */
  beat(): Promise<void>;
  release(): Promise<void>;
}

export type RunStatus = "running" | "applied" | "partly" | "failed" | "stopped" | "interrupted";

export interface RunStart {
  readonly run: string;
  readonly planId: string;
  readonly plan: string;
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly items: number;
  readonly bytes: number;
}

export interface RunInfo extends RunStart {
  readonly status: RunStatus;
  readonly finishedAt: number | undefined;
  /** Outcomes counted by sync, as the summary line of `apply` shows them. */
  readonly counts: Readonly<Record<string, Readonly<Record<Outcome["outcome"], number>>>>;
  readonly appliedBytes: number;
  /** What `finishRun` was given; of the newest runs only. */
  readonly notes?: string | undefined;
}

/** Recorded before what cannot be undone by itself: a multipart upload, a temporary name beside a file. */
export interface Intent {
  readonly id: number;
  readonly run: string;
  readonly sync: string;
  /** `multipart`, `temporary`. */
  readonly kind: string;
  readonly key: string;
  /** Plain text of the driver's own. */
  readonly detail: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface IntentLog {
  /** Durable when it resolves. */
  begin(kind: string, key: string, detail: string): Promise<number>;
  end(id: number): Promise<void>;
}

/** What another process asks of a run. */
export type ControlRequest = "stop" | "abort" | FlowRequest | ConcurrencyRequest;

export interface FlowRequest {
  readonly sync: string;
  /** undefined: what its plan says. */
  readonly flow: Flow | undefined;
}

/** Of a sync of objects: how many requests may be in flight. */
export interface ConcurrencyRequest {
  readonly sync: string;
  /** undefined: what its plan says. */
  readonly concurrency: "auto" | number | undefined;
}

/**
 * What earlier runs completed. Asynchronous and batched, so that a shared one can take its place.
 * Every write that carries leases fails with `LEASE_LOST` where one of them is no longer held.
 */
export interface StateStore extends StateReader {
  lock(destination: string, owner: LockOwner): Promise<Lease>;
  locks(): Promise<readonly LockInfo[]>;
  /** Takes a lock away from whoever holds it. @returns whether there was one */
  unlock(destination: string): Promise<boolean>;

  startRun(start: RunStart, leases: readonly Lease[]): Promise<void>;
  /** @param notes some kilobytes of whoever ran it, such as how it went over time. Kept of the newest 100 runs. Holds no secret */
  finishRun(run: string, status: RunStatus, leases: readonly Lease[], notes?: string): Promise<void>;
  /** Runs that no longer live and are not marked yet: somebody has to clean up after them. */
  deadRuns(): Promise<readonly string[]>;
  /** Marks runs that no longer live as interrupted, once what they left is cleaned up. @returns their ids */
  interruptDead(): Promise<readonly string[]>;
  /** Newest first. A run that no longer lives is shown as interrupted, marked or not. */
  runs(limit?: number): Promise<readonly RunInfo[]>;

  /** Durable when it resolves: item records and outcomes in one transaction. */
  record(run: string, outcomes: readonly Outcome[], leases: readonly Lease[]): Promise<void>;
  /**
   * The sequence numbers applied in earlier runs of the same changeset. Pages, ascending.
   *
   * @param run only what this one applied
   * @param sinceSerial the changeset's `origin.serial`: leaves out runs that began before it was planned.
   *   The same plan made again, after somebody undid at the destination what a run had done, has the same planId.
   */
  applied(planId: string, sinceSerial?: number, run?: string): AsyncIterable<readonly number[]>;
  /** Outcomes of a run that are not `applied`, in order of seq. */
  problems(run: string): AsyncIterable<readonly Outcome[]>;

  intents(run: string, sync: string, leases: readonly Lease[]): IntentLog;
  endIntent(id: number): Promise<void>;

  /** Never waits for a lock. */
  request(run: string, control: ControlRequest): Promise<void>;
  /** All of a run that goes on, in the order in which they were made. Those that a newer version made are left out. */
  requests(run: string): Promise<readonly ControlRequest[]>;

  /** Puts item records in place without a run: `state rebuild`. */
  restore(sync: string, records: AsyncIterable<readonly ItemRecord[]>, leases: readonly Lease[]): Promise<number>;
  forget(sync: string, keys: readonly string[] | "all", leases: readonly Lease[]): Promise<number>;
  renameSync(from: string, to: string): Promise<void>;
  /** Item counts by sync. */
  counts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

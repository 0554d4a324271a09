import { setTimeout } from "node:timers/promises";
import { Locks, LOCK_EXPIRY_MS } from "../locks.ts";
import type { Outcome } from "../outcome.ts";
import { SqliteState } from "../sqlite-state.ts";
import type { ControlRequest, Intent, IntentLog, ItemRecord, KeyRange, Lease, LockInfo, LockOwner, RunInfo, RunStart, RunStatus } from "../state-store.ts";
import type { StatePage, StateSizes, WholeState } from "../whole.ts";
import type { Compaction } from "./compaction.ts";
import type { JournaledDatabase } from "./journaled-database.ts";

/** Time as one process measures it by itself. */
export interface OwnClock {
  /** Milliseconds that have passed since some moment; no clock that somebody may set. */
  elapsed(): number;
  pause(ms: number): Promise<void>;
}

export const OWN_CLOCK: OwnClock = { elapsed: () => performance.now(), pause: (ms) => setTimeout(ms) };

const LOOK_MS = 2000;

export interface JournalStateOptions {
  readonly db: JournaledDatabase;
  readonly lineage: string;
  readonly compaction: Compaction;
  readonly clock: OwnClock;
  /** Asked before the first lock is taken. @throws TidemarkError `STATE_CONDITIONS` */
  readonly probe: () => Promise<void>;
  /** Lets the store go. */
  readonly release: () => Promise<void>;
}

/** The state of one plan in an object store: the one that SQLite keeps, upon a copy that follows a journal. */
export class JournalState implements WholeState {
  readonly #options: JournalStateOptions;
  readonly #db: JournaledDatabase;
  readonly #inner: SqliteState;
  readonly #locks: Locks;
  #probed: Promise<void> | undefined;

  constructor(options: JournalStateOptions) {
    this.#options = options;
    this.#db = options.db;
    this.#inner = new SqliteState(options.db, options.lineage);
    this.#locks = new Locks(options.db);
    options.db.onWritten(() => options.compaction.consider());
  }

  get lineage(): string {
    return this.#inner.lineage;
  }

  get serial(): number {
    return this.#inner.serial;
  }

  async *slice(sync: string, range?: KeyRange): AsyncGenerator<readonly ItemRecord[]> {
    await this.#db.refresh();
    yield* this.#inner.slice(sync, range);
  }

  /**
   * A lock whose holder seems to be gone by the store's clock is watched for as long as a lease lasts
   * by our own: only one that is not renewed in that time is taken over. Clocks that differ may make
   * us wait, or refuse; they never make us take what somebody holds.
   */
  async lock(destination: string, owner: LockOwner): Promise<Lease> {
    this.#db.mustBeWritable();
    await (this.#probed ??= this.#options.probe());
    const silent = await this.#watchSilent(destination);
    return this.#withCalmBeats(await this.#locks.lock(destination, owner, { silent }));
  }

  async locks(): Promise<readonly LockInfo[]> {
    await this.#db.refresh();
    return this.#inner.locks();
  }

  unlock(destination: string): Promise<boolean> {
    return this.#inner.unlock(destination);
  }

  startRun(start: RunStart, leases: readonly Lease[]): Promise<void> {
    return this.#inner.startRun(start, leases);
  }

  finishRun(run: string, status: RunStatus, leases: readonly Lease[], notes?: string): Promise<void> {
    return this.#inner.finishRun(run, status, leases, notes);
  }

  async deadRuns(): Promise<readonly string[]> {
    await this.#db.refresh();
    return this.#inner.deadRuns();
  }

  async interruptDead(): Promise<readonly string[]> {
    await this.#db.refresh();
    return this.#inner.interruptDead();
  }

  async runs(limit?: number): Promise<readonly RunInfo[]> {
    await this.#db.refresh();
    return this.#inner.runs(limit);
  }

  record(run: string, outcomes: readonly Outcome[], leases: readonly Lease[]): Promise<void> {
    return this.#inner.record(run, outcomes, leases);
  }

  async *applied(planId: string, sinceSerial?: number, run?: string): AsyncGenerator<readonly number[]> {
    await this.#db.refresh();
    yield* this.#inner.applied(planId, sinceSerial, run);
  }

  async *problems(run: string): AsyncGenerator<readonly Outcome[]> {
    await this.#db.refresh();
    yield* this.#inner.problems(run);
  }

  intents(run: string, sync: string, leases: readonly Lease[]): IntentLog {
    return this.#inner.intents(run, sync, leases);
  }

  async openIntents(sync: string): Promise<readonly Intent[]> {
    await this.#db.refresh();
    return this.#inner.openIntents(sync);
  }

  endIntent(id: number): Promise<void> {
    return this.#inner.endIntent(id);
  }

  request(run: string, control: ControlRequest): Promise<void> {
    return this.#inner.request(run, control);
  }

  async requests(run: string): Promise<readonly ControlRequest[]> {
    await this.#db.refresh();
    return this.#inner.requests(run);
  }

  restore(sync: string, records: AsyncIterable<readonly ItemRecord[]>, leases: readonly Lease[]): Promise<number> {
    return this.#inner.restore(sync, records, leases);
  }

  forget(sync: string, keys: readonly string[] | "all", leases: readonly Lease[]): Promise<number> {
    return this.#inner.forget(sync, keys, leases);
  }

  async renameSync(from: string, to: string): Promise<void> {
    await this.#db.refresh();
    return this.#inner.renameSync(from, to);
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    await this.#db.refresh();
    return this.#inner.counts();
  }

  async mark(): Promise<string | undefined> {
    await this.#db.refresh();
    return this.#inner.mark();
  }

  setMark(mark: string | undefined): Promise<void> {
    return this.#inner.setMark(mark);
  }

  async sizes(): Promise<StateSizes> {
    await this.#db.refresh();
    return this.#inner.sizes();
  }

  async *contents(): AsyncGenerator<StatePage> {
    await this.#db.refresh();
    yield* this.#inner.contents();
  }

  async fill(pages: AsyncIterable<StatePage>, { lineage, serial }: { readonly lineage: string; readonly serial: number }): Promise<void> {
    await this.#inner.fill(pages, { lineage: undefined, serial });
    await this.#db.setLineage(lineage);
  }

  async close(): Promise<void> {
    await this.#options.compaction.end();
    await this.#inner.close();
    await this.#options.release();
  }

  /** @returns the lock that did not change all the while; undefined where there is none, or it is another by now */
  async #watchSilent(destination: string): Promise<LockInfo | undefined> {
    const { clock } = this.#options;
    const first = await this.#silent(destination);
    if (first === undefined) return undefined;
    const since = clock.elapsed();
    for (;;) {
      const left = LOCK_EXPIRY_MS - (clock.elapsed() - since);
      if (left <= 0) return first;
      await clock.pause(Math.min(left, LOOK_MS));
      const now = await this.#silent(destination);
      // Renewed, given back, or another's: the attempt to lock says which.
      if (now?.epoch !== first.epoch || now.heartbeatAt !== first.heartbeatAt) return undefined;
    }
  }

  async #silent(destination: string): Promise<LockInfo | undefined> {
    await this.#db.refresh();
    return this.#locks.silent(destination);
  }

  /** A beat that waits for the one before it goes with that one: on a slow store they would pile up. */
  #withCalmBeats(lease: Lease): Lease {
    let beating: Promise<void> | undefined;
    return {
      ...lease,
      beat: () => (beating ??= lease.beat().finally(() => (beating = undefined))),
    };
  }
}

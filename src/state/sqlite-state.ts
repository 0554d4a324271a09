import { readControl, writeControl } from "./control-text.ts";
import type { StateDatabase } from "./database.ts";
import { Intents } from "./intents.ts";
import { Items } from "./items.ts";
import { Locks } from "./locks.ts";
import type { Outcome } from "./outcome.ts";
import { Outcomes } from "./outcomes.ts";
import { Runs } from "./runs.ts";
import { SqliteWhole } from "./sqlite-whole.ts";
import type { ControlRequest, IntentLog, Intent, ItemRecord, KeyRange, Lease, LockInfo, LockOwner, RunInfo, RunStart, RunStatus } from "./state-store.ts";
import type { StatePage, StateSizes, WholeState } from "./whole.ts";

/** The state of one plan in one SQLite file. */
export class SqliteState implements WholeState {
  readonly lineage: string;
  readonly #db: StateDatabase;
  readonly #locks: Locks;
  readonly #items: Items;
  readonly #runs: Runs;
  readonly #outcomes: Outcomes;
  readonly #intents: Intents;
  readonly #whole: SqliteWhole;

  /** @param lineage "" where there is no state yet */
  constructor(db: StateDatabase, lineage: string) {
    this.lineage = lineage;
    this.#db = db;
    this.#locks = new Locks(db);
    this.#items = new Items(db);
    this.#runs = new Runs(db, this.#locks);
    this.#outcomes = new Outcomes(db, this.#items);
    this.#intents = new Intents(db, this.#items, this.#locks);
    this.#whole = new SqliteWhole(db, this.#locks);
  }

  get serial(): number {
    return this.#db.serial;
  }

  slice(sync: string, range?: KeyRange): AsyncIterable<readonly ItemRecord[]> {
    return this.#items.slice(sync, range);
  }

  lock(destination: string, owner: LockOwner): Promise<Lease> {
    return this.#locks.lock(destination, owner);
  }

  locks(): Promise<readonly LockInfo[]> {
    return this.#locks.all();
  }

  unlock(destination: string): Promise<boolean> {
    return this.#locks.unlock(destination);
  }

  startRun(start: RunStart, leases: readonly Lease[]): Promise<void> {
    return this.#runs.start(start, leases);
  }

  finishRun(run: string, status: RunStatus, leases: readonly Lease[], notes?: string): Promise<void> {
    return this.#runs.finish(run, status, leases, notes);
  }

  deadRuns(): Promise<readonly string[]> {
    return this.#runs.dead();
  }

  interruptDead(): Promise<readonly string[]> {
    return this.#runs.interruptDead();
  }

  runs(limit = 100): Promise<readonly RunInfo[]> {
    return this.#runs.all(limit);
  }

  record(run: string, outcomes: readonly Outcome[], leases: readonly Lease[]): Promise<void> {
    return this.#outcomes.record(run, outcomes, leases);
  }

  applied(planId: string, sinceSerial = -1, run?: string): AsyncIterable<readonly number[]> {
    return this.#outcomes.applied(planId, sinceSerial, run);
  }

  problems(run: string): AsyncIterable<readonly Outcome[]> {
    return this.#outcomes.problems(run);
  }

  intents(run: string, sync: string, leases: readonly Lease[]): IntentLog {
    return this.#intents.log(run, sync, leases);
  }

  openIntents(sync: string): Promise<readonly Intent[]> {
    return this.#intents.open(sync);
  }

  endIntent(id: number): Promise<void> {
    return this.#intents.end(id);
  }

  async request(run: string, control: ControlRequest): Promise<void> {
    await this.#db.writeAside(() => this.#db.statement("INSERT INTO requests (run, control) VALUES (?, ?)").run(run, writeControl(control)));
  }

  async requests(run: string): Promise<readonly ControlRequest[]> {
    const rows = await this.#db.read(() => this.#db.statement("SELECT control FROM requests WHERE run = ? ORDER BY id").all(run));
    return rows.map((row) => readControl(String(row["control"]))).filter((control) => control !== undefined);
  }

  restore(sync: string, records: AsyncIterable<readonly ItemRecord[]>, leases: readonly Lease[]): Promise<number> {
    return this.#items.restore(sync, records, leases);
  }

  forget(sync: string, keys: readonly string[] | "all", leases: readonly Lease[]): Promise<number> {
    return this.#items.forget(sync, keys, leases);
  }

  renameSync(from: string, to: string): Promise<void> {
    return this.#items.rename(from, to);
  }

  counts(): Promise<Readonly<Record<string, number>>> {
    return this.#items.counts();
  }

  mark(): Promise<string | undefined> {
    return this.#whole.mark();
  }

  setMark(mark: string | undefined): Promise<void> {
    return this.#whole.setMark(mark);
  }

  sizes(): Promise<StateSizes> {
    return this.#whole.sizes();
  }

  contents(): AsyncIterable<StatePage> {
    return this.#whole.contents();
  }

  /** @param origin.lineage undefined: it is kept elsewhere */
  fill(pages: AsyncIterable<StatePage>, origin: { readonly lineage: string | undefined; readonly serial: number }): Promise<void> {
    return this.#whole.fill(pages, origin);
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}

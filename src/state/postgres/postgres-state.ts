import { readControl, writeControl } from "../control-text.ts";
import type { Outcome } from "../outcome.ts";
import type { ControlRequest, Intent, IntentLog, ItemRecord, KeyRange, Lease, LockInfo, LockOwner, RunInfo, RunStart, RunStatus } from "../state-store.ts";
import type { StatePage, StateSizes, WholeState } from "../whole.ts";
import type { StateConnection } from "./connection.ts";
import { PostgresIntents } from "./intents.ts";
import { PostgresItems } from "./items.ts";
import { PostgresLocks } from "./locks.ts";
import { PostgresOutcomes } from "./outcomes.ts";
import { PostgresRuns } from "./runs.ts";
import { PostgresWhole } from "./whole.ts";

/** The state of one plan in tables of a PostgreSQL database. */
export class PostgresState implements WholeState {
  readonly lineage: string;
  readonly #connection: StateConnection;
  readonly #locks: PostgresLocks;
  readonly #items: PostgresItems;
  readonly #runs: PostgresRuns;
  readonly #outcomes: PostgresOutcomes;
  readonly #intents: PostgresIntents;
  readonly #whole: PostgresWhole;

  constructor(connection: StateConnection, lineage: string) {
    this.lineage = lineage;
    this.#connection = connection;
    this.#locks = new PostgresLocks(connection);
    this.#items = new PostgresItems(connection);
    this.#runs = new PostgresRuns(connection);
    this.#outcomes = new PostgresOutcomes(connection, this.#items);
    this.#intents = new PostgresIntents(connection, this.#items);
    this.#whole = new PostgresWhole(connection);
  }

  get serial(): number {
    return this.#connection.serial;
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
    await this.#connection.writeAside((query) =>
      query(`INSERT INTO ${this.#connection.table("requests")} (plan, run, control) VALUES ($1, $2, $3)`, [
        this.#connection.place.plan,
        run,
        writeControl(control),
      ]),
    );
  }

  async requests(run: string): Promise<readonly ControlRequest[]> {
    const rows = await this.#connection.read<{ control: string }>(
      `SELECT control FROM ${this.#connection.table("requests")} WHERE plan = $1 AND run = $2 ORDER BY id`,
      [this.#connection.place.plan, run],
    );
    return rows.map(({ control }) => readControl(control)).filter((control) => control !== undefined);
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

  fill(pages: AsyncIterable<StatePage>, origin: { readonly lineage: string; readonly serial: number }): Promise<void> {
    return this.#whole.fill(pages, origin);
  }

  async close(): Promise<void> {
    await this.#locks.close();
    await this.#connection.close();
  }
}

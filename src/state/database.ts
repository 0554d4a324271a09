import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { TidemarkError } from "../core/errors.ts";
import { SQLITE_BUSY, sqliteCode } from "../core/sqlite.ts";
import { leaseLost, movedAway } from "./refusals.ts";
import { stateError } from "./state-error.ts";
import type { Lease } from "./state-store.ts";

export interface DatabaseSettings {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long a write waits for another process's write, in milliseconds. */
  readonly patienceMs: number;
  /** Thrown by every write, where nothing may be written. */
  readonly refusal: (() => TidemarkError) | undefined;
}

export interface WriteOptions {
  /** For whoever moves it. */
  readonly evenMoved?: boolean;
}

/**
 * One connection to a state, its transactions and its statements.
 *
 * SQLite here is synchronous, and would hold the whole program still while another process writes.
 * So it never waits: it is asked, and asked again a little later.
 */
export class StateDatabase {
  readonly path: string;
  readonly now: () => number;
  #db: DatabaseSync;
  readonly #settings: DatabaseSettings;
  readonly #statements = new Map<string, StatementSync>();
  readonly #lists = new Map<string, StatementSync>();
  /** Writes of this process, one after another: they would only find each other's lock. */
  #queue: Promise<unknown> = Promise.resolve();
  #serial = 0;

  constructor(db: DatabaseSync, path: string, settings: DatabaseSettings) {
    this.#db = db;
    this.path = path;
    this.#settings = settings;
    this.now = settings.now;
  }

  protected get file(): DatabaseSync {
    return this.#db;
  }

  /** Goes on with another file. What was prepared for the one before is of no use to it. */
  protected replaceFile(db: DatabaseSync): void {
    this.#statements.clear();
    this.#lists.clear();
    if (this.#db.isOpen) this.#db.close();
    this.#db = db;
  }

  /** @throws TidemarkError where nothing may be written */
  mustBeWritable(): void {
    if (this.#settings.refusal) throw this.#settings.refusal();
  }

  protected get patienceMs(): number {
    return this.#settings.patienceMs;
  }

  /** Prepared once. Rows come as objects by column name. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  /** Prepared once. Rows come as arrays, in half the time: for long lists. */
  listStatement(sql: string): StatementSync {
    let statement = this.#lists.get(sql);
    if (statement === undefined) {
      this.#lists.set(sql, (statement = this.#db.prepare(sql)));
      statement.setReturnArrays(true);
    }
    return statement;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** As of the last write of this process, or of when it was opened. */
  get serial(): number {
    return this.#serial;
  }

  read<Result>(work: () => Result): Promise<Result> {
    return this.#patiently(work);
  }

  /** Rows by `work` under a write transaction, durable when it resolves, that leaves the serial as it is: locks, requests. */
  async writeAside<Result>(work: () => Result, options: WriteOptions = {}): Promise<Result> {
    this.mustBeWritable();
    const turn = this.#queue.then(() => this.#patiently(() => this.#transaction(() => this.whereItIs(work, options))));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Writes what later runs rely on.
   *
   * @throws TidemarkError `LEASE_LOST` where a lease is no longer held; then nothing was written
   */
  write<Result>(leases: readonly Lease[], work: (serial: number) => Result): Promise<Result> {
    return this.writeAside(() => {
      for (const lease of leases) this.#mustHold(lease);
      const serial = Number(this.statement("UPDATE meta SET value = value + 1 WHERE name = 'serial' RETURNING value").get()?.["value"]);
      const result = work(serial);
      this.#serial = serial;
      return result;
    });
  }

  /** Where this state was moved to; undefined: it is in use. Within `read` or a transaction. */
  moved(): string | undefined {
    const to = this.statement("SELECT value FROM meta WHERE name = 'moved_to'").get()?.["value"];
    return typeof to === "string" ? to : undefined;
  }

  /** Does a write's work, unless this is no longer the place to write to. Within its transaction. */
  protected whereItIs<Result>(work: () => Result, { evenMoved = false }: WriteOptions): Result {
    const to = evenMoved ? undefined : this.moved();
    if (to !== undefined) throw movedAway(this.path, to);
    return work();
  }

  /** Reads what was written by others before. */
  readSerial(): void {
    this.#serial = Number(this.statement("SELECT value FROM meta WHERE name = 'serial'").get()?.["value"] ?? 0);
  }

  async close(): Promise<void> {
    await this.#queue;
    this.#statements.clear();
    this.#lists.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #mustHold({ destination, epoch }: Lease): void {
    const row = this.statement("SELECT 1 FROM locks WHERE destination = ? AND epoch = ? AND run IS NOT NULL").get(destination, epoch);
    if (row === undefined) throw leaseLost(destination);
  }

  #transaction<Result>(work: () => Result): Result {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      // SQLite rolls back by itself where the disk is full.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  async #patiently<Result>(work: () => Result): Promise<Result> {
    const deadline = performance.now() + this.#settings.patienceMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return work();
      } catch (error) {
        const delay = Math.random() * Math.min(100, 2 ** attempt);
        if (sqliteCode(error) !== SQLITE_BUSY || performance.now() + delay > deadline) throw stateError(error, this.path);
        await setTimeout(delay);
      }
    }
  }
}

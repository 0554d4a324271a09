import type { SQLOutputValue } from "node:sqlite";
import type { StateDatabase } from "./database.ts";
import { leaseLost, locked } from "./refusals.ts";
import { mayLive, processSpace } from "./process-space.ts";
import type { Lease, LockInfo, LockOwner } from "./state-store.ts";

/** How long after the last heartbeat a lock may be taken over, in milliseconds: three that holders send every 10 seconds. */
export const LOCK_EXPIRY_MS = 30_000;
const UNTIL = `If it no longer lives, its lock expires ${LOCK_EXPIRY_MS / 1000} s after its last sign of life;`;

/**
 * One row a destination, which stays after a release, so that its epoch only ever grows: a lease is
 * the epoch it was given, and is void as soon as another holds the row.
 */
export class Locks {
  readonly #db: StateDatabase;
  readonly #space = processSpace();

  constructor(db: StateDatabase) {
    this.#db = db;
  }

  /**
   * @param watched where the clocks of several machines are no judge: the lock that did not change for as
   *   long as a lease lasts. Beside one whose process is known to be gone, only that is taken over
   */
  lock(destination: string, { run, owner, host, pid }: LockOwner, watched?: { readonly silent: LockInfo | undefined }): Promise<Lease> {
    return this.#db.writeAside(() => {
      const now = this.#db.now();
      const held = this.#db.statement("SELECT * FROM locks WHERE destination = ? AND run IS NOT NULL").get(destination);
      if (held !== undefined && !this.#mayTake(held, watched)) throw locked(toInfo(held), now, UNTIL);
      const epoch = Number(
        this.#db
          .statement(
            `INSERT INTO locks VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (destination) DO UPDATE SET epoch = epoch + 1, run = excluded.run, owner = excluded.owner, host = excluded.host,
             pid = excluded.pid, process_space = excluded.process_space, acquired_at = excluded.acquired_at, heartbeat_at = excluded.heartbeat_at, expires_at = excluded.expires_at RETURNING epoch`,
          )
          .get(destination, run, owner, host, pid, this.#space, now, now, now + LOCK_EXPIRY_MS)?.["epoch"],
      );
      return { destination, epoch, beat: () => this.#beat(destination, epoch), release: () => this.#release(destination, epoch) };
    });
  }

  async all(): Promise<readonly LockInfo[]> {
    return this.#db.read(() => this.#db.statement("SELECT * FROM locks WHERE run IS NOT NULL ORDER BY destination").all().map(toInfo));
  }

  /** Synchronous: for use within a transaction. */
  firstLive(): LockInfo | undefined {
    const live = this.#db
      .statement("SELECT * FROM locks WHERE run IS NOT NULL")
      .all()
      .find((row) => this.#isLive(row));
    return live && toInfo(live);
  }

  /** A lock that has expired, though for all we know its process may live: it has only fallen silent. */
  async silent(destination: string): Promise<LockInfo | undefined> {
    return this.#db.read(() => {
      const row = this.#db.statement("SELECT * FROM locks WHERE destination = ? AND run IS NOT NULL").get(destination);
      if (row === undefined || Number(row["expires_at"]) > this.#db.now() || this.#isGone(row)) return undefined;
      return toInfo(row);
    });
  }

  unlock(destination: string): Promise<boolean> {
    return this.#db.writeAside(
      () => this.#db.statement("UPDATE locks SET run = NULL WHERE destination = ? AND run IS NOT NULL").run(destination).changes === 1,
    );
  }

  /** Whether a lock of that run is held by something that lives, as far as can be told. Synchronous: for use within a transaction. */
  isAlive(run: string): boolean {
    return this.#db
      .statement("SELECT * FROM locks WHERE run = ?")
      .all(run)
      .some((row) => this.#isLive(row));
  }

  #beat(destination: string, epoch: number): Promise<void> {
    return this.#db.writeAside(() => {
      const now = this.#db.now();
      const { changes } = this.#db
        .statement("UPDATE locks SET heartbeat_at = ?, expires_at = ? WHERE destination = ? AND epoch = ? AND run IS NOT NULL")
        .run(now, now + LOCK_EXPIRY_MS, destination, epoch);
      if (changes === 0) throw leaseLost(destination);
    });
  }

  async #release(destination: string, epoch: number): Promise<void> {
    await this.#db.writeAside(() => this.#db.statement("UPDATE locks SET run = NULL WHERE destination = ? AND epoch = ?").run(destination, epoch));
  }

  #mayTake(row: Record<string, SQLOutputValue>, watched: { readonly silent: LockInfo | undefined } | undefined): boolean {
    if (watched === undefined) return !this.#isLive(row);
    const { silent } = watched;
    return this.#isGone(row) || (silent !== undefined && row["epoch"] === silent.epoch && row["heartbeat_at"] === silent.heartbeatAt);
  }

  #isLive(row: Record<string, SQLOutputValue>): boolean {
    return Number(row["expires_at"]) > this.#db.now() && !this.#isGone(row);
  }

  #isGone(row: Record<string, SQLOutputValue>): boolean {
    return row["process_space"] === this.#space && !mayLive(Number(row["pid"]));
  }
}

function toInfo(row: Record<string, SQLOutputValue>): LockInfo {
  return {
    destination: String(row["destination"]),
    epoch: Number(row["epoch"]),
    run: String(row["run"]),
    owner: String(row["owner"]),
    host: String(row["host"]),
    pid: Number(row["pid"]),
    acquiredAt: Number(row["acquired_at"]),
    heartbeatAt: Number(row["heartbeat_at"]),
    expiresAt: Number(row["expires_at"]),
  };
}

import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { TidemarkError } from "../../core/errors.ts";
import { leaseLost, locked, movedAway } from "../refusals.ts";
import type { Lease, LockInfo, LockOwner } from "../state-store.ts";
import { inTransaction, SETTINGS, type StateConnection } from "./connection.ts";
import type { StateSession } from "./sessions.ts";
import { mayUse } from "./tables.ts";

/** For those who show it: three times what holders send. Nothing is decided by it. */
const SHOWN_EXPIRY_MS = 30_000;
const UNTIL = "If it no longer lives, its lock goes with its connection, within half a minute of the machine's end;";
const REOPEN_ATTEMPTS = 6;

/**
 * Whether the holder of a row of `locks` lives: its advisory lock is held. It is known by a number that
 * no other holder of that lock ever has, so that a holder who lost the row cannot be taken for the next.
 * `pg_locks` shows a bigint as two halves.
 *
 * @see https://www.postgresql.org/docs/current/view-pg-locks.html
 */
export function isLive(row: string): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_locks p WHERE p.locktype = 'advisory' AND p.objsubid = 1 AND p.granted
    AND p.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
    AND ((p.classid::bigint << 32) | p.objid::bigint) = ${row}.advisory)`;
}

export interface LockRow {
  readonly destination: string;
  readonly epoch: string;
  readonly run: string | null;
  readonly owner: string;
  readonly host: string;
  readonly pid: string;
  readonly acquired_at: string;
  readonly heartbeat_at: string;
}

/**
 * One row a destination, whose epoch only ever grows, and an advisory lock for as long as its holder's
 * session lives: the row says who may write, the advisory lock whether he is still there.
 */
export class PostgresLocks {
  readonly #connection: StateConnection;
  #session: Promise<StateSession> | undefined;
  /** Advisory locks of ours, by the lease: another session has to take them again. */
  readonly #held = new Map<string, { readonly destination: string; readonly epoch: number }>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(connection: StateConnection) {
    this.#connection = connection;
  }

  async lock(destination: string, { run, owner, host, pid }: LockOwner): Promise<Lease> {
    const { refusal, now, plan, sessions } = this.#connection.place;
    if (refusal) throw refusal();
    const table = this.#connection.table("locks");
    const epoch = await this.#oneByOne((session) =>
      inTransaction(session, async (query) => {
        const [home] = await query<{ moved_to: string | null }>(`SELECT moved_to FROM ${this.#connection.table("plans")} WHERE id = $1 FOR SHARE`, [plan]);
        if (typeof home?.moved_to === "string") throw movedAway(sessions.display, home.moved_to);
        await query(`INSERT INTO ${table} VALUES ($1, $2, 0, NULL, '', '', 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING`, [plan, destination]);
        const [row] = await query<LockRow>(`SELECT * FROM ${table} WHERE plan = $1 AND destination = $2 FOR UPDATE`, [plan, destination]);
        const [live] = await query<{ live: boolean }>(
          `SELECT run IS NOT NULL AND ${isLive("l")} AS live FROM ${table} l WHERE plan = $1 AND destination = $2`,
          [plan, destination],
        );
        if (row !== undefined && live?.live === true) throw locked(toInfo(row), now(), UNTIL);
        const next = Number(row?.epoch ?? 0) + 1;
        const advisory = this.#numberOf(destination, next);
        await takeAdvisory(session, advisory, destination);
        await query(
          `UPDATE ${table} SET epoch = $3, run = $4, owner = $5, host = $6, pid = $7, backend = pg_backend_pid(), advisory = $8, acquired_at = $9, heartbeat_at = $9
           WHERE plan = $1 AND destination = $2`,
          [plan, destination, next, run, owner, host, pid, advisory, now()],
        );
        return next;
      }),
    );
    this.#held.set(keyOf(destination, epoch), { destination, epoch });
    return { destination, epoch, beat: () => this.#beat(destination, epoch), release: () => this.#release(destination, epoch) };
  }

  async all(): Promise<readonly LockInfo[]> {
    const rows = await this.#connection.read<LockRow>(
      `SELECT * FROM ${this.#connection.table("locks")} WHERE plan = $1 AND run IS NOT NULL ORDER BY destination COLLATE "C"`,
      [this.#connection.place.plan],
    );
    return rows.map(toInfo);
  }

  async unlock(destination: string): Promise<boolean> {
    return this.#connection.writeAside(async (query) => {
      const rows = await query(
        `UPDATE ${this.#connection.table("locks")} SET run = NULL WHERE plan = $1 AND destination = $2 AND run IS NOT NULL RETURNING epoch`,
        [this.#connection.place.plan, destination],
      );
      return rows.length === 1;
    });
  }

  async close(): Promise<void> {
    await this.#turn;
    await (await this.#session?.catch(() => undefined))?.close();
    this.#session = undefined;
  }

  async #beat(destination: string, epoch: number): Promise<void> {
    const { now, plan } = this.#connection.place;
    const rows = await this.#oneByOne((session) =>
      session.query(
        `UPDATE ${this.#connection.table("locks")} SET heartbeat_at = $4, backend = pg_backend_pid() WHERE plan = $1 AND destination = $2 AND epoch = $3 AND run IS NOT NULL RETURNING epoch`,
        [plan, destination, epoch, now()],
      ),
    );
    if (rows.length === 1) return;
    this.#held.delete(keyOf(destination, epoch));
    throw leaseLost(destination);
  }

  async #release(destination: string, epoch: number): Promise<void> {
    this.#held.delete(keyOf(destination, epoch));
    await this.#oneByOne(async (session) => {
      await session.query(`UPDATE ${this.#connection.table("locks")} SET run = NULL WHERE plan = $1 AND destination = $2 AND epoch = $3`, [
        this.#connection.place.plan,
        destination,
        epoch,
      ]);
      await session.query("SELECT pg_advisory_unlock($1::bigint)", [this.#numberOf(destination, epoch)]);
    });
  }

  /** Of all databases of a server each has its own; within one, this tells schemas, plans, destinations and epochs apart. */
  #numberOf(destination: string, epoch: number): string {
    const { schema, plan } = this.#connection.place;
    const digest = createHash("sha256")
      .update(JSON.stringify(["tidemark", schema, plan, destination, epoch]))
      .digest();
    return digest.readBigInt64BE(0).toString();
  }

  #oneByOne<Result>(work: (session: StateSession) => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(() => this.#withSession(work));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #withSession<Result>(work: (session: StateSession) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      let session: StateSession | undefined;
      try {
        const opened = (session = await (this.#session ??= this.#open()));
        return await mayUse(opened, this.#connection.place.schema, () => work(opened));
      } catch (error) {
        if (session !== undefined && !session.isLost) throw error;
        await session?.close();
        this.#session = undefined;
        const isPassing = session !== undefined || (this.#held.size > 0 && !(error instanceof TidemarkError && error.code === "LEASE_LOST"));
        if (!isPassing || attempt >= REOPEN_ATTEMPTS) throw error;
        await setTimeout(Math.random() * Math.min(8000, 200 * 2 ** attempt));
      }
    }
  }

  async #open(): Promise<StateSession> {
    const { sessions } = this.#connection.place;
    const session = await sessions.open("state lock", { ...SETTINGS, application_name: "tidemark state lock" });
    try {
      if (session.isPooled) {
        throw new TidemarkError(
          "STATE_POOLED",
          `Between us and ${sessions.display} is a pooler that lends one connection to many: a lock held through it may be lost or given to others.`,
          {
            hint: "Name the server itself in the location of the state, or a port of the pooler that pools by session.",
          },
        );
      }
      for (const { destination, epoch } of this.#held.values()) await takeAdvisory(session, this.#numberOf(destination, epoch), destination);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }
}

async function takeAdvisory(session: StateSession, advisory: string, destination: string): Promise<void> {
  const [taken] = await session.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1::bigint) AS taken", [advisory]);
  // Only the session before this one can hold it, and the server has not noticed yet that it is gone.
  if (taken?.taken !== true) {
    throw new TidemarkError("STATE_BUSY", `The server still holds the lock of ${destination} for a connection that was lost.`, {
      hint: "Try again in a minute.",
    });
  }
}

function keyOf(destination: string, epoch: number): string {
  return `${epoch} ${destination}`;
}

export function toInfo({ destination, epoch, run, owner, host, pid, acquired_at, heartbeat_at }: LockRow): LockInfo {
  const heartbeatAt = Number(heartbeat_at);
  return {
    destination,
    epoch: Number(epoch),
    run: run ?? "",
    owner,
    host,
    pid: Number(pid),
    acquiredAt: Number(acquired_at),
    heartbeatAt,
    expiresAt: heartbeatAt + SHOWN_EXPIRY_MS,
  };
}

import { setTimeout } from "node:timers/promises";
import { TidemarkError } from "../../core/errors.ts";
import type { WriteOptions } from "../database.ts";
import { leaseLost, movedAway } from "../refusals.ts";
import type { Lease } from "../state-store.ts";
import { quoted } from "./quoted.ts";
import { type StateSession, type StateSessions, stateOf } from "./sessions.ts";
import { mayUse } from "./tables.ts";

const LOCK_NOT_AVAILABLE = "55P03";
/** Deadlock, and a conflict of serializable transactions: trying again is the remedy. */
const AGAIN = new Set(["40001", "40P01"]);
const ATTEMPTS = 6;

/**
 * A holder that is suspended in the middle of a write must not hold up the others for ever, a machine
 * that vanished must be noticed, and what is recorded must be on the disk.
 */
export const SETTINGS: Readonly<Record<string, string>> = {
  application_name: "tidemark state",
  synchronous_commit: "on",
  default_transaction_isolation: "read committed",
  lock_timeout: "10s",
  idle_in_transaction_session_timeout: "20s",
  tcp_keepalives_idle: "10",
  tcp_keepalives_interval: "5",
  tcp_keepalives_count: "4",
};

export interface PostgresPlace {
  readonly sessions: StateSessions;
  readonly schema: string;
  /** Number of the plan in its table. */
  readonly plan: number;
  /** Milliseconds since the epoch by the server's clock. */
  readonly now: () => number;
  /** Thrown by every write, where nothing may be written. */
  readonly refusal: (() => TidemarkError) | undefined;
}

export interface Query {
  <Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
}

/**
 * One session for reads and writes, one after the other. Where it is lost it is opened anew, and what
 * was under way is done again: every write of a state may be done twice.
 */
export class StateConnection {
  readonly place: PostgresPlace;
  #session: StateSession | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #serial = 0;

  constructor(place: PostgresPlace, session: StateSession) {
    this.place = place;
    this.#session = session;
  }

  get serial(): number {
    return this.#serial;
  }

  noteSerial(serial: number): void {
    this.#serial = serial;
  }

  /** A table's name, qualified and quoted. */
  table(name: string): string {
    return `${quoted(this.place.schema)}.tidemark_${name}`;
  }

  read<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]> {
    return this.#oneByOne((session) => session.query<Row>(sql, parameters));
  }

  /** A transaction that leaves the serial as it is. @throws TidemarkError `STATE_ELSEWHERE` and what the state refuses writes with */
  writeAside<Result>(work: (query: Query) => Promise<Result>, { evenMoved = false }: WriteOptions = {}): Promise<Result> {
    const { refusal } = this.place;
    if (refusal) return Promise.reject(refusal());
    return this.#oneByOne((session) =>
      inTransaction(session, async (query) => {
        if (!evenMoved) await this.#mustBeHere(query, "FOR SHARE");
        return work(query);
      }),
    );
  }

  /**
   * A transaction that later runs rely on.
   *
   * @throws TidemarkError `LEASE_LOST` where a lease is no longer held; then nothing was written
   */
  async write<Result>(leases: readonly Lease[], work: (query: Query, serial: number) => Promise<Result>): Promise<Result> {
    const { refusal, plan } = this.place;
    if (refusal) throw refusal();
    return this.#oneByOne(async (session) => {
      let written = 0;
      const result = await inTransaction(session, async (query) => {
        // The plan's row comes first everywhere, so that no two wait for each other.
        await this.#mustBeHere(query, "FOR UPDATE");
        await this.#mustHold(query, leases);
        const [row] = await query<{ serial: string }>(`UPDATE ${this.table("plans")} SET serial = serial + 1 WHERE id = $1 RETURNING serial`, [plan]);
        written = Number(row?.serial);
        return work(query, written);
      });
      this.#serial = written;
      return result;
    });
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#session?.close();
    this.#session = undefined;
  }

  async #mustBeHere(query: Query, mode: "FOR SHARE" | "FOR UPDATE"): Promise<void> {
    const [row] = await query<{ moved_to: string | null }>(`SELECT moved_to FROM ${this.table("plans")} WHERE id = $1 ${mode}`, [this.place.plan]);
    if (row === undefined)
      throw new TidemarkError("STATE_DAMAGED", `The state in schema ${this.place.schema} was taken away.`, { hint: "Apply again: it is made anew." });
    if (row.moved_to !== null) throw movedAway(this.place.sessions.display, row.moved_to);
  }

  /** Whoever takes a lock over waits for this row: either he comes first, or our transaction is done. */
  async #mustHold(query: Query, leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return;
    const rows = await query<{ destination: string }>(
      `SELECT destination FROM ${this.table("locks")} AS held JOIN unnest($2::text[], $3::bigint[]) AS lease (place, number) ON destination = place AND epoch = number
       WHERE plan = $1 AND run IS NOT NULL ORDER BY destination FOR UPDATE OF held`,
      [this.place.plan, leases.map(({ destination }) => destination), leases.map(({ epoch }) => epoch)],
    );
    const held = new Set(rows.map(({ destination }) => destination));
    const lost = leases.find(({ destination }) => !held.has(destination));
    if (lost !== undefined) throw leaseLost(lost.destination);
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
        const opened = (session = this.#session ??= await this.place.sessions.open("state", SETTINGS));
        return await mayUse(opened, this.place.schema, () => work(opened));
      } catch (error) {
        if (session?.isLost === true) {
          this.#session = undefined;
          await session.close();
        }
        const isPassing = session === undefined ? attempt > 1 : session.isLost || AGAIN.has(stateOf(error) ?? "");
        if (!isPassing || attempt >= ATTEMPTS) throw explained(error, this.place);
        await setTimeout(Math.random() * Math.min(8000, 200 * 2 ** attempt));
      }
    }
  }
}

export async function inTransaction<Result>(session: StateSession, work: (query: Query) => Promise<Result>): Promise<Result> {
  await session.query("BEGIN");
  try {
    const result = await work((sql, parameters) => session.query(sql, parameters));
    await session.query("COMMIT");
    return result;
  } catch (error) {
    if (!session.isLost) await session.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

function explained(error: unknown, { sessions }: PostgresPlace): unknown {
  if (stateOf(error) !== LOCK_NOT_AVAILABLE) return error;
  return new TidemarkError("STATE_BUSY", `The state in ${sessions.display} is being written by another process and did not become free.`, {
    hint: "Try again. If it stays so, look for a session that holds a lock on its tables.",
    cause: error,
  });
}

import { outcomeOf } from "../outcome-numbers.ts";
import { statusOf } from "../run-status.ts";
import type { Lease, RunInfo, RunStart, RunStatus } from "../state-store.ts";
import type { Query, StateConnection } from "./connection.ts";
import { isLive } from "./locks.ts";

/** Runs that keep their notes. */
const MOST_NOTES = 100;

interface RunRow {
  readonly id: string;
  readonly run: string;
  readonly plan_id: string;
  readonly name: string;
  readonly owner: string;
  readonly host: string;
  readonly pid: string;
  readonly started_at: string;
  readonly items: string;
  readonly bytes: string;
  readonly status: string;
  readonly finished_at: string | null;
  readonly notes: string | null;
  readonly live: boolean;
}

interface CounterRow {
  readonly run: string;
  readonly name: string;
  readonly outcome: number;
  readonly items: string;
  readonly bytes: string;
}

/** Runs and what became of them. A run lives as long as one of its locks does. */
export class PostgresRuns {
  readonly #connection: StateConnection;
  readonly #runs: string;

  constructor(connection: StateConnection) {
    this.#connection = connection;
    this.#runs = connection.table("runs");
  }

  async start({ run, planId, plan, owner, host, pid, startedAt, items, bytes }: RunStart, leases: readonly Lease[]): Promise<void> {
    await this.#connection.write(leases, (query, serial) =>
      query(
        `INSERT INTO ${this.#runs} (plan, run, plan_id, name, owner, host, pid, started_at, items, bytes, serial, status)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'running') ON CONFLICT (plan, run) DO NOTHING`,
        [this.#connection.place.plan, run, planId, plan, owner, host, pid, startedAt, items, bytes, serial],
      ),
    );
  }

  async finish(run: string, status: RunStatus, leases: readonly Lease[], notes: string | undefined): Promise<void> {
    await this.#connection.write(leases, async (query) => {
      await this.#end(query, [run], status);
      if (notes !== undefined) await this.#keepNotes(query, run, notes);
    });
  }

  dead(): Promise<readonly string[]> {
    return this.#dead((sql, parameters) => this.#connection.read(sql, parameters));
  }

  async interruptDead(): Promise<readonly string[]> {
    if ((await this.dead()).length === 0) return [];
    return this.#connection.write([], async (query) => {
      // Looked at again: a run may have ended by itself meanwhile.
      const stillDead = await this.#dead(query);
      await this.#end(query, stillDead, "interrupted");
      return stillDead;
    });
  }

  async all(limit: number): Promise<readonly RunInfo[]> {
    const rows = await this.#connection.read<RunRow>(`SELECT *, ${this.#lives("r")} AS live FROM ${this.#runs} r WHERE plan = $1 ORDER BY id DESC LIMIT $2`, [
      this.#connection.place.plan,
      limit,
    ]);
    const counters = await this.#connection.read<CounterRow>(
      `SELECT run, name, outcome, items, bytes FROM ${this.#connection.table("counters")} JOIN ${this.#connection.table("syncs")} ON id = sync WHERE run = ANY ($1::bigint[]) ORDER BY name COLLATE "C", outcome`,
      [rows.map(({ id }) => id)],
    );
    const byRun = Map.groupBy(counters, ({ run }) => run);
    return rows.map((row) => toInfo(row, byRun.get(row.id) ?? []));
  }

  async #keepNotes(query: Query, run: string, notes: string): Promise<void> {
    const { plan } = this.#connection.place;
    // A text of PostgreSQL has no place for a NUL.
    await query(`UPDATE ${this.#runs} SET notes = $3 WHERE plan = $1 AND run = $2`, [plan, run, notes.replaceAll("\0", "")]);
    await query(
      `UPDATE ${this.#runs} SET notes = NULL WHERE plan = $1 AND notes IS NOT NULL AND id NOT IN (SELECT id FROM ${this.#runs} WHERE plan = $1 ORDER BY id DESC LIMIT ${MOST_NOTES})`,
      [plan],
    );
  }

  async #end(query: Query, runs: readonly string[], status: RunStatus): Promise<void> {
    const { plan, now } = this.#connection.place;
    await query(`UPDATE ${this.#runs} SET status = $3, finished_at = $4 WHERE plan = $1 AND run = ANY ($2::text[])`, [plan, runs, status, now()]);
    await query(`DELETE FROM ${this.#connection.table("requests")} WHERE plan = $1 AND run = ANY ($2::text[])`, [plan, runs]);
  }

  async #dead(query: Query): Promise<readonly string[]> {
    const rows = await query<{ run: string }>(
      `SELECT run FROM ${this.#runs} r WHERE plan = $1 AND status = 'running' AND NOT ${this.#lives("r")} ORDER BY id`,
      [this.#connection.place.plan],
    );
    return rows.map(({ run }) => run);
  }

  #lives(row: string): string {
    return livingRun(this.#connection, `${row}.plan`, `${row}.run`);
  }
}

/** Whether a lock of a run is held by a session that lives. */
export function livingRun(connection: StateConnection, plan: string, run: string): string {
  return `EXISTS (SELECT FROM ${connection.table("locks")} l WHERE l.plan = ${plan} AND l.run = ${run} AND ${isLive("l")})`;
}

function toInfo(row: RunRow, counters: readonly CounterRow[]): RunInfo {
  const counts: Record<string, Record<ReturnType<typeof outcomeOf>, number>> = {};
  let appliedBytes = 0;
  for (const { name, outcome, items, bytes } of counters) {
    const kind = outcomeOf(outcome);
    const ofSync = (counts[name] ??= { applied: 0, stale: 0, failed: 0, refused: 0, cancelled: 0, inDoubt: 0 });
    ofSync[kind] = Number(items);
    if (kind === "applied") appliedBytes += Number(bytes);
  }
  const kept = statusOf(row.status);
  return {
    run: row.run,
    planId: row.plan_id,
    plan: row.name,
    owner: row.owner,
    host: row.host,
    pid: Number(row.pid),
    startedAt: Number(row.started_at),
    items: Number(row.items),
    bytes: Number(row.bytes),
    status: kept === "running" && !row.live ? "interrupted" : kept,
    finishedAt: row.finished_at === null ? undefined : Number(row.finished_at),
    counts,
    appliedBytes,
    notes: row.notes ?? undefined,
  };
}

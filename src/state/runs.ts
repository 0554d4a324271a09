import type { SQLOutputValue } from "node:sqlite";
import type { StateDatabase } from "./database.ts";
import type { Locks } from "./locks.ts";
import { OUTCOMES, outcomeOf } from "./outcome-numbers.ts";
import { statusOf } from "./run-status.ts";
import type { Lease, RunInfo, RunStart, RunStatus } from "./state-store.ts";

/** What the notes of a run are called in `meta`. */
export const NOTES = "notes:";
/** Runs that keep theirs. */
const MOST_NOTES = 100;

/** Runs and what became of them. A run lives as long as one of its locks does. */
export class Runs {
  readonly #db: StateDatabase;
  readonly #locks: Locks;

  constructor(db: StateDatabase, locks: Locks) {
    this.#db = db;
    this.#locks = locks;
  }

  async start({ run, planId, plan, owner, host, pid, startedAt, items, bytes }: RunStart, leases: readonly Lease[]): Promise<void> {
    await this.#db.write(leases, (serial) =>
      this.#db
        .statement(
          "INSERT INTO runs (run, plan_id, plan, owner, host, pid, started_at, items, bytes, serial, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running')",
        )
        .run(run, planId, plan, owner, host, pid, startedAt, items, bytes, serial),
    );
  }

  async finish(run: string, status: RunStatus, leases: readonly Lease[], notes: string | undefined): Promise<void> {
    await this.#db.write(leases, () => {
      this.#end(run, status);
      if (notes !== undefined) this.#keepNotes(run, notes);
    });
  }

  async dead(): Promise<readonly string[]> {
    return this.#db.read(() => this.#dead());
  }

  async interruptDead(): Promise<readonly string[]> {
    const dead = await this.#db.read(() => this.#dead());
    if (dead.length === 0) return [];
    return this.#db.write([], () => {
      // Looked at again under the write lock: a run may have ended by itself meanwhile.
      const stillDead = this.#dead();
      for (const run of stillDead) this.#end(run, "interrupted");
      return stillDead;
    });
  }

  async all(limit: number): Promise<readonly RunInfo[]> {
    return this.#db.read(() =>
      this.#db
        .statement("SELECT * FROM runs ORDER BY id DESC LIMIT ?")
        .all(limit)
        .map((row) => this.#info(row)),
    );
  }

  /** Beside the runs, so that states of earlier versions need no other layout. */
  #keepNotes(run: string, notes: string): void {
    this.#db.statement("INSERT OR REPLACE INTO meta VALUES (?, ?)").run(NOTES + run, notes);
    this.#db
      .statement(`DELETE FROM meta WHERE name LIKE '${NOTES}%' AND name NOT IN (SELECT '${NOTES}' || run FROM runs ORDER BY id DESC LIMIT ${MOST_NOTES})`)
      .run();
  }

  #notes(run: string): string | undefined {
    const notes = this.#db.statement("SELECT value FROM meta WHERE name = ?").get(NOTES + run)?.["value"];
    return typeof notes === "string" ? notes : undefined;
  }

  #end(run: string, status: RunStatus): void {
    this.#db.statement("UPDATE runs SET status = ?, finished_at = ? WHERE run = ?").run(status, this.#db.now(), run);
    this.#db.statement("DELETE FROM requests WHERE run = ?").run(run);
  }

  #dead(): readonly string[] {
    return this.#db
      .statement("SELECT run FROM runs WHERE status = 'running' ORDER BY id")
      .all()
      .map((row) => String(row["run"]))
      .filter((run) => !this.#locks.isAlive(run));
  }

  #info(row: Record<string, SQLOutputValue>): RunInfo {
    const run = String(row["run"]);
    const kept = statusOf(row["status"]);
    const counts: Record<string, Record<keyof typeof OUTCOMES, number>> = {};
    let appliedBytes = 0;
    const counters = this.#db
      .statement("SELECT name, outcome, items, counters.bytes FROM counters JOIN syncs ON syncs.id = sync WHERE run = ? ORDER BY name, outcome")
      .all(row["id"] ?? 0);
    for (const { name, outcome, items, bytes } of counters) {
      const kind = outcomeOf(Number(outcome));
      const ofSync = (counts[String(name)] ??= { applied: 0, stale: 0, failed: 0, refused: 0, cancelled: 0, inDoubt: 0 });
      ofSync[kind] = Number(items);
      if (kind === "applied") appliedBytes += Number(bytes);
    }
    return {
      run,
      planId: String(row["plan_id"]),
      plan: String(row["plan"]),
      owner: String(row["owner"]),
      host: String(row["host"]),
      pid: Number(row["pid"]),
      startedAt: Number(row["started_at"]),
      items: Number(row["items"]),
      bytes: Number(row["bytes"]),
      status: kept === "running" && !this.#locks.isAlive(run) ? "interrupted" : kept,
      finishedAt: typeof row["finished_at"] === "number" ? row["finished_at"] : undefined,
      counts,
      appliedBytes,
      notes: this.#notes(run),
    };
  }
}

import type { SQLOutputValue } from "node:sqlite";
import { decodeVersion, encodeVersion } from "../core/version-text.ts";
import type { ItemVersion } from "../core/version.ts";
import type { StateDatabase } from "./database.ts";
import type { Items } from "./items.ts";
import { OUTCOMES, outcomeOf } from "./outcome-numbers.ts";
import type { Outcome } from "./outcome.ts";
import { actionOf } from "./problem-text.ts";
import type { Lease } from "./state-store.ts";

/** Sequence numbers looked at by one query of `applied`. */
const SEQS = 20_000;
const PROBLEMS = 1000;

/** What became of each action of each run. What was applied takes a dozen bytes; what was not tells why. */
export class Outcomes {
  readonly #db: StateDatabase;
  readonly #items: Items;

  constructor(db: StateDatabase, items: Items) {
    this.#db = db;
    this.#items = items;
  }

  async record(run: string, outcomes: readonly Outcome[], leases: readonly Lease[]): Promise<void> {
    if (outcomes.length === 0) return;
    await this.#db.write(leases, () => {
      const runId = this.#runId(run);
      const batch = new Batch(this.#items);
      for (const outcome of outcomes) this.#recordOne(runId, outcome, batch);
      for (const { sync, outcome, items, bytes } of batch.deltas()) {
        this.#db
          .statement(
            "INSERT INTO counters VALUES (?, ?, ?, ?, ?) ON CONFLICT (run, sync, outcome) DO UPDATE SET items = items + excluded.items, bytes = bytes + excluded.bytes",
          )
          .run(runId, sync, outcome, items, bytes);
      }
    });
  }

  /** Goes by windows of numbers: the runs of one changeset are few, its actions may be millions. */
  async *applied(planId: string, sinceSerial: number, run: string | undefined): AsyncGenerator<readonly number[]> {
    const ofRuns = "outcome = 0 AND run IN (SELECT id FROM runs WHERE plan_id = ? AND serial > ? AND run = coalesce(?, run))";
    const last = await this.#db.read(() =>
      Number(
        this.#db
          .statement("SELECT max((SELECT max(seq) FROM outcomes WHERE run = runs.id)) AS last FROM runs WHERE plan_id = ? AND serial > ?")
          .get(planId, sinceSerial)?.["last"] ?? 0,
      ),
    );
    for (let from = 1; from <= last; from += SEQS) {
      const rows = await this.#db.read(() =>
        this.#db
          .listStatement(`SELECT DISTINCT seq FROM outcomes WHERE ${ofRuns} AND seq BETWEEN ? AND ? ORDER BY seq`)
          .all(planId, sinceSerial, run ?? null, from, from + SEQS - 1),
      );
      if (rows.length > 0) yield rows.map((row) => Number(row[0]));
    }
  }

  async *problems(run: string): AsyncGenerator<readonly Outcome[]> {
    for (let after = 0; ;) {
      const rows = await this.#db.read(() =>
        this.#db
          .statement(
            `SELECT problems.*, outcomes.outcome, outcomes.bytes, syncs.name AS sync FROM problems JOIN outcomes USING (run, seq) JOIN syncs ON syncs.id = outcomes.sync
             WHERE run = (SELECT id FROM runs WHERE run = ?) AND seq > ? ORDER BY seq LIMIT ${PROBLEMS}`,
          )
          .all(run, after),
      );
      const page = rows.map(toProblem);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.seq;
    }
  }

  #recordOne(runId: number, outcome: Outcome, batch: Batch): void {
    const { seq, key, action, bytes, source, destination } = outcome;
    const sync = batch.syncId(outcome.sync);
    const number = OUTCOMES[outcome.outcome];
    const isNew = this.#db.statement("INSERT INTO outcomes VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING").run(runId, seq, sync, number, bytes).changes === 1;
    if (!isNew) this.#replace(runId, outcome, sync, batch);
    batch.count(sync, number, 1, bytes);

    if (outcome.outcome !== "applied") this.#insertProblem(runId, outcome);
    else if (action === "delete") this.#items.remove(sync, key);
    else if (source !== undefined && destination !== undefined) this.#items.put(sync, { key, source, destination });
  }

  /** The last outcome recorded counts: takes the one before out of the counters. */
  #replace(runId: number, { seq, outcome, bytes }: Outcome, sync: number, batch: Batch): void {
    const before = this.#db.statement("SELECT sync, outcome, bytes FROM outcomes WHERE run = ? AND seq = ?").get(runId, seq);
    if (before !== undefined) batch.count(Number(before["sync"]), Number(before["outcome"]), -1, -Number(before["bytes"]));
    this.#db.statement("UPDATE outcomes SET sync = ?, outcome = ?, bytes = ? WHERE run = ? AND seq = ?").run(sync, OUTCOMES[outcome], bytes, runId, seq);
    this.#db.statement("DELETE FROM problems WHERE run = ? AND seq = ?").run(runId, seq);
  }

  #insertProblem(runId: number, { seq, action, key, code, message, hint, source, destination, startedAt, finishedAt }: Outcome): void {
    const text = (version: ItemVersion | undefined) => (version === undefined ? null : encodeVersion(version));
    this.#db
      .statement("INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(runId, seq, action, key, code ?? null, message ?? null, hint ?? null, text(source), text(destination), startedAt, finishedAt);
  }

  #runId(run: string): number {
    const id = this.#db.statement("SELECT id FROM runs WHERE run = ?").get(run)?.["id"];
    if (id === undefined) throw new Error(`run ${run} was not started`);
    return Number(id);
  }
}

/** What one batch adds to the counters, so that each of these is written once. */
class Batch {
  readonly #items: Items;
  readonly #syncs = new Map<string, number>();
  readonly #deltas = new Map<number, { readonly sync: number; readonly outcome: number; items: number; bytes: number }>();

  constructor(items: Items) {
    this.#items = items;
  }

  syncId(name: string): number {
    const known = this.#syncs.get(name);
    if (known !== undefined) return known;
    const id = this.#items.syncIdOrNew(name);
    this.#syncs.set(name, id);
    return id;
  }

  count(sync: number, outcome: number, items: number, bytes: number): void {
    const place = sync * 8 + outcome;
    const delta = this.#deltas.get(place);
    if (delta === undefined) {
      this.#deltas.set(place, { sync, outcome, items, bytes });
    } else {
      delta.items += items;
      delta.bytes += bytes;
    }
  }

  deltas() {
    return this.#deltas.values();
  }
}

function toProblem(row: Record<string, SQLOutputValue>): Outcome {
  return {
    seq: Number(row["seq"]),
    sync: String(row["sync"]),
    key: String(row["key"]),
    action: actionOf(row["action"]),
    outcome: outcomeOf(Number(row["outcome"])),
    bytes: Number(row["bytes"]),
    code: textOf(row["code"]),
    message: textOf(row["message"]),
    hint: textOf(row["hint"]),
    source: decodeVersion(String(row["source"])),
    destination: decodeVersion(String(row["destination"])),
    startedAt: Number(row["started_at"]),
    finishedAt: Number(row["finished_at"]),
  };
}

function textOf(value: SQLOutputValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

import { OUTCOMES, outcomeOf } from "../outcome-numbers.ts";
import type { Outcome } from "../outcome.ts";
import { readProblem, writeProblem } from "../problem-text.ts";
import type { ItemRecord, Lease } from "../state-store.ts";
import type { Query, StateConnection } from "./connection.ts";
import type { PostgresItems } from "./items.ts";

const SEQS = 20_000;
const PROBLEMS = 1000;

/** What became of each action of each run. */
export class PostgresOutcomes {
  readonly #connection: StateConnection;
  readonly #items: PostgresItems;

  constructor(connection: StateConnection, items: PostgresItems) {
    this.#connection = connection;
    this.#items = items;
  }

  async record(run: string, outcomes: readonly Outcome[], leases: readonly Lease[]): Promise<void> {
    if (outcomes.length === 0) return;
    await this.#connection.write(leases, async (query) => {
      const runId = await this.#runId(query, run);
      const syncs = new Map<string, number>();
      for (const { sync } of outcomes) if (!syncs.has(sync)) syncs.set(sync, await this.#items.syncIdOrNew(query, sync));
      const idOf = (sync: string) => syncs.get(sync) ?? 0;
      // The last outcome recorded counts.
      const last = [...new Map(outcomes.map((outcome) => [outcome.seq, outcome])).values()];
      await this.#count(query, runId, last, idOf);
      await this.#insert(query, runId, last, idOf);
      await this.#changeItems(query, outcomes, idOf);
    });
  }

  async *applied(planId: string, sinceSerial: number, run: string | undefined): AsyncGenerator<readonly number[]> {
    for (let after = 0; ;) {
      const rows: readonly { readonly seq: string }[] = await this.#connection.read<{ seq: string }>(
        `SELECT DISTINCT seq FROM ${this.#connection.table("outcomes")} WHERE outcome = 0 AND seq > $4
           AND run IN (SELECT id FROM ${this.#connection.table("runs")} WHERE plan = $1 AND plan_id = $2 AND serial > $3 AND run = coalesce($5, run)) ORDER BY seq LIMIT ${SEQS}`,
        [this.#connection.place.plan, planId, sinceSerial, after, run ?? null],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(({ seq }) => Number(seq));
      after = Number(last.seq);
    }
  }

  async *problems(run: string): AsyncGenerator<readonly Outcome[]> {
    for (let after = 0; ;) {
      const rows = await this.#connection.read<{ seq: string; sync: string; key: Buffer; outcome: number; bytes: string; body: string }>(
        `SELECT p.seq, s.name AS sync, p.key, o.outcome, o.bytes, p.body FROM ${this.#connection.table("problems")} p
           JOIN ${this.#connection.table("outcomes")} o USING (run, seq) JOIN ${this.#connection.table("syncs")} s ON s.id = o.sync
         WHERE run = (SELECT id FROM ${this.#connection.table("runs")} WHERE plan = $1 AND run = $2) AND seq > $3 ORDER BY seq LIMIT ${PROBLEMS}`,
        [this.#connection.place.plan, run, after],
      );
      const page = rows.map(({ seq, sync, key, outcome, bytes, body }) =>
        readProblem(body, { seq: Number(seq), sync, key: key.toString("utf8"), outcome: outcomeOf(outcome), bytes: Number(bytes) }),
      );
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.seq;
    }
  }

  /** Adds these to the counters, and takes out what they replace. */
  async #count(query: Query, runId: string, outcomes: readonly Outcome[], idOf: (sync: string) => number): Promise<void> {
    const deltas = new Map<string, { readonly sync: number; readonly outcome: number; items: number; bytes: number }>();
    const add = (sync: number, outcome: number, items: number, bytes: number) => {
      const place = `${sync} ${outcome}`;
      const delta = deltas.get(place) ?? { sync, outcome, items: 0, bytes: 0 };
      delta.items += items;
      delta.bytes += bytes;
      deltas.set(place, delta);
    };
    const before = await query<{ sync: number; outcome: number; bytes: string }>(
      `SELECT sync, outcome, bytes FROM ${this.#connection.table("outcomes")} WHERE run = $1 AND seq = ANY ($2::bigint[])`,
      [runId, outcomes.map(({ seq }) => seq)],
    );
    for (const { sync, outcome, bytes } of before) add(sync, outcome, -1, -Number(bytes));
    for (const { sync, outcome, bytes } of outcomes) add(idOf(sync), OUTCOMES[outcome], 1, bytes);
    const rows = [...deltas.values()];
    await query(
      `INSERT INTO ${this.#connection.table("counters")} AS c SELECT $1, * FROM unnest($2::int[], $3::smallint[], $4::bigint[], $5::bigint[])
       ON CONFLICT (run, sync, outcome) DO UPDATE SET items = c.items + excluded.items, bytes = c.bytes + excluded.bytes`,
      [runId, rows.map(({ sync }) => sync), rows.map(({ outcome }) => outcome), rows.map(({ items }) => items), rows.map(({ bytes }) => bytes)],
    );
    if (before.length > 0) {
      await query(`DELETE FROM ${this.#connection.table("problems")} WHERE run = $1 AND seq = ANY ($2::bigint[])`, [runId, outcomes.map(({ seq }) => seq)]);
      await query(`DELETE FROM ${this.#connection.table("counters")} WHERE run = $1 AND items = 0`, [runId]);
    }
  }

  async #insert(query: Query, runId: string, outcomes: readonly Outcome[], idOf: (sync: string) => number): Promise<void> {
    await query(
      `INSERT INTO ${this.#connection.table("outcomes")} SELECT $1, * FROM unnest($2::bigint[], $3::int[], $4::smallint[], $5::bigint[])
       ON CONFLICT (run, seq) DO UPDATE SET sync = excluded.sync, outcome = excluded.outcome, bytes = excluded.bytes`,
      [
        runId,
        outcomes.map(({ seq }) => seq),
        outcomes.map(({ sync }) => idOf(sync)),
        outcomes.map(({ outcome }) => OUTCOMES[outcome]),
        outcomes.map(({ bytes }) => bytes),
      ],
    );
    const problems = outcomes.filter(({ outcome }) => outcome !== "applied");
    if (problems.length === 0) return;
    await query(`INSERT INTO ${this.#connection.table("problems")} SELECT $1, * FROM unnest($2::bigint[], $3::bytea[], $4::text[])`, [
      runId,
      problems.map(({ seq }) => seq),
      problems.map(({ key }) => Buffer.from(key)),
      problems.map(writeProblem),
    ]);
  }

  async #changeItems(query: Query, outcomes: readonly Outcome[], idOf: (sync: string) => number): Promise<void> {
    // By sync and key, the last one counts. undefined: it is gone.
    const changes = new Map<number, Map<string, ItemRecord | undefined>>();
    for (const { sync, key, action, outcome, source, destination } of outcomes) {
      if (outcome !== "applied") continue;
      const id = idOf(sync);
      const ofSync = changes.get(id) ?? new Map<string, ItemRecord | undefined>();
      changes.set(id, ofSync);
      if (action === "delete") ofSync.set(key, undefined);
      else if (source !== undefined && destination !== undefined) ofSync.set(key, { key, source, destination });
    }
    for (const [sync, byKey] of changes) {
      const removed = [...byKey].flatMap(([key, record]) => (record === undefined ? [key] : []));
      await this.#items.remove(query, sync, removed);
      await this.#items.put(
        query,
        sync,
        [...byKey.values()].filter((record) => record !== undefined),
      );
    }
  }

  async #runId(query: Query, run: string): Promise<string> {
    const [row] = await query<{ id: string }>(`SELECT id FROM ${this.#connection.table("runs")} WHERE plan = $1 AND run = $2`, [
      this.#connection.place.plan,
      run,
    ]);
    if (row === undefined) throw new Error(`run ${run} was not started`);
    return row.id;
  }
}

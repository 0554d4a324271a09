import { decodeVersion, encodeVersion } from "../../core/version-text.ts";
import { actionOf, readProblem, writeProblem } from "../problem-text.ts";
import { locked } from "../refusals.ts";
import { STATE_KINDS, type StateKind, type StatePage, type StateSizes, type StateValue } from "../whole.ts";
import type { Query, StateConnection } from "./connection.ts";
import { isLive, type LockRow, toInfo } from "./locks.ts";

const PAGE = 2000;
const EVEN_MOVED = { evenMoved: true } as const;

type Column = readonly [name: string, type: "int" | "bigint" | "smallint" | "text" | "bytea"];

interface Table {
  /** In the order in which they are carried, as far as they are. */
  readonly columns: readonly Column[];
  /** How many of the first columns are the primary key. */
  readonly key: number;
  /** The column by which a row belongs to a plan, and what that names. */
  readonly by: "plan" | "run" | "sync";
}

const TABLES: Readonly<Record<StateKind, Table>> = {
  syncs: {
    columns: [
      ["id", "int"],
      ["name", "text"],
    ],
    key: 1,
    by: "plan",
  },
  runs: {
    columns: [
      ["id", "bigint"],
      ["run", "text"],
      ["plan_id", "text"],
      ["name", "text"],
      ["owner", "text"],
      ["host", "text"],
      ["pid", "bigint"],
      ["started_at", "bigint"],
      ["items", "bigint"],
      ["bytes", "bigint"],
      ["serial", "bigint"],
      ["status", "text"],
      ["finished_at", "bigint"],
      ["notes", "text"],
    ],
    key: 1,
    by: "plan",
  },
  items: {
    columns: [
      ["sync", "int"],
      ["key", "bytea"],
      ["source", "text"],
      ["destination", "text"],
    ],
    key: 2,
    by: "sync",
  },
  outcomes: {
    columns: [
      ["run", "bigint"],
      ["seq", "bigint"],
      ["sync", "int"],
      ["outcome", "smallint"],
      ["bytes", "bigint"],
    ],
    key: 2,
    by: "run",
  },
  problems: {
    columns: [
      ["run", "bigint"],
      ["seq", "bigint"],
      ["key", "bytea"],
      ["body", "text"],
    ],
    key: 2,
    by: "run",
  },
  counters: {
    columns: [
      ["run", "bigint"],
      ["sync", "int"],
      ["outcome", "smallint"],
      ["items", "bigint"],
      ["bytes", "bigint"],
    ],
    key: 3,
    by: "run",
  },
  intents: {
    columns: [
      ["id", "bigint"],
      ["run", "text"],
      ["sync", "int"],
      ["kind", "text"],
      ["key", "bytea"],
      ["detail", "bytea"],
      ["at", "bigint"],
    ],
    key: 1,
    by: "sync",
  },
};

/** Ids of the state that is carried, and what they are here. */
interface NewIds {
  readonly sync: Map<number, number>;
  readonly run: Map<number, number>;
}

/** All of a plan's state at once: what is carried to another place. */
export class PostgresWhole {
  readonly #connection: StateConnection;

  constructor(connection: StateConnection) {
    this.#connection = connection;
  }

  async mark(): Promise<string | undefined> {
    const [row] = await this.#connection.read<{ moved_to: string | null }>(`SELECT moved_to FROM ${this.#connection.table("plans")} WHERE id = $1`, [
      this.#plan,
    ]);
    return row?.moved_to ?? undefined;
  }

  async setMark(mark: string | undefined): Promise<void> {
    await this.#connection.writeAside(async (query) => {
      // Whoever is about to lock has this row too: either he is seen below, or he sees the mark.
      await query(`UPDATE ${this.#connection.table("plans")} SET moved_to = $2 WHERE id = $1`, [this.#plan, mark ?? null]);
      if (mark === undefined) return;
      const [live] = await query<LockRow>(`SELECT * FROM ${this.#connection.table("locks")} l WHERE plan = $1 AND run IS NOT NULL AND ${isLive("l")} LIMIT 1`, [
        this.#plan,
      ]);
      if (live !== undefined) throw locked(toInfo(live), this.#connection.place.now(), "");
    }, EVEN_MOVED);
  }

  async sizes(): Promise<StateSizes> {
    const sizes: [StateKind, number][] = [];
    for (const kind of STATE_KINDS) {
      const [row] = await this.#connection.read<{ n: string }>(`SELECT count(*) AS n FROM ${this.#connection.table(kind)} WHERE ${this.#ofPlan(kind)}`, [
        this.#plan,
      ]);
      sizes.push([kind, Number(row?.n)]);
    }
    return Object.fromEntries(sizes) as Record<StateKind, number>;
  }

  async *contents(): AsyncGenerator<StatePage> {
    for (const kind of STATE_KINDS) {
      const { columns, key: keys } = TABLES[kind];
      const key = columns.slice(0, keys);
      const names = key.map(([name]) => name).join(", ");
      let after: readonly unknown[] | undefined;
      for (;;) {
        const where = after === undefined ? "" : `AND (${names}) > (${key.map(([, type], at) => `$${at + 2}::${type}`).join(", ")})`;
        const rows: readonly Readonly<Record<string, unknown>>[] = await this.#connection.read<Readonly<Record<string, unknown>>>(
          `SELECT * FROM ${this.#connection.table(kind)} WHERE ${this.#ofPlan(kind)} ${where} ORDER BY ${names} LIMIT ${PAGE}`,
          [this.#plan, ...(after ?? [])],
        );
        const last = rows.at(-1);
        if (last === undefined) break;
        yield {
          kind,
          rows: rows.map((row) =>
            carried(
              kind,
              columns.map(([name, type]) => toValue(row[name], type)),
            ),
          ),
        };
        after = key.map(([name]) => last[name]);
      }
    }
  }

  async fill(pages: AsyncIterable<StatePage>, { lineage, serial }: { readonly lineage: string; readonly serial: number }): Promise<void> {
    for (const kind of STATE_KINDS.toReversed()) {
      await this.#connection.writeAside((query) => query(`DELETE FROM ${this.#connection.table(kind)} WHERE ${this.#ofPlan(kind)}`, [this.#plan]), EVEN_MOVED);
    }
    const ids: NewIds = { sync: new Map(), run: new Map() };
    for await (const page of pages) await this.#connection.writeAside((query) => this.#insert(query, page, ids), EVEN_MOVED);
    await this.#connection.writeAside(
      (query) => query(`UPDATE ${this.#connection.table("plans")} SET lineage = $2, serial = $3 WHERE id = $1`, [this.#plan, lineage, serial]),
      EVEN_MOVED,
    );
    this.#connection.noteSerial(serial);
  }

  get #plan(): number {
    return this.#connection.place.plan;
  }

  #ofPlan(kind: StateKind): string {
    const { by } = TABLES[kind];
    return by === "plan" ? "plan = $1" : `${by} IN (SELECT id FROM ${this.#connection.table(`${by}s`)} WHERE plan = $1)`;
  }

  async #insert(query: Query, { kind, rows }: StatePage, ids: NewIds): Promise<void> {
    const { columns, by } = TABLES[kind];
    // Ids are given here, since other plans have some too.
    const ownId = columns[0]?.[0] === "id";
    const kept = ownId ? columns.slice(1) : columns;
    const stored = rows.map((row) => asStored(kind, row));
    const values = kept.map(([name, type], at) =>
      stored.map((row) => {
        const value = row[ownId ? at + 1 : at] ?? null;
        const isReference = name === "sync" || (name === "run" && type === "bigint");
        if (isReference) return ids[name].get(Number(value)) ?? 0;
        return type === "bytea" ? Buffer.from(String(value)) : typeof value === "string" ? value.replaceAll("\0", "\u2400") : value;
      }),
    );
    const given = await query<{ id: string; label: string }>(
      `INSERT INTO ${this.#connection.table(kind)} (${by === "plan" ? "plan, " : ""}${kept.map(([name]) => name).join(", ")})
       SELECT ${by === "plan" ? "$1::int, " : ""}* FROM unnest(${kept.map(([, type], at) => `$${at + (by === "plan" ? 2 : 1)}::${type}[]`).join(", ")})
       ${by === "plan" ? `RETURNING id, ${kind === "syncs" ? "name" : "run"} AS label` : ""}`,
      [...(by === "plan" ? [this.#plan] : []), ...values],
    );
    if (by !== "plan") return;
    const byLabel = new Map(given.map(({ id, label }) => [label, Number(id)]));
    const map = kind === "syncs" ? ids.sync : ids.run;
    for (const [id, label] of rows) map.set(Number(id), byLabel.get(String(label)) ?? 0);
  }
}

function toValue(value: unknown, type: Column[1]): StateValue {
  if (value === null || value === undefined) return null;
  if (type === "bytea") return Buffer.isBuffer(value) ? value.toString("utf8") : "";
  if (type !== "text") return Number(value);
  return typeof value === "string" ? value : "";
}

/** A row as it is carried. Only problems are kept otherwise. */
function carried(kind: StateKind, row: readonly StateValue[]): readonly StateValue[] {
  if (kind !== "problems") return row;
  const [run = 0, seq = 0, key = "", body = ""] = row;
  const problem = readProblem(String(body), { seq: Number(seq), sync: "", key: String(key), outcome: "failed", bytes: 0 });
  const { action, code, message, hint, source, destination, startedAt, finishedAt } = problem;
  const versions = [source && encodeVersion(source), destination && encodeVersion(destination)];
  return [run, seq, action, key, code ?? null, message ?? null, hint ?? null, versions[0] ?? null, versions[1] ?? null, startedAt, finishedAt];
}

/** The other way round. */
function asStored(kind: StateKind, row: readonly StateValue[]): readonly StateValue[] {
  if (kind !== "problems") return row;
  const [run = 0, seq = 0, action, key = "", code, message, hint, source, destination, startedAt, finishedAt] = row;
  const text = (value: StateValue | undefined) => (typeof value === "string" ? value : undefined);
  const body = writeProblem({
    action: actionOf(action),
    code: text(code),
    message: text(message),
    hint: text(hint),
    source: decodeVersion(text(source) ?? "?"),
    destination: decodeVersion(text(destination) ?? "?"),
    startedAt: Number(startedAt),
    finishedAt: Number(finishedAt),
  });
  return [run, seq, key, body];
}

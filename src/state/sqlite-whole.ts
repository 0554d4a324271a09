import type { SQLOutputValue } from "node:sqlite";
import type { StateDatabase } from "./database.ts";
import type { Locks } from "./locks.ts";
import { locked } from "./refusals.ts";
import { NOTES } from "./runs.ts";
import { COLUMNS, STATE_KINDS, type StateKind, type StatePage, type StateSizes, type StateValue } from "./whole.ts";

const PAGE = 2000;
const EVEN_MOVED = { evenMoved: true } as const;

/** How many of a kind's first columns are its primary key, by which pages follow each other. */
const KEY_COLUMNS: Readonly<Record<StateKind, number>> = { syncs: 1, runs: 1, items: 2, outcomes: 2, problems: 2, counters: 3, intents: 1 };

/** All of a state at once: what is carried to another place. */
export class SqliteWhole {
  readonly #db: StateDatabase;
  readonly #locks: Locks;

  constructor(db: StateDatabase, locks: Locks) {
    this.#db = db;
    this.#locks = locks;
  }

  mark(): Promise<string | undefined> {
    return this.#db.read(() => this.#db.moved());
  }

  async setMark(mark: string | undefined): Promise<void> {
    await this.#db.writeAside(() => {
      if (mark === undefined) return this.#db.statement("DELETE FROM meta WHERE name = 'moved_to'").run();
      const live = this.#locks.firstLive();
      if (live !== undefined) throw locked(live, this.#db.now(), "");
      return this.#db.statement("INSERT OR REPLACE INTO meta VALUES ('moved_to', ?)").run(mark);
    }, EVEN_MOVED);
  }

  sizes(): Promise<StateSizes> {
    const count = (kind: StateKind) => Number(this.#db.statement(`SELECT count(*) AS n FROM ${kind}`).get()?.["n"]);
    return this.#db.read(() => Object.fromEntries(STATE_KINDS.map((kind) => [kind, count(kind)])) as Record<StateKind, number>);
  }

  async *contents(): AsyncGenerator<StatePage> {
    for (const kind of STATE_KINDS) {
      const key = COLUMNS[kind].slice(0, KEY_COLUMNS[kind]);
      let after: readonly SQLOutputValue[] | undefined;
      for (;;) {
        const where = after === undefined ? "" : `WHERE (${key.join(", ")}) > (${key.map(() => "?").join(", ")})`;
        const select = `SELECT ${columnsOf(kind)} FROM ${kind} ${where} ORDER BY ${key.join(", ")} LIMIT ${PAGE}`;
        const rows = (await this.#db.read(() => this.#db.listStatement(select).all(...(after ?? [])))) as unknown as readonly (readonly StateValue[])[];
        const last = rows.at(-1);
        if (last === undefined) break;
        yield { kind, rows };
        after = last.slice(0, key.length);
      }
    }
  }

  /** @param lineage undefined: it is kept elsewhere */
  async fill(pages: AsyncIterable<StatePage>, { lineage, serial }: { readonly lineage: string | undefined; readonly serial: number }): Promise<void> {
    for (const kind of STATE_KINDS.toReversed()) await this.#clear(kind);
    for await (const page of pages) await this.#db.writeAside(() => this.#insert(page), EVEN_MOVED);
    const set = (name: string, value: StateValue) => this.#db.statement("UPDATE meta SET value = ? WHERE name = ?").run(value, name);
    await this.#db.writeAside(() => {
      set("serial", serial);
      if (lineage !== undefined) set("lineage", lineage);
    }, EVEN_MOVED);
    await this.#db.read(() => this.#db.readSerial());
  }

  /** In transactions of bounded size. */
  async #clear(kind: StateKind): Promise<void> {
    const key = COLUMNS[kind].slice(0, KEY_COLUMNS[kind]).join(", ");
    const remove = () => Number(this.#db.statement(`DELETE FROM ${kind} WHERE (${key}) IN (SELECT ${key} FROM ${kind} LIMIT ${PAGE * 10})`).run().changes);
    while ((await this.#db.writeAside(remove, EVEN_MOVED)) > 0);
    if (kind === "runs") await this.#db.writeAside(() => this.#db.statement(`DELETE FROM meta WHERE name LIKE '${NOTES}%'`).run(), EVEN_MOVED);
  }

  #insert({ kind, rows }: StatePage): void {
    const columns = COLUMNS[kind].filter((column) => column !== "notes");
    const insert = this.#db.statement(`INSERT INTO ${kind} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`);
    for (const row of rows) {
      insert.run(...row.slice(0, columns.length));
      const notes = kind === "runs" ? row[columns.length] : undefined;
      if (typeof notes === "string") this.#db.statement("INSERT INTO meta VALUES (?, ?)").run(NOTES + String(row[1]), notes);
    }
  }
}

function columnsOf(kind: StateKind): string {
  return COLUMNS[kind].map((column) => (column === "notes" ? `(SELECT value FROM meta WHERE name = '${NOTES}' || run)` : column)).join(", ");
}

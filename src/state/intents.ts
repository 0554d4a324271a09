import type { StateDatabase } from "./database.ts";
import type { Items } from "./items.ts";
import type { Locks } from "./locks.ts";
import type { Intent, IntentLog, Lease } from "./state-store.ts";
import { Together } from "./together.ts";

/** What was begun and cannot be undone by itself. */
export class Intents {
  readonly #db: StateDatabase;
  readonly #items: Items;
  readonly #locks: Locks;

  constructor(db: StateDatabase, items: Items, locks: Locks) {
    this.#db = db;
    this.#items = items;
    this.#locks = locks;
  }

  log(run: string, sync: string, leases: readonly Lease[]): IntentLog {
    const insert = (kind: string, key: string, detail: string) =>
      Number(
        this.#db
          .statement("INSERT INTO intents (run, sync, kind, key, detail, at) VALUES (?, ?, ?, ?, ?, ?)")
          .run(run, this.#items.syncIdOrNew(sync), kind, key, detail, this.#db.now()).lastInsertRowid,
      );
    const together = new Together<() => number>((works) => this.#db.write(leases, () => works.map((work) => work())));
    return {
      begin: (kind, key, detail) => together.do(() => insert(kind, key, detail)),
      end: async (id) => {
        await together.do(() => this.#delete(id));
      },
    };
  }

  async open(sync: string): Promise<readonly Intent[]> {
    return this.#db.read(() => {
      const alive = new Map<string, boolean>();
      const isAlive = (run: string) => {
        if (!alive.has(run)) alive.set(run, this.#locks.isAlive(run));
        return alive.get(run) === true;
      };
      return this.#db
        .statement("SELECT id, run, kind, key, detail, at FROM intents WHERE sync = ? ORDER BY id")
        .all(this.#items.syncId(sync) ?? 0)
        .map((row) => ({
          id: Number(row["id"]),
          run: String(row["run"]),
          sync,
          kind: String(row["kind"]),
          key: String(row["key"]),
          detail: String(row["detail"]),
          at: Number(row["at"]),
        }))
        .filter(({ run }) => !isAlive(run));
    });
  }

  async end(id: number): Promise<void> {
    await this.#db.writeAside(() => this.#delete(id));
  }

  #delete(id: number): number {
    this.#db.statement("DELETE FROM intents WHERE id = ?").run(id);
    return id;
  }
}

import { setImmediate } from "node:timers";
import type { StateDatabase } from "./database.ts";
import type { Items } from "./items.ts";
import type { Locks } from "./locks.ts";
import type { Intent, IntentLog, Lease } from "./state-store.ts";

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
    const together = new Together(this.#db, leases);
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

interface Waiting {
  readonly work: () => number;
  readonly resolve: (result: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes what is asked for in the same moment durable by one transaction: an fsync an item would be the slowest part of a run. */
class Together {
  readonly #db: StateDatabase;
  readonly #leases: readonly Lease[];
  #waiting: Waiting[] = [];

  constructor(db: StateDatabase, leases: readonly Lease[]) {
    this.#db = db;
    this.#leases = leases;
  }

  do(work: () => number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const results = await this.#db.write(this.#leases, () => waiting.map(({ work }) => work()));
      for (const [index, { resolve }] of waiting.entries()) resolve(results[index] ?? 0);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}

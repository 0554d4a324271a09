import type { Intent, IntentLog, Lease } from "../state-store.ts";
import type { Query, StateConnection } from "./connection.ts";
import type { PostgresItems } from "./items.ts";
import { livingRun } from "./runs.ts";
import { Together } from "../together.ts";

interface IntentRow {
  readonly id: string;
  readonly run: string;
  readonly kind: string;
  readonly key: Buffer;
  readonly detail: Buffer;
  readonly at: string;
}

/** What was begun and cannot be undone by itself. */
export class PostgresIntents {
  readonly #connection: StateConnection;
  readonly #items: PostgresItems;

  constructor(connection: StateConnection, items: PostgresItems) {
    this.#connection = connection;
    this.#items = items;
  }

  log(run: string, sync: string, leases: readonly Lease[]): IntentLog {
    const table = this.#connection.table("intents");
    const together = new Together<(query: Query) => Promise<number>>((works) =>
      this.#connection.write(leases, async (query) => {
        const results: number[] = [];
        for (const work of works) results.push(await work(query));
        return results;
      }),
    );
    return {
      begin: (kind, key, detail) =>
        together.do(async (query) => {
          const [row] = await query<{ id: string }>(`INSERT INTO ${table} (run, sync, kind, key, detail, at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`, [
            run,
            await this.#items.syncIdOrNew(query, sync),
            kind,
            Buffer.from(key),
            Buffer.from(detail),
            this.#connection.place.now(),
          ]);
          return Number(row?.id);
        }),
      end: async (id) => {
        await together.do(async (query) => {
          await query(`DELETE FROM ${table} WHERE id = $1`, [id]);
          return id;
        });
      },
    };
  }

  async open(sync: string): Promise<readonly Intent[]> {
    const rows = await this.#connection.read<IntentRow>(
      `SELECT i.* FROM ${this.#connection.table("intents")} i JOIN ${this.#connection.table("syncs")} s ON s.id = i.sync
       WHERE s.plan = $1 AND s.name = $2 AND NOT ${livingRun(this.#connection, "s.plan", "i.run")} ORDER BY i.id`,
      [this.#connection.place.plan, sync],
    );
    return rows.map(({ id, run, kind, key, detail, at }) => ({
      id: Number(id),
      run,
      sync,
      kind,
      key: key.toString("utf8"),
      detail: detail.toString("utf8"),
      at: Number(at),
    }));
  }

  async end(id: number): Promise<void> {
    await this.#connection.writeAside((query) => query(`DELETE FROM ${this.#connection.table("intents")} WHERE id = $1`, [id]));
  }
}

import { decodeVersion, encodeVersion } from "../core/version-text.ts";
import type { ItemVersion } from "../core/version.ts";
import type { StateDatabase } from "./database.ts";
import { bothExist } from "./refusals.ts";
import { damaged } from "./state-error.ts";
import type { ItemRecord, KeyRange, Lease } from "./state-store.ts";

const PAGE = 2000;
const FORGET_AT_ONCE = 20_000;

/** Which source version of an item is which destination version. SQLite orders keys by the bytes of their UTF-8, as listings do. */
export class Items {
  readonly #db: StateDatabase;

  constructor(db: StateDatabase) {
    this.#db = db;
  }

  /** Every page is a query of its own, so that a reader that takes hours holds up no writer and no checkpoint. */
  async *slice(sync: string, { after, upTo }: KeyRange = {}): AsyncGenerator<readonly ItemRecord[]> {
    const id = await this.#db.read(() => this.syncId(sync));
    if (id === undefined) return;
    let from: { readonly key: string; readonly operator: ">" | ">=" } = after === undefined ? { key: "", operator: ">=" } : { key: after, operator: ">" };
    for (;;) {
      const { key, operator } = from;
      const select = `SELECT key, source, destination FROM items WHERE sync = ? AND key ${operator} ? ${upTo === undefined ? "" : "AND key <= ?"} ORDER BY key LIMIT ${PAGE}`;
      const rows = await this.#db.read(() => this.#db.listStatement(select).all(id, key, ...(upTo === undefined ? [] : [upTo])));
      const page = rows.map((row) => ({ key: String(row[0]), source: this.#version(row[1]), destination: this.#version(row[2]) }));
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      if (page.length < PAGE) return;
      from = { key: last.key, operator: ">" };
    }
  }

  /** Within a transaction. */
  put(sync: number, { key, source, destination }: ItemRecord): void {
    this.#db
      .statement("INSERT INTO items VALUES (?, ?, ?, ?) ON CONFLICT (sync, key) DO UPDATE SET source = excluded.source, destination = excluded.destination")
      .run(sync, key, encodeVersion(source), encodeVersion(destination));
  }

  /** Within a transaction. */
  remove(sync: number, key: string): boolean {
    return this.#db.statement("DELETE FROM items WHERE sync = ? AND key = ?").run(sync, key).changes === 1;
  }

  /** Within a transaction. */
  syncId(name: string): number | undefined {
    const id = this.#db.statement("SELECT id FROM syncs WHERE name = ?").get(name)?.["id"];
    return id === undefined ? undefined : Number(id);
  }

  /** Within a write transaction. */
  syncIdOrNew(name: string): number {
    return this.syncId(name) ?? Number(this.#db.statement("INSERT INTO syncs (name) VALUES (?)").run(name).lastInsertRowid);
  }

  async restore(sync: string, records: AsyncIterable<readonly ItemRecord[]>, leases: readonly Lease[]): Promise<number> {
    let restored = 0;
    for await (const page of records) {
      await this.#db.write(leases, () => {
        const id = this.syncIdOrNew(sync);
        for (const record of page) this.put(id, record);
      });
      restored += page.length;
    }
    return restored;
  }

  async forget(sync: string, keys: readonly string[] | "all", leases: readonly Lease[]): Promise<number> {
    if (keys !== "all") {
      return this.#db.write(leases, () => {
        const id = this.syncId(sync);
        return id === undefined ? 0 : keys.filter((key) => this.remove(id, key)).length;
      });
    }
    let forgotten = 0;
    for (;;) {
      const removed = await this.#db.write(leases, () =>
        Number(
          this.#db
            .statement(
              `DELETE FROM items WHERE sync = ?1 AND key <= (SELECT max(key) FROM (SELECT key FROM items WHERE sync = ?1 ORDER BY key LIMIT ${FORGET_AT_ONCE}))`,
            )
            .run(this.syncId(sync) ?? 0).changes,
        ),
      );
      forgotten += removed;
      if (removed < FORGET_AT_ONCE) return forgotten;
    }
  }

  /** @throws TidemarkError `STATE_SYNC_EXISTS` where both names have records */
  async rename(from: string, to: string): Promise<void> {
    const isNeeded = await this.#db.read(() => from !== to && this.syncId(from) !== undefined);
    if (!isNeeded) return;
    await this.#db.write([], () => {
      const old = this.syncId(from);
      const taken = this.syncId(to);
      if (old === undefined) return;
      if (taken !== undefined) {
        const hasItems = (id: number) => this.#db.statement("SELECT 1 FROM items WHERE sync = ? LIMIT 1").get(id) !== undefined;
        if (!hasItems(old)) return;
        if (hasItems(taken)) throw bothExist(from, to);
        // The name was used before and is empty now: it keeps its history, and the other takes its place.
        this.#db.statement("UPDATE intents SET sync = ? WHERE sync = ?").run(old, taken);
        this.#db.statement("UPDATE syncs SET name = ? WHERE id = ?").run(`${to} (before ${taken})`, taken);
      }
      this.#db.statement("UPDATE syncs SET name = ? WHERE id = ?").run(to, old);
    });
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.#db.read(() =>
      this.#db.statement("SELECT name, items FROM syncs JOIN (SELECT sync, count(*) AS items FROM items GROUP BY sync) ON sync = id ORDER BY name").all(),
    );
    return Object.fromEntries(rows.map(({ name, items }) => [String(name), Number(items)]));
  }

  #version(text: unknown): ItemVersion {
    const version = typeof text === "string" ? decodeVersion(text) : undefined;
    if (version === undefined) throw damaged(this.#db.path, "a record holds no version");
    return version;
  }
}

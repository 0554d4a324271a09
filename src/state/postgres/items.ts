import { decodeVersion, encodeVersion } from "../../core/version-text.ts";
import type { ItemVersion } from "../../core/version.ts";
import { bothExist } from "../refusals.ts";
import { damaged } from "../state-error.ts";
import type { ItemRecord, KeyRange, Lease } from "../state-store.ts";
import type { Query, StateConnection } from "./connection.ts";

const PAGE = 2000;
const FORGET_AT_ONCE = 20_000;

interface ItemRow {
  readonly key: Buffer;
  readonly source: string;
  readonly destination: string;
}

/** Which source version of an item is which destination version. Keys are bytea, which PostgreSQL orders by bytes, as listings do. */
export class PostgresItems {
  readonly #connection: StateConnection;
  readonly #items: string;
  readonly #syncs: string;

  constructor(connection: StateConnection) {
    this.#connection = connection;
    this.#items = connection.table("items");
    this.#syncs = connection.table("syncs");
  }

  /** Every page is a query of its own: a reader that takes hours holds up nobody. */
  async *slice(sync: string, { after, upTo }: KeyRange = {}): AsyncGenerator<readonly ItemRecord[]> {
    const id = await this.syncId((sql, parameters) => this.#connection.read(sql, parameters), sync);
    if (id === undefined) return;
    let from: { readonly key: Buffer; readonly operator: string } = {
      key: after === undefined ? Buffer.alloc(0) : Buffer.from(after),
      operator: after === undefined ? ">=" : ">",
    };
    for (;;) {
      const rows: readonly ItemRow[] = await this.#connection.read<ItemRow>(
        `SELECT key, source, destination FROM ${this.#items} WHERE sync = $1 AND key ${from.operator} $2 ${upTo === undefined ? "" : "AND key <= $3"} ORDER BY key LIMIT ${PAGE}`,
        [id, from.key, ...(upTo === undefined ? [] : [Buffer.from(upTo)])],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(({ key, source, destination }) => ({ key: key.toString("utf8"), source: this.#version(source), destination: this.#version(destination) }));
      if (rows.length < PAGE) return;
      from = { key: last.key, operator: ">" };
    }
  }

  /** Within a transaction. @param records no key twice */
  async put(query: Query, sync: number, records: readonly ItemRecord[]): Promise<void> {
    if (records.length === 0) return;
    await query(
      `INSERT INTO ${this.#items} SELECT $1, * FROM unnest($2::bytea[], $3::text[], $4::text[])
       ON CONFLICT (sync, key) DO UPDATE SET source = excluded.source, destination = excluded.destination`,
      [
        sync,
        records.map(({ key }) => Buffer.from(key)),
        records.map(({ source }) => encodeVersion(source)),
        records.map(({ destination }) => encodeVersion(destination)),
      ],
    );
  }

  /** Within a transaction. @returns how many were there */
  async remove(query: Query, sync: number, keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    const rows = await query(`DELETE FROM ${this.#items} WHERE sync = $1 AND key = ANY ($2::bytea[]) RETURNING 1`, [sync, keys.map((key) => Buffer.from(key))]);
    return rows.length;
  }

  async syncId(query: Query, name: string): Promise<number | undefined> {
    const [row] = await query<{ id: number }>(`SELECT id FROM ${this.#syncs} WHERE plan = $1 AND name = $2`, [this.#connection.place.plan, name]);
    return row?.id;
  }

  /** Within a write transaction. */
  async syncIdOrNew(query: Query, name: string): Promise<number> {
    const id = await this.syncId(query, name);
    if (id !== undefined) return id;
    const [row] = await query<{ id: number }>(
      `INSERT INTO ${this.#syncs} (plan, name) VALUES ($1, $2) ON CONFLICT (plan, name) DO UPDATE SET name = excluded.name RETURNING id`,
      [this.#connection.place.plan, name],
    );
    return row?.id ?? 0;
  }

  async restore(sync: string, records: AsyncIterable<readonly ItemRecord[]>, leases: readonly Lease[]): Promise<number> {
    let restored = 0;
    for await (const page of records) {
      // The last of a key counts.
      const byKey = new Map(page.map((record) => [record.key, record]));
      await this.#connection.write(leases, async (query) => this.put(query, await this.syncIdOrNew(query, sync), [...byKey.values()]));
      restored += page.length;
    }
    return restored;
  }

  async forget(sync: string, keys: readonly string[] | "all", leases: readonly Lease[]): Promise<number> {
    if (keys !== "all") {
      return this.#connection.write(leases, async (query) => {
        const id = await this.syncId(query, sync);
        return id === undefined ? 0 : this.remove(query, id, keys);
      });
    }
    let forgotten = 0;
    for (;;) {
      const removed = await this.#connection.write(leases, async (query) => {
        const [row] = await query<{ removed: string }>(
          `WITH gone AS (DELETE FROM ${this.#items} WHERE sync = $1 AND key IN (SELECT key FROM ${this.#items} WHERE sync = $1 ORDER BY key LIMIT ${FORGET_AT_ONCE}) RETURNING 1)
           SELECT count(*) AS removed FROM gone`,
          [(await this.syncId(query, sync)) ?? 0],
        );
        return Number(row?.removed ?? 0);
      });
      forgotten += removed;
      if (removed < FORGET_AT_ONCE) return forgotten;
    }
  }

  /** @throws TidemarkError `STATE_SYNC_EXISTS` where both names have records */
  async rename(from: string, to: string): Promise<void> {
    const read: Query = (sql, parameters) => this.#connection.read(sql, parameters);
    if (from === to || (await this.syncId(read, from)) === undefined) return;
    await this.#connection.write([], async (query) => {
      const old = await this.syncId(query, from);
      const taken = await this.syncId(query, to);
      if (old === undefined) return;
      const name = (id: number, text: string) => query(`UPDATE ${this.#syncs} SET name = $2 WHERE id = $1`, [id, text]);
      if (taken !== undefined) {
        const hasItems = async (id: number) => (await query(`SELECT 1 FROM ${this.#items} WHERE sync = $1 LIMIT 1`, [id])).length > 0;
        if (!(await hasItems(old))) return;
        if (await hasItems(taken)) throw bothExist(from, to);
        // The name was used before and is empty now: it keeps its history, and the other takes its place.
        await query(`UPDATE ${this.#connection.table("intents")} SET sync = $1 WHERE sync = $2`, [old, taken]);
        await name(taken, `${to} (before ${taken})`);
      }
      await name(old, to);
    });
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.#connection.read<{ name: string; items: string }>(
      `SELECT name, items FROM ${this.#syncs} JOIN (SELECT sync, count(*) AS items FROM ${this.#items} GROUP BY sync) AS counted ON sync = id WHERE plan = $1 ORDER BY name COLLATE "C"`,
      [this.#connection.place.plan],
    );
    return Object.fromEntries(rows.map(({ name, items }) => [name, Number(items)]));
  }

  #version(text: string): ItemVersion {
    const version = decodeVersion(text);
    if (version === undefined) throw damaged(this.#connection.place.sessions.display, "a record holds no version");
    return version;
  }
}

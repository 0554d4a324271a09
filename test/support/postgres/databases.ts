import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { quoteName } from "../../../src/postgres/names.ts";
import type { Major } from "./servers.ts";

export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  /** As the superuser `postgres`. */
  readonly url: string;
  /** As another role. */
  urlAs(user: string, password?: string): string;
  /** Runs SQL as the superuser; several statements are one simple query. @returns the rows of the last one */
  sql<T extends pg.QueryResultRow = pg.QueryResultRow>(text: string): Promise<readonly T[]>;
  /** Closes the connection that `sql` uses; the next `sql` opens another. */
  close(): Promise<void>;
  /** A further connection, closed with the database. */
  connect(url?: string): Promise<pg.Client>;
}

/** Port of the shared server of a major. */
export function portOf(major: Major): number {
  return inject("postgresPorts")[major];
}

/** A name that no other test has. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(5).toString("hex")}`;
}

/**
 * A new empty database on the shared server of a major, dropped when it goes out of scope:
 * `await using db = await makeDatabase(15);`
 */
export async function makeDatabase(
  major: Major,
  { name = uniqueName("db"), create = true }: { readonly name?: string; readonly create?: boolean } = {},
): Promise<TestDatabase> {
  const port = portOf(major);
  const at = (database: string, user = "postgres", password?: string) =>
    `postgres://${encodeURIComponent(user)}${password === undefined ? "" : `:${encodeURIComponent(password)}`}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const admin = await open(at("postgres"));
  if (create) await admin.query(`CREATE DATABASE ${quoteName(name)}`);
  const clients: pg.Client[] = [];
  const connect = async (url = at(name)) => {
    const client = await open(url);
    clients.push(client);
    return client;
  };
  let main: Promise<pg.Client> | undefined;
  return {
    name,
    port,
    url: at(name),
    urlAs: (user, password) => at(name, user, password),
    connect,
    async close() {
      await (await main?.catch(() => undefined))?.end().catch(() => {});
      main = undefined;
    },
    async sql<T extends pg.QueryResultRow>(text: string) {
      const result = await (await (main ??= connect())).query<T>(text);
      return (Array.isArray(result) ? (result.at(-1) as pg.QueryResult<T>) : result).rows;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.end().catch(() => {});
      await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()", [name]);
      await dropSubscriptions({ admin, name, url: at(name) });
      await admin.query(`DROP DATABASE IF EXISTS ${quoteName(name)}`);
      await admin.end();
    },
  };
}

/** A database with subscriptions cannot be dropped, and only a session in it can drop them. */
async function dropSubscriptions({ admin, name, url }: { readonly admin: pg.Client; readonly name: string; readonly url: string }): Promise<void> {
  const { rows } = await admin.query<{ subname: string }>(
    "SELECT subname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = $1)",
    [name],
  );
  if (rows.length === 0) return;
  const client = await open(url);
  for (const subscription of rows.map(({ subname }) => quoteName(subname))) {
    await client.query(`ALTER SUBSCRIPTION ${subscription} DISABLE`);
    await client.query(`ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE)`);
    await client.query(`DROP SUBSCRIPTION ${subscription}`);
  }
  await client.end();
}

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // A server that is stopped ends its connections; the query that is under way tells of it.
  client.on("error", () => {});
  await client.connect();
  return client;
}

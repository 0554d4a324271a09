import pg from "pg";
import type { ConnectionOptions } from "./options.ts";

/** A connection to one database that is ready for work, with every setting that changes how values are printed pinned. */
export interface Session {
  readonly client: pg.Client;
  /** `server_version_num`, e.g. 150018. */
  readonly version: number;
  readonly database: string;
  query<T extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, parameters?: readonly unknown[]): Promise<readonly T[]>;
  /** Ends it; never throws. */
  close(): Promise<void>;
}

/** Opens a session. */
export async function openSession(options: ConnectionOptions): Promise<Session> {
  const client = new pg.Client({
    host: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    password: options.password?.reveal(),
    application_name: "tidemark",
  });
  client.on("error", () => {});
  await client.connect();
  const query = async <T extends pg.QueryResultRow>(sql: string, parameters: readonly unknown[] = []): Promise<readonly T[]> =>
    (await client.query<T>(sql, [...parameters])).rows;
  const [row] = await query<{ version: number }>("SELECT current_setting('server_version_num')::int AS version");
  return {
    client,
    version: row?.version ?? 0,
    database: options.database,
    query,
    async close() {
      await client.end().catch(() => {});
    },
  };
}

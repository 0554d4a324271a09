import type { ConnectionOptions } from "./options.ts";
import type { Session } from "./session.ts";

/** `postgres://host:port/database`, without user and password: for people, and to know a database again. */
export function displayOf({ host, port, database }: Pick<ConnectionOptions, "host" | "port" | "database">): string {
  const shown = host.includes(":") ? `[${host}]` : encodeURIComponent(host);
  return `postgres://${shown}:${port}/${encodeURIComponent(database)}`;
}

export interface ServerIdentity {
  /** A number that initdb gave to the server's data; its standbys and physical copies have the same. Undefined where the role may not ask. */
  readonly systemIdentifier: string | undefined;
  readonly database: string;
}

/**
 * Which server and database a session is on, whatever its address is called.
 *
 * @see https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-CONTROLDATA
 */
export async function serverIdentity({ query, database }: Session): Promise<ServerIdentity> {
  // Asked beforehand: a refusal would end the caller's transaction.
  const [may] = await query<{ may: boolean }>("SELECT pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may");
  if (may?.may !== true) return { systemIdentifier: undefined, database };
  const [row] = await query<{ id: string }>("SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()");
  return { systemIdentifier: row?.id, database };
}

import type { Session } from "../connect/session.ts";

/**
 * The tablespaces of a server by name, and whether the session's role may create something in each. That of
 * the session's own database needs no right.
 *
 * @see https://www.postgresql.org/docs/current/manage-ag-tablespaces.html
 */
export async function readTablespaces(session: Session): Promise<ReadonlyMap<string, boolean>> {
  const rows = await session.query<{ name: string; may: boolean }>(`
    SELECT t.spcname::text AS name, pg_catalog.has_tablespace_privilege(t.oid, 'CREATE') OR d.oid IS NOT NULL AS may
    FROM pg_catalog.pg_tablespace t LEFT JOIN pg_catalog.pg_database d ON d.dattablespace = t.oid AND d.datname = pg_catalog.current_database()
    WHERE t.spcname <> 'pg_global'`);
  return new Map(rows.map(({ name, may }) => [name, may]));
}

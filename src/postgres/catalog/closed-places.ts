import type { Session } from "../connect/session.ts";
import { qualifiedName } from "../names.ts";

/** What a database keeps closed to a session's role, and who could open it. */
export interface ClosedPlaces {
  /** Owners of schemas in which it may not create, by schema. */
  readonly schemas: ReadonlyMap<string, string>;
  /** Owner of the database, where it may not create schemas in it. */
  readonly database: string | undefined;
  /** Tables, as `qualifiedName` writes them, of which it may read no row, nor lock them. */
  readonly tables: ReadonlySet<string>;
  /** Sequences, as `qualifiedName` writes them, whose value it may not read. */
  readonly sequences: ReadonlySet<string>;
}

export const NOTHING_CLOSED: ClosedPlaces = { schemas: new Map(), database: undefined, tables: new Set(), sequences: new Set() };

/** @see https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS */
export async function readClosedPlaces(session: Session): Promise<ClosedPlaces> {
  if (session.isSuperuser) return NOTHING_CLOSED;
  const schemas = await session.query<{ name: string; owner: string }>(`
    SELECT nspname::text AS name, pg_catalog.pg_get_userbyid(nspowner)::text AS owner FROM pg_catalog.pg_namespace
    WHERE NOT (pg_catalog.has_schema_privilege(oid, 'USAGE') AND pg_catalog.has_schema_privilege(oid, 'CREATE'))`);
  const [database] = await session.query<{ owner: string }>(`
    SELECT pg_catalog.pg_get_userbyid(datdba)::text AS owner FROM pg_catalog.pg_database
    WHERE datname = pg_catalog.current_database() AND NOT pg_catalog.has_database_privilege(oid, 'CREATE')`);
  const relations = await session.query<{ schema: string; name: string; sequence: boolean }>(`
    SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind = 'S' AS sequence
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm', 'S') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'))`);
  const named = (isSequence: boolean) =>
    new Set(relations.filter(({ sequence }) => sequence === isSequence).map(({ schema, name }) => qualifiedName(schema, name)));
  return { schemas: new Map(schemas.map(({ name, owner }) => [name, owner])), database: database?.owner, tables: named(false), sequences: named(true) };
}

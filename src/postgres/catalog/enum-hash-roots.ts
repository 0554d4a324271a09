import type { Session } from "../connect/session.ts";
import { qualifiedName } from "../names.ts";

/** Hash partitions are there from this version on. */
const HASH_PARTITIONS_FROM = 110_000;

/**
 * Leaf partitions whose rows belong to another leaf in another database: where rows are spread by the
 * hash of an enum, which is the hash of its label's OID. Such rows have to be sent to the topmost table.
 *
 * @returns by the leaf's qualified name, its topmost table
 * @see https://www.postgresql.org/docs/current/app-pgdump.html --load-via-partition-root
 */
export async function readEnumHashRoots(session: Session): Promise<ReadonlyMap<string, { readonly schema: string; readonly name: string }>> {
  if (session.version < HASH_PARTITIONS_FROM) return new Map();
  const rows = await session.query<{ schema: string; name: string; root_schema: string; root_name: string }>(`
    WITH RECURSIVE unsafe AS (
      SELECT pt.partrelid AS relid FROM pg_catalog.pg_partitioned_table pt
      WHERE pt.partstrat = 'h' AND EXISTS (SELECT FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod
        WHERE o.opcname = 'enum_ops' AND o.opcnamespace = 'pg_catalog'::regnamespace AND m.amname = 'hash' AND o.oid = ANY (pt.partclass::oid[]))
    ), up AS (
      SELECT u.relid AS relid, u.relid AS root FROM unsafe u
      UNION ALL SELECT up.relid, i.inhparent FROM up JOIN pg_catalog.pg_inherits i ON i.inhrelid = up.root
    ), roots AS (
      SELECT up.relid, up.root FROM up WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = up.root)
    ), down AS (
      SELECT roots.relid AS relid, roots.root FROM roots
      UNION SELECT i.inhrelid, down.root FROM down JOIN pg_catalog.pg_inherits i ON i.inhparent = down.relid
    )
    SELECT DISTINCT n.nspname AS schema, c.relname AS name, rn.nspname AS root_schema, rc.relname AS root_name
    FROM down JOIN pg_catalog.pg_class c ON c.oid = down.relid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_class rc ON rc.oid = down.root JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace
    WHERE c.relkind = 'r'`);
  return new Map(rows.map((row) => [qualifiedName(row.schema, row.name), { schema: row.root_schema, name: row.root_name }]));
}

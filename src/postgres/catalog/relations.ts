import { sqlStateOf } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import { type Configuration, configurationCondition } from "./configuration.ts";

/** A table, or a materialized view, as the catalog describes it. */
export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `r` table, `p` partitioned table, `m` materialized view. */
  readonly relkind: string;
  readonly unlogged: boolean;
  readonly isPartition: boolean;
  /** Those that hold data of their own, in their order; generated ones are left out. */
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  /** An estimate; never exact. */
  readonly rows: number;
  /** Of the table itself, without indexes and TOAST. */
  readonly bytes: number;
  readonly populated: boolean;
  /** Part of an extension, which brings it along. */
  readonly extension: boolean;
  /** Of a table of an extension whose rows are its users'; undefined: of all others. */
  readonly configuration: Configuration | undefined;
  /** Other tables refer to it by foreign keys. */
  readonly referenced: boolean;
  readonly hasTriggers: boolean;
  readonly hasForeignKeys: boolean;
}

export interface Column {
  readonly name: string;
  /** As `format_type` writes it with an empty search_path. */
  readonly type: string;
}

const GENERATED_FROM = 120_000;

/**
 * Reads all tables and materialized views of a database with one query: ten thousand of them take a
 * moment, not ten thousand round trips.
 *
 * @param sizes false: sizes as they were last counted, which may be long ago. To measure them waits for
 *   whoever has a table locked
 */
export async function readRelations(session: Session, { sizes = true }: { readonly sizes?: boolean } = {}): Promise<readonly Relation[]> {
  const bytes = sizes ? "coalesce(pg_catalog.pg_relation_size(c.oid), 0)" : "c.relpages * 8192.0";
  const generated = session.version >= GENERATED_FROM ? "AND a.attgenerated = ''" : "";
  return (
    await session.query<RelationRow>(`
    SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS relkind, c.relpersistence = 'u' AS unlogged, c.relispartition AS is_partition,
      c.relispopulated AS populated, c.relhastriggers AS has_triggers,
      ${bytes}::float8 AS bytes, c.relpages::float8 AS pages, c.reltuples::float8 AS tuples,
      coalesce(cols.names, '{}') AS column_names, coalesce(cols.types, '{}') AS column_types,
      coalesce(pk.names, '{}') AS primary_key,
      d.objid IS NOT NULL AS extension,
      x.extension AS configured_by, x.condition AS configured_rows, x.relid IS NOT NULL AND (SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
        AND pg_catalog.has_table_privilege(c.oid, 'SELECT')) AS configuration_readable,
      fk_to.confrelid IS NOT NULL AS referenced, fk_from.conrelid IS NOT NULL AS has_foreign_keys
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN (SELECT a.attrelid, array_agg(a.attname::text ORDER BY a.attnum) AS names, array_agg(pg_catalog.format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) AS types
      FROM pg_catalog.pg_attribute a WHERE a.attnum > 0 AND NOT a.attisdropped ${generated} GROUP BY a.attrelid) cols ON cols.attrelid = c.oid
    LEFT JOIN (SELECT i.indrelid, array_agg(a.attname::text ORDER BY k.at) AS names
      FROM pg_catalog.pg_index i
      CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, at)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE i.indisprimary AND k.at <= i.indnatts GROUP BY i.indrelid) pk ON pk.indrelid = c.oid
    LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    LEFT JOIN (SELECT e.extname::text AS extension, c.relid, c.condition FROM pg_catalog.pg_extension e
      CROSS JOIN LATERAL unnest(e.extconfig, e.extcondition) AS c(relid, condition)) x ON x.relid = c.oid
    LEFT JOIN (SELECT DISTINCT confrelid FROM pg_catalog.pg_constraint WHERE contype = 'f') fk_to ON fk_to.confrelid = c.oid
    LEFT JOIN (SELECT DISTINCT conrelid FROM pg_catalog.pg_constraint WHERE contype = 'f') fk_from ON fk_from.conrelid = c.oid
    WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'`)
  ).map(toRelation);
}

interface RelationRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly relkind: string;
  readonly unlogged: boolean;
  readonly is_partition: boolean;
  readonly populated: boolean;
  readonly has_triggers: boolean;
  readonly bytes: number;
  readonly pages: number;
  readonly tuples: number;
  readonly column_names: readonly string[];
  readonly column_types: readonly string[];
  readonly primary_key: readonly string[];
  readonly extension: boolean;
  readonly configured_by: string | null;
  readonly configured_rows: string | null;
  readonly configuration_readable: boolean;
  readonly referenced: boolean;
  readonly has_foreign_keys: boolean;
}

const PAGE = 8192;
/** Where nobody has counted: a row of a usual table. */
const GUESSED_ROW_BYTES = 100;

function toRelation(row: RelationRow): Relation {
  return {
    oid: Number(row.oid),
    schema: row.schema,
    name: row.name,
    relkind: row.relkind,
    unlogged: row.unlogged,
    isPartition: row.is_partition,
    columns: row.column_names.map((name, at) => ({ name, type: row.column_types[at] ?? "" })),
    primaryKey: row.primary_key,
    rows: estimateRows(row),
    bytes: row.bytes,
    populated: row.populated,
    extension: row.extension,
    configuration: configurationOf(row),
    referenced: row.referenced,
    hasTriggers: row.has_triggers,
    hasForeignKeys: row.has_foreign_keys,
  };
}

function configurationOf({
  schema,
  name,
  configured_by: extension,
  configured_rows: rows,
  configuration_readable: readable,
}: RelationRow): Configuration | undefined {
  if (extension === null) return undefined;
  const condition = configurationCondition(rows ?? "", { schema, name });
  if (condition === "malformed") return { extension, condition: undefined, problem: "Its extension says in no readable way which of its rows are its users'." };
  return { extension, condition: condition?.sql, problem: readable ? undefined : "The role may not read it." };
}

/** As the planner of the server does: the density that was last counted, times the size of now. */
function estimateRows({ bytes, pages, tuples }: RelationRow): number {
  if (bytes === 0) return 0;
  if (pages > 0 && tuples >= 0) return Math.round((tuples / pages) * (bytes / PAGE));
  return Math.max(1, Math.round(bytes / GUESSED_ROW_BYTES));
}

const TABLES_AT_ONCE = 400;

/**
 * Which of the tables hold a row at this moment, by their place in the list. Looks at one row of each at most.
 *
 * To plan a query a server takes apart the expressions of a table's indexes, and fails where a function in SQL
 * finds names by search_path. Such a table counts as one with rows: COPY of the whole of it works all the same.
 *
 * @param inTransaction the session is within a transaction, which goes on
 */
export async function readNonEmpty(
  session: Session,
  tables: readonly { readonly sql: string }[],
  { inTransaction = false }: { readonly inTransaction?: boolean } = {},
): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  const query = async (parts: readonly string[]) => {
    const text = parts.join(" UNION ALL ");
    if (!inTransaction) return session.query<{ at: number }>(text);
    await session.query("SAVEPOINT tidemark_rows");
    try {
      return await session.query<{ at: number }>(text);
    } finally {
      if (!session.isLost) await session.query("ROLLBACK TO SAVEPOINT tidemark_rows; RELEASE SAVEPOINT tidemark_rows");
    }
  };
  for (let from = 0; from < tables.length; from += TABLES_AT_ONCE) {
    const parts = tables.slice(from, from + TABLES_AT_ONCE).map(({ sql }, at) => `SELECT ${from + at} AS at WHERE EXISTS (SELECT FROM ONLY ${sql})`);
    const whole = await query(parts).catch(noneIfUnplannable);
    if (whole !== undefined) for (const { at } of whole) found.add(at);
    else {
      for (const [at, part] of parts.entries()) {
        const rows = await query([part]).catch(noneIfUnplannable);
        if (rows === undefined || rows.length > 0) found.add(from + at);
      }
    }
  }
  return found;
}

/** @throws whatever is not about a name that is unknown */
function noneIfUnplannable(error: unknown): undefined {
  if (!UNKNOWN_NAMES.has(sqlStateOf(error) ?? "")) throw error;
}

/** Undefined table, function, object, column. */
const UNKNOWN_NAMES: ReadonlySet<string> = new Set(["42P01", "42883", "42704", "42703"]);

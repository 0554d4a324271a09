import type { Session } from "../connect/session.ts";
import type { SelectedObject } from "./select.ts";

/** A selected object that needs one that is not. */
export interface Dependency {
  /** As the server calls it: `table public.orders`. */
  readonly type: string;
  readonly identity: string;
  /** What of it: a trigger, a foreign key. undefined: the object itself. */
  readonly part: string | undefined;
  /** Catalog and name of that part, and the table that it belongs to. */
  readonly partCatalog: string | undefined;
  readonly partName: string | undefined;
  readonly relation: { readonly schema: string; readonly name: string } | undefined;
  readonly neededClass: number;
  readonly neededOid: number;
  /** Name of the needed object's catalog, without its schema. */
  readonly neededCatalog: string;
  readonly neededType: string;
  readonly neededIdentity: string;
  readonly neededSchema: string | undefined;
}

interface DependencyRow {
  readonly type: string;
  readonly identity: string;
  readonly part_catalog: string | null;
  readonly part_name: string | null;
  readonly relation_schema: string | null;
  readonly relation_name: string | null;
  readonly needed_class: number;
  readonly needed_oid: number;
  readonly needed_catalog: string;
  readonly needed_type: string;
  readonly needed_identity: string;
  readonly needed_schema: string | null;
}

const FIRST_NORMAL = 16_384;
const MULTIRANGES_FROM = 140_000;

/**
 * What stands for what in pg_depend: a default, a constraint, an index or a rule for its table, a
 * table's row type for the table, an array's type for its elements', a member for its extension.
 */
function partsOf(version: number): string {
  const of = (catalog: string, oid: string, root: string, name: string, from: string) =>
    `SELECT '${catalog}' AS catalog, 'pg_catalog.${catalog === "pg_index" ? "pg_class" : catalog}'::regclass::oid AS class, ${oid} AS id,
      'pg_catalog.pg_class'::regclass::oid AS root_class, ${root} AS root, ${name} AS name FROM ${from}`;
  const type = "'pg_catalog.pg_type'::regclass::oid";
  return [
    of("pg_rewrite", "r.oid", "r.ev_class", "r.rulename::text", "pg_catalog.pg_rewrite r WHERE r.rulename <> '_RETURN'"),
    of("pg_rewrite", "r.oid", "r.ev_class", "NULL::text", "pg_catalog.pg_rewrite r WHERE r.rulename = '_RETURN'"),
    of("pg_attrdef", "r.oid", "r.adrelid", "NULL::text", "pg_catalog.pg_attrdef r"),
    of("pg_constraint", "r.oid", "r.conrelid", "r.conname::text", "pg_catalog.pg_constraint r WHERE r.conrelid <> 0"),
    of("pg_policy", "r.oid", "r.polrelid", "r.polname::text", "pg_catalog.pg_policy r"),
    of("pg_trigger", "r.oid", "r.tgrelid", "r.tgname::text", "pg_catalog.pg_trigger r WHERE NOT r.tgisinternal"),
    of("pg_statistic_ext", "r.oid", "r.stxrelid", "r.stxname::text", "pg_catalog.pg_statistic_ext r"),
    of("pg_index", "r.indexrelid", "r.indrelid", "x.relname::text", "pg_catalog.pg_index r JOIN pg_catalog.pg_class x ON x.oid = r.indexrelid"),
    // Identity columns' sequences.
    of(
      "pg_class",
      "r.objid",
      "r.refobjid",
      "NULL::text",
      `pg_catalog.pg_depend r JOIN pg_catalog.pg_class x ON x.oid = r.objid AND x.relkind = 'S'
      WHERE r.classid = 'pg_catalog.pg_class'::regclass AND r.refclassid = 'pg_catalog.pg_class'::regclass AND r.deptype = 'i'`,
    ),
    // What the server makes for a range: its functions, and a cast to its multirange.
    `SELECT x.relname::text, r.classid, r.objid, r.refclassid, ${version >= MULTIRANGES_FROM ? "coalesce(g.rngtypid, r.refobjid)" : "r.refobjid"}, NULL
      FROM pg_catalog.pg_depend r JOIN pg_catalog.pg_class x ON x.oid = r.classid
      ${version >= MULTIRANGES_FROM ? "LEFT JOIN pg_catalog.pg_range g ON g.rngmultitypid = r.refobjid" : ""}
      WHERE r.deptype = 'i' AND r.classid IN ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_cast'::regclass)`,
    of("pg_type", "r.oid", "r.typrelid", "NULL::text", "pg_catalog.pg_type r JOIN pg_catalog.pg_class x ON x.oid = r.typrelid AND x.relkind <> 'c'"),
    `SELECT 'pg_type', ${type}, r.oid, CASE WHEN x.oid IS NULL THEN ${type} ELSE 'pg_catalog.pg_class'::regclass::oid END, coalesce(x.oid, e.oid), NULL
      FROM pg_catalog.pg_type r JOIN pg_catalog.pg_type e ON e.typarray = r.oid LEFT JOIN pg_catalog.pg_class x ON x.oid = e.typrelid AND x.relkind <> 'c'`,
    `SELECT 'pg_class', 'pg_catalog.pg_class'::regclass::oid, r.oid, ${type}, r.reltype, NULL FROM pg_catalog.pg_class r WHERE r.relkind = 'c'`,
    `SELECT 'pg_constraint', 'pg_catalog.pg_constraint'::regclass::oid, r.oid, ${type}, r.contypid, NULL FROM pg_catalog.pg_constraint r WHERE r.contypid <> 0`,
    ...(version >= MULTIRANGES_FROM ? [`SELECT 'pg_type', ${type}, r.rngmultitypid, ${type}, r.rngtypid, NULL FROM pg_catalog.pg_range r`] : []),
  ].join(" UNION ALL ");
}

/** Asks the server for all at once, and gets only what is missing. */
export async function readDependencies(source: Session, objects: readonly SelectedObject[]): Promise<readonly Dependency[]> {
  const rows = await source.query<DependencyRow & Record<string, unknown>>(
    `WITH selected AS (SELECT DISTINCT s.class, s.id FROM unnest($1::oid[], $2::oid[]) AS s(class, id)),
    parts AS (${partsOf(source.version)}),
    members AS (SELECT classid, objid, refobjid FROM pg_catalog.pg_depend WHERE deptype = 'e' AND refclassid = 'pg_catalog.pg_extension'::regclass),
    edges AS (
      SELECT p.catalog AS part_catalog, p.name AS part_name,
        coalesce(p.root_class, d.classid) AS class, coalesce(p.root, d.objid) AS id,
        coalesce(q.root_class, d.refclassid) AS needed_class, coalesce(q.root, d.refobjid) AS needed
      FROM pg_catalog.pg_depend d
      LEFT JOIN parts p ON p.class = d.classid AND p.id = d.objid
      LEFT JOIN parts q ON q.class = d.refclassid AND q.id = d.refobjid
      LEFT JOIN pg_catalog.pg_class k ON d.classid = 'pg_catalog.pg_class'::regclass AND k.oid = d.objid
      WHERE d.refobjid >= ${FIRST_NORMAL} AND d.objid >= ${FIRST_NORMAL} AND d.deptype NOT IN ('e', 'x', 'p')
        -- A sequence that a column owns can do without it.
        AND NOT (k.relkind IS NOT DISTINCT FROM 'S' AND d.refclassid = 'pg_catalog.pg_class'::regclass)),
    found AS (
      SELECT DISTINCT e.part_catalog, e.part_name, e.class, e.id,
        CASE WHEN m.refobjid IS NULL THEN e.needed_class ELSE 'pg_catalog.pg_extension'::regclass::oid END AS needed_class, coalesce(m.refobjid, e.needed) AS needed
      FROM edges e JOIN selected s ON s.class = e.class AND s.id = e.id
      LEFT JOIN members m ON m.classid = e.needed_class AND m.objid = e.needed),
    missing AS (
      SELECT f.* FROM found f WHERE f.needed >= ${FIRST_NORMAL} AND NOT (f.class = f.needed_class AND f.id = f.needed)
        AND NOT EXISTS (SELECT FROM selected s WHERE s.class = f.needed_class AND s.id = f.needed))
    SELECT o.type, o.identity, f.part_catalog, f.part_name, n.nspname::text AS relation_schema, c.relname::text AS relation_name,
      f.needed_class, f.needed AS needed_oid, t.relname::text AS needed_catalog, w.type AS needed_type, w.identity AS needed_identity, w.schema AS needed_schema
    FROM missing f
    CROSS JOIN LATERAL pg_catalog.pg_identify_object(f.class, f.id, 0) o
    CROSS JOIN LATERAL pg_catalog.pg_identify_object(f.needed_class, f.needed, 0) w
    JOIN pg_catalog.pg_class t ON t.oid = f.needed_class
    LEFT JOIN pg_catalog.pg_class c ON f.class = 'pg_catalog.pg_class'::regclass AND c.oid = f.id
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    ORDER BY 2, 11`,
    [objects.map(({ classOid }) => classOid), objects.map(({ oid }) => oid)],
  );
  return rows.map(toDependency);
}

function toDependency(row: DependencyRow): Dependency {
  const { part_catalog: catalog, part_name: name, relation_schema: schema, relation_name: relation } = row;
  return {
    type: row.type,
    identity: row.identity,
    part: name ?? undefined,
    partCatalog: catalog ?? undefined,
    partName: name ?? undefined,
    relation: schema !== null && relation !== null ? { schema, name: relation } : undefined,
    neededClass: row.needed_class,
    neededOid: row.needed_oid,
    neededCatalog: row.needed_catalog,
    neededType: row.needed_type,
    neededIdentity: row.needed_identity,
    neededSchema: row.needed_schema ?? undefined,
  };
}

/** Catalogs of objects that others may need. */
const CATALOGS: ReadonlySet<string> = new Set([
  "pg_class",
  "pg_type",
  "pg_proc",
  "pg_namespace",
  "pg_extension",
  "pg_collation",
  "pg_operator",
  "pg_opclass",
  "pg_opfamily",
  "pg_language",
  "pg_conversion",
  "pg_am",
  "pg_ts_config",
  "pg_ts_dict",
  "pg_ts_parser",
  "pg_ts_template",
  "pg_foreign_data_wrapper",
  "pg_foreign_server",
]);

/** Which of some objects are at the destination, as `catalog identity`. */
export async function readPresent(
  destination: Session,
  wanted: readonly { readonly catalog: string; readonly identity: string }[],
): Promise<ReadonlySet<string>> {
  const catalogs = [...new Set(wanted.map(({ catalog }) => catalog))].filter((catalog) => CATALOGS.has(catalog));
  if (catalogs.length === 0) return new Set();
  const parts = catalogs.map(
    (catalog) => `SELECT '${catalog} ' || i.identity AS found FROM pg_catalog.${catalog} o
      CROSS JOIN LATERAL pg_catalog.pg_identify_object('pg_catalog.${catalog}'::regclass, o.oid, 0) i
      WHERE i.identity IN (SELECT pg_catalog.unnest($1::text[]))`,
  );
  const rows = await destination.query<{ found: string }>(parts.join(" UNION ALL "), [[...new Set(wanted.map(({ identity }) => identity))]]);
  return new Set(rows.map(({ found }) => found));
}

/** Partitions of selected tables that are not selected themselves. */
export async function readUnselectedPartitions(
  source: Session,
  objects: readonly SelectedObject[],
): Promise<readonly { readonly schema: string; readonly name: string; readonly parent: string }[]> {
  const oids = objects.filter(({ kind }) => kind === "table" || kind === "foreign-table").map(({ oid }) => oid);
  return source.query<{ schema: string; name: string; parent: string }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, i.inhparent::regclass::text AS parent
    FROM pg_catalog.pg_inherits i JOIN pg_catalog.unnest($1::oid[]) AS s(id) ON s.id = i.inhparent
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition AND c.relkind IN ('r', 'p') JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM pg_catalog.unnest($1::oid[]) AS t(id) WHERE t.id = c.oid) ORDER BY 3, 1, 2`,
    [oids],
  );
}

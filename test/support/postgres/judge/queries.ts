import { PROGRAMS, TYPES } from "./programs.ts";
import { OF_RELATIONS, RELATIONS } from "./relations.ts";
import { ofEveryCatalog, OUTSIDE, REST } from "./rest.ts";
import { type FactQuery, name } from "./sql.ts";

/**
 * What a judge looks at, as queries over the catalogs. Each gives rows (kind, name, aspect, value). They run on
 * every major: `to_jsonb(row) ->> 'column'` is null where a major lacks the column.
 *
 * `judged_relations` (oid, relkind, name) and `judged` (classid, objid) hold the objects of the user: none of
 * extensions, of the system, or that the server makes by itself.
 *
 * @see https://www.postgresql.org/docs/current/catalogs.html
 */
export function factQueries(): readonly FactQuery[] {
  return [...ofEveryCatalog(), ...RELATIONS, ...OF_RELATIONS, ...PROGRAMS, ...TYPES, ...OUTSIDE, ...REST];
}

const CLASSES = [
  "pg_namespace",
  "pg_proc",
  "pg_type",
  "pg_operator",
  "pg_opclass",
  "pg_opfamily",
  "pg_cast",
  "pg_collation",
  "pg_conversion",
  "pg_constraint",
  "pg_ts_config",
  "pg_ts_dict",
  "pg_ts_parser",
  "pg_ts_template",
  "pg_statistic_ext",
  "pg_language",
  "pg_transform",
  "pg_am",
  "pg_foreign_data_wrapper",
  "pg_foreign_server",
  "pg_event_trigger",
  "pg_publication",
  "pg_extension",
];

/** The relations of a user: (oid, relkind, name). */
export const RELATIONS_QUERY = `
  SELECT c.oid, c.relkind, ${name("pg_class", "c.oid")} AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.oid >= 16384 AND n.nspname !~ '^pg_' AND NOT EXISTS (
    SELECT 1 FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'e'
    AND (d.objid = c.oid OR d.objid = (SELECT i.indrelid FROM pg_index AS i WHERE i.indexrelid = c.oid)))`;

/** All objects of a user: (classid, objid). A type that comes with a table, and an array's, are the server's own work. */
export const OBJECTS_QUERY = `
  SELECT classid, objid FROM (
    ${CLASSES.map((each) => `SELECT '${each}'::regclass::oid AS classid, oid AS objid FROM ${each} WHERE oid >= 16384`).join(" UNION ALL ")}
    UNION ALL SELECT 'pg_subscription'::regclass, oid FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT 'pg_class'::regclass, oid FROM (${RELATIONS_QUERY}) AS r
  ) AS o
  WHERE NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'e')
    AND NOT (o.classid = 'pg_namespace'::regclass AND EXISTS (SELECT 1 FROM pg_namespace AS n WHERE n.oid = o.objid AND n.nspname ~ '^pg_'))
    AND NOT (o.classid IN ('pg_proc'::regclass, 'pg_cast'::regclass) AND EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'i'))
    AND NOT (o.classid = 'pg_type'::regclass AND EXISTS (SELECT 1 FROM pg_type AS t WHERE t.oid = o.objid AND (
      (t.typrelid <> 0 AND NOT EXISTS (SELECT 1 FROM pg_class AS c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
      OR EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'i' AND t.typtype <> 'c'))))`;

/** What stands before every query: both lists, handed over as parameters, since a judge makes nothing in the database. */
export const OWN_OBJECTS = `
  WITH judged AS (SELECT * FROM unnest($1::oid[], $2::oid[]) AS j (classid, objid)),
       judged_relations AS (SELECT * FROM unnest($3::oid[], $4::"char"[], $5::text[]) AS r (oid, relkind, name))`;

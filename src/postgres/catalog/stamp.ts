import type { Session } from "../connect/session.ts";

/** Catalogs that hold definitions. Statistics and sizes are written in place, and do not change a row's `xmin`. */
const CATALOGS = [
  "pg_attrdef",
  "pg_attribute",
  "pg_cast",
  "pg_class",
  "pg_collation",
  "pg_constraint",
  "pg_conversion",
  "pg_default_acl",
  "pg_description",
  "pg_enum",
  "pg_event_trigger",
  "pg_extension",
  "pg_foreign_data_wrapper",
  "pg_foreign_server",
  "pg_foreign_table",
  "pg_index",
  "pg_inherits",
  "pg_language",
  "pg_namespace",
  "pg_opclass",
  "pg_operator",
  "pg_opfamily",
  "pg_partitioned_table",
  "pg_policy",
  "pg_proc",
  "pg_publication",
  "pg_range",
  "pg_rewrite",
  "pg_seclabel",
  "pg_sequence",
  "pg_statistic_ext",
  "pg_subscription",
  "pg_transform",
  "pg_trigger",
  "pg_ts_config",
  "pg_ts_config_map",
  "pg_ts_dict",
  "pg_ts_parser",
  "pg_ts_template",
  "pg_type",
] as const;

/**
 * A text that changes whenever a definition in the database does. It may also change where none did;
 * then definitions have to be looked at. Cheap: nothing is printed, and no row of a table is read.
 */
export async function catalogStamp(session: Session): Promise<string> {
  // A subscription's password keeps most of its columns from most roles, but not `xmin` of the rest.
  const readable = new Set((await session.query<{ name: string }>(READABLE)).map(({ name }) => name));
  const parts = CATALOGS.filter((name) => readable.has(name)).map(
    (name) => `SELECT '${name}' AS name, count(*)::text || '.' || coalesce(sum(xmin::text::bigint), 0)::text AS stamp FROM pg_catalog.${name}`,
  );
  const rows = await session.query<{ name: string; stamp: string }>(parts.join(" UNION ALL "));
  return rows.map(({ name, stamp }) => `${name} ${stamp}`).join(" ");
}

const READABLE = `SELECT c.relname AS name FROM pg_catalog.pg_class c
  WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND pg_catalog.has_table_privilege(c.oid, 'SELECT')`;

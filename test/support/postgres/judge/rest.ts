import { called, each, type FactQuery, name, privileges, sorted, told, who } from "./sql.ts";

/** Catalogs whose objects are named, owned, commented on and granted, by (catalog, owner, acl, default acl, kind). */
const CATALOGS: readonly {
  readonly catalog: string;
  readonly kind: string;
  readonly owner?: string;
  readonly acl?: { readonly column: string; readonly standard: string };
}[] = [
  { catalog: "pg_namespace", kind: "schema", owner: "nspowner", acl: { column: "nspacl", standard: "n" } },
  { catalog: "pg_proc", kind: "function", owner: "proowner", acl: { column: "proacl", standard: "f" } },
  { catalog: "pg_type", kind: "type", owner: "typowner", acl: { column: "typacl", standard: "T" } },
  { catalog: "pg_class", kind: "relation", owner: "relowner", acl: { column: "relacl", standard: "r" } },
  { catalog: "pg_operator", kind: "operator", owner: "oprowner" },
  { catalog: "pg_opclass", kind: "operator class", owner: "opcowner" },
  { catalog: "pg_opfamily", kind: "operator family", owner: "opfowner" },
  { catalog: "pg_collation", kind: "collation", owner: "collowner" },
  { catalog: "pg_conversion", kind: "conversion", owner: "conowner" },
  { catalog: "pg_ts_config", kind: "text search configuration", owner: "cfgowner" },
  { catalog: "pg_ts_dict", kind: "text search dictionary", owner: "dictowner" },
  { catalog: "pg_statistic_ext", kind: "statistics", owner: "stxowner" },
  { catalog: "pg_language", kind: "language", owner: "lanowner", acl: { column: "lanacl", standard: "l" } },
  { catalog: "pg_foreign_data_wrapper", kind: "foreign-data wrapper", owner: "fdwowner", acl: { column: "fdwacl", standard: "F" } },
  { catalog: "pg_foreign_server", kind: "server", owner: "srvowner", acl: { column: "srvacl", standard: "S" } },
  { catalog: "pg_event_trigger", kind: "event trigger", owner: "evtowner" },
  { catalog: "pg_publication", kind: "publication", owner: "pubowner" },
  { catalog: "pg_subscription", kind: "subscription", owner: "subowner" },
  { catalog: "pg_extension", kind: "extension", owner: "extowner" },
];

/** What reaches outside of the database. */
export const OUTSIDE: readonly FactQuery[] = [
  each(
    "pg_foreign_data_wrapper",
    "foreign-data wrapper",
    "is",
    told({ handler: called("o.fdwhandler"), validator: called("o.fdwvalidator"), options: sorted("o.fdwoptions") }),
  ),
  each(
    "pg_foreign_server",
    "server",
    "is",
    told({
      wrapper: "(SELECT fdwname FROM pg_foreign_data_wrapper AS w WHERE w.oid = o.srvfdw)",
      type: "o.srvtype",
      version: "o.srvversion",
      options: sorted("o.srvoptions"),
    }),
  ),
  {
    kind: "user mapping",
    sql: `SELECT format('%s on %s', ${who("o.umuser")}, s.srvname) AS name, 'options' AS aspect, coalesce(${sorted("o.umoptions")}, '') AS value FROM pg_user_mapping AS o JOIN pg_foreign_server AS s ON s.oid = o.umserver`,
  },
  each(
    "pg_publication",
    "publication",
    "is",
    told({
      all: "o.puballtables",
      insert: "o.pubinsert",
      update: "o.pubupdate",
      delete: "o.pubdelete",
      root: "coalesce((to_jsonb(o) ->> 'pubviaroot')::boolean, false)",
      generated: "coalesce(to_jsonb(o) ->> 'pubgencols', 'n')",
    }),
  ),
  each("pg_publication", "publication", "truncate", "to_jsonb(o) ->> 'pubtruncate'"),
  {
    kind: "publication",
    sql: `SELECT p.pubname::text AS name, 'table ' || (t.prrelid::regclass) AS aspect, '' AS value FROM pg_publication_rel AS t JOIN pg_publication AS p ON p.oid = t.prpubid`,
  },
  {
    kind: "published",
    sql: `SELECT v.pubname::text AS name, format('%I.%I', v.schemaname, v.tablename) AS aspect, concat(to_jsonb(v) -> 'attnames', ' ', to_jsonb(v) ->> 'rowfilter') AS value FROM pg_publication_tables AS v`,
  },
  each(
    "pg_subscription",
    "subscription",
    "is",
    told({ enabled: "o.subenabled", connection: "o.subconninfo", slot: "o.subslotname", commit: "o.subsynccommit", publications: "o.subpublications" }),
  ),
  each("pg_subscription", "subscription", "options", "(to_jsonb(o) - 'oid' - 'subdbid' - 'subowner' - 'subskiplsn')::text"),
];

/** What is said of objects of any kind, and of the database. */
export const REST: readonly FactQuery[] = [
  {
    kind: "extension",
    sql: `SELECT e.extname::text AS name, 'is' AS aspect, ${told({ schema: "e.extnamespace::regnamespace::text", configuration: "(SELECT string_agg(format('%s %s', c::regclass, k), ', ' ORDER BY n) FROM unnest(e.extconfig, e.extcondition) WITH ORDINALITY AS x (c, k, n))" })} AS value FROM pg_extension AS e`,
  },
  { kind: "extension version", sql: "SELECT e.extname::text AS name, 'version' AS aspect, e.extversion AS value FROM pg_extension AS e" },
  {
    kind: "comment",
    sql: `SELECT (SELECT concat(i.type, ' ', i.identity) FROM pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i) AS name, 'comment' AS aspect, d.description AS value FROM pg_description AS d WHERE (d.objoid >= 16384 AND NOT EXISTS (SELECT 1 FROM pg_depend AS e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')) OR d.classoid = 'pg_largeobject'::regclass OR (d.classoid = 'pg_namespace'::regclass AND d.objoid = 'public'::regnamespace)`,
  },
  {
    kind: "security label",
    sql: `SELECT (SELECT concat(i.type, ' ', i.identity) FROM pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i) AS name, d.provider AS aspect, d.label AS value FROM pg_seclabel AS d`,
  },
  {
    kind: "default privileges",
    sql: `SELECT format('of %s in %s on %s', ${who("d.defaclrole")}, coalesce(d.defaclnamespace::regnamespace::text, '-'), d.defaclobjtype) AS name, 'privileges' AS aspect, coalesce(${privileges("d.defaclacl")}, '') AS value FROM (SELECT defaclrole, nullif(defaclnamespace, 0) AS defaclnamespace, defaclobjtype, defaclacl FROM pg_default_acl) AS d`,
  },
  {
    kind: "column privileges",
    sql: `SELECT r.name || ' . ' || quote_ident(a.attname) AS name, 'privileges' AS aspect, ${privileges("a.attacl")} AS value FROM judged_relations AS r JOIN pg_attribute AS a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped`,
  },
  // What was granted on the system's own objects: those which differ from how initdb left them.
  {
    kind: "privileges",
    sql: `SELECT ${name("pg_proc", "o.oid")} AS name, 'privileges' AS aspect, ${privileges("o.proacl")} AS value FROM pg_proc AS o LEFT JOIN pg_init_privs AS p ON p.classoid = 'pg_proc'::regclass AND p.objoid = o.oid AND p.objsubid = 0 WHERE o.oid < 16384 AND o.proacl IS NOT NULL AND p.initprivs IS DISTINCT FROM o.proacl`,
  },
  {
    kind: "privileges",
    sql: `SELECT ${name("pg_class", "o.oid")} AS name, 'privileges' AS aspect, ${privileges("o.relacl")} AS value FROM pg_class AS o LEFT JOIN pg_init_privs AS p ON p.classoid = 'pg_class'::regclass AND p.objoid = o.oid AND p.objsubid = 0 WHERE o.oid < 16384 AND o.relnamespace = 'pg_catalog'::regnamespace AND o.relacl IS NOT NULL AND p.initprivs IS DISTINCT FROM o.relacl`,
  },
  {
    kind: "privileges",
    sql: `SELECT 'language ' || o.lanname AS name, 'privileges' AS aspect, ${privileges("o.lanacl")} AS value FROM pg_language AS o LEFT JOIN pg_init_privs AS p ON p.classoid = 'pg_language'::regclass AND p.objoid = o.oid AND p.objsubid = 0 WHERE o.oid < 16384 AND o.lanacl IS NOT NULL AND p.initprivs IS DISTINCT FROM o.lanacl`,
  },
  {
    kind: "public",
    sql: `SELECT 'public' AS name, 'privileges' AS aspect, ${privileges("o.nspacl")} AS value FROM pg_namespace AS o WHERE o.nspname = 'public'`,
  },
  { kind: "large object", sql: `SELECT l.oid::text AS name, 'content' AS aspect, md5(lo_get(l.oid)) AS value FROM pg_largeobject_metadata AS l` },
  { kind: "owner", sql: `SELECT 'large object ' || l.oid AS name, 'owner' AS aspect, ${who("l.lomowner")} AS value FROM pg_largeobject_metadata AS l` },
  {
    kind: "privileges",
    sql: `SELECT 'large object ' || l.oid AS name, 'privileges' AS aspect, ${privileges("coalesce(l.lomacl, acldefault('L', l.lomowner))")} AS value FROM pg_largeobject_metadata AS l`,
  },
  {
    kind: "database",
    sql: `SELECT 'database' AS name, 'is' AS aspect, ${told({ encoding: "pg_encoding_to_char(d.encoding)", collate: "d.datcollate", ctype: "d.datctype", limit: "d.datconnlimit", owner: who("d.datdba"), comment: "shobj_description(d.oid, 'pg_database')", privileges: privileges("coalesce(d.datacl, acldefault('d', d.datdba))") })} AS value FROM pg_database AS d WHERE d.datname = current_database()`,
  },
  {
    kind: "database setting",
    sql: `SELECT CASE s.setrole WHEN 0 THEN 'database' ELSE ${who("s.setrole")} END AS name, 'setting' AS aspect, c AS value FROM pg_db_role_setting AS s, unnest(s.setconfig) AS c WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  },
];

/** That they are there, whose they are, and who may use them. */
export function ofEveryCatalog(): readonly FactQuery[] {
  return CATALOGS.flatMap(({ catalog, kind, owner, acl }) => {
    // A sequence has other privileges than a table.
    const standard = catalog === "pg_class" ? "CASE o.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\"" : `'${acl?.standard}'`;
    const granted = catalog === "pg_class" ? "o.relkind NOT IN ('i', 'I', 'c')" : "true";
    return [
      each(catalog, kind, "exists", "''"),
      ...(owner === undefined ? [] : [{ ...each(catalog, "owner", "owner", who(`o.${owner}`)) }]),
      ...(acl === undefined || owner === undefined
        ? []
        : [
            each(catalog, "privileges", "privileges", `coalesce(${privileges(`coalesce(o.${acl.column}, acldefault(${standard}, o.${owner}))`)}, '')`, granted),
          ]),
    ];
  });
}

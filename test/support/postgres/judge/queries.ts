/**
 * What a judge looks at, as queries over the catalogs. Each gives rows (kind, name, aspect, value). They run on
 * every major: `to_jsonb(row) ->> 'column'` is null where a major lacks the column.
 *
 * `judged_relations` (oid, relkind, name) and `judged` (classid, objid) hold the objects of the user: none of
 * extensions, of the system, or that the server makes by itself.
 *
 * @see https://www.postgresql.org/docs/current/catalogs.html
 */
export interface FactQuery {
  readonly kind: string;
  readonly sql: string;
}

/** How an object is called, the same on both ends: never an OID. */
const name = (catalog: string, oid: string) => `(SELECT i.identity FROM pg_identify_object('pg_catalog.${catalog}'::regclass, ${oid}, 0) AS i)`;
/** `key=value` options, in order of their names. */
const sorted = (array: string) => `(SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(${array}) AS o)`;
/** Rows as one text: aspects of one object, without those that are null. */
const told = (parts: Readonly<Record<string, string>>) =>
  `jsonb_strip_nulls(jsonb_build_object(${Object.entries(parts)
    .map(([key, sql]) => `'${key}', ${sql}`)
    .join(", ")}))::text`;
const who = (oid: string) => `CASE ${oid} WHEN 0 THEN 'PUBLIC' ELSE (SELECT rolname::text FROM pg_roles WHERE oid = ${oid}) END`;
const privileges = (acl: string) =>
  `(SELECT string_agg(p, ', ' ORDER BY p COLLATE "C") FROM (SELECT format('%s: %s%s by %s', ${who("x.grantee")}, x.privilege_type, CASE WHEN x.is_grantable THEN '*' ELSE '' END, ${who("x.grantor")}) AS p FROM aclexplode(${acl}) AS x) AS y)`;

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

/** A relation's columns stay known by name: order is a fact of its own. */
const RELATIONS: readonly FactQuery[] = [
  {
    kind: "relation",
    sql: `SELECT r.name, 'is' AS aspect, ${told({
      kind: "c.relkind",
      persistence: "c.relpersistence",
      options: sorted("c.reloptions"),
      toast_options: `(SELECT ${sorted("t.reloptions")} FROM pg_class AS t WHERE t.oid = c.reltoastrelid)`,
      // Before 12 a table has none; it is a heap.
      method:
        "CASE WHEN c.relkind IN ('r', 'm', 't', 'i', 'I') THEN coalesce((SELECT nullif(amname, 'heap') FROM pg_am AS a WHERE a.oid = c.relam), 'standard') END",
      row_security: "c.relrowsecurity",
      forced: "c.relforcerowsecurity",
      populated: "c.relispopulated",
      replica_identity: "c.relreplident",
      of_type: "CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END",
      partition_of: "pg_get_expr(c.relpartbound, c.oid)",
      partition_by: "CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END",
      server: "(SELECT srvname FROM pg_foreign_table AS f JOIN pg_foreign_server AS s ON s.oid = f.ftserver WHERE ftrelid = c.oid)",
      foreign_options: `(SELECT ${sorted("ftoptions")} FROM pg_foreign_table WHERE ftrelid = c.oid)`,
    })} AS value FROM judged_relations AS r JOIN pg_class AS c ON c.oid = r.oid`,
  },
  { kind: "definition", sql: `SELECT r.name, 'view' AS aspect, pg_get_viewdef(r.oid) AS value FROM judged_relations AS r WHERE relkind IN ('v', 'm')` },
  {
    // The columns that a view reads, so that names may be left out of its text between majors. Not those of the rows that
    // a function gives, which only newer majors know.
    kind: "uses",
    sql: `SELECT r.name, 'reads' AS aspect, (SELECT i.identity FROM pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) AS i) AS value FROM judged_relations AS r JOIN pg_rewrite AS w ON w.ev_class = r.oid JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.deptype = 'n' WHERE r.relkind IN ('v', 'm') AND d.refobjid <> r.oid AND NOT EXISTS (SELECT 1 FROM pg_depend AS f JOIN pg_proc AS p ON p.oid = f.refobjid JOIN pg_class AS c ON c.reltype = p.prorettype WHERE f.classid = d.classid AND f.objid = d.objid AND f.refclassid = 'pg_proc'::regclass AND d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid)`,
  },
  {
    kind: "inherits",
    sql: `SELECT r.name, 'parent ' || h.inhseqno AS aspect, ${name("pg_class", "h.inhparent")} AS value FROM judged_relations AS r JOIN pg_inherits AS h ON h.inhrelid = r.oid`,
  },
  {
    kind: "column",
    sql: `SELECT r.name || ' . ' || quote_ident(a.attname) AS name, 'is' AS aspect, ${told({
      type: "format_type(a.atttypid, a.atttypmod)",
      collation: `CASE WHEN a.attcollation NOT IN (0, (SELECT typcollation FROM pg_type AS t WHERE t.oid = a.atttypid)) THEN ${name("pg_collation", "a.attcollation")} END`,
      not_null: "a.attnotnull",
      identity: "to_jsonb(a) ->> 'attidentity'",
      generated: "nullif(to_jsonb(a) ->> 'attgenerated', '')",
      storage: "a.attstorage",
      compression: "nullif(to_jsonb(a) ->> 'attcompression', '')",
      statistics: "nullif((to_jsonb(a) ->> 'attstattarget')::integer, -1)",
      options: sorted("a.attoptions"),
      foreign_options: sorted("a.attfdwoptions"),
      local: "a.attislocal",
      inherited: "a.attinhcount",
    })} AS value FROM judged_relations AS r JOIN pg_attribute AS a ON a.attrelid = r.oid WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind NOT IN ('S', 'i', 'I')`,
  },
  {
    kind: "definition",
    sql: `SELECT r.name || ' . ' || quote_ident(a.attname) AS name, 'default' AS aspect, pg_get_expr(d.adbin, d.adrelid) AS value FROM judged_relations AS r JOIN pg_attribute AS a ON a.attrelid = r.oid JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = a.attnum`,
  },
  {
    kind: "column order",
    sql: `SELECT r.name, 'columns' AS aspect, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS value FROM judged_relations AS r JOIN pg_attribute AS a ON a.attrelid = r.oid WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind NOT IN ('S', 'i', 'I') GROUP BY r.name`,
  },
  {
    kind: "sequence",
    sql: `SELECT r.name, 'is' AS aspect, ${told({
      type: "format_type(s.seqtypid, NULL)",
      start: "s.seqstart",
      increment: "s.seqincrement",
      min: "s.seqmin",
      max: "s.seqmax",
      cache: "s.seqcache",
      cycle: "s.seqcycle",
      owned_by: `(SELECT d.deptype::text || ' ' || i.identity FROM pg_depend AS d, pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) AS i WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))`,
    })} AS value FROM judged_relations AS r JOIN pg_sequence AS s ON s.seqrelid = r.oid`,
  },
  {
    kind: "index",
    sql: `SELECT r.name, 'is' AS aspect, ${told({
      table: name("pg_class", "i.indrelid"),
      unique: "i.indisunique",
      primary: "i.indisprimary",
      valid: "i.indisvalid",
      clustered: "i.indisclustered",
      replica_identity: "i.indisreplident",
      statistics:
        "(SELECT string_agg(a.attnum || ':' || (to_jsonb(a) ->> 'attstattarget'), ', ' ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = r.oid AND (to_jsonb(a) ->> 'attstattarget')::integer >= 0)",
      class_options:
        "(SELECT string_agg(a.attnum || ':' || a.attoptions::text, ', ' ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = r.oid AND a.attoptions IS NOT NULL)",
    })} AS value FROM judged_relations AS r JOIN pg_index AS i ON i.indexrelid = r.oid`,
  },
  { kind: "definition", sql: `SELECT r.name, 'index' AS aspect, pg_get_indexdef(r.oid) AS value FROM judged_relations AS r WHERE relkind IN ('i', 'I')` },
];

const CONSTRAINT = `${name("pg_constraint", "c.oid")} AS name`;
const OF_RELATIONS: readonly FactQuery[] = [
  {
    kind: "constraint",
    sql: `SELECT ${CONSTRAINT}, 'is' AS aspect, ${told({
      type: "c.contype",
      deferrable: "c.condeferrable",
      deferred: "c.condeferred",
      validated: "c.convalidated",
      enforced: "coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)",
      local: "c.conislocal",
      inherited: "c.coninhcount",
      no_inherit: "c.connoinherit",
      index: `CASE WHEN c.conindid <> 0 THEN ${name("pg_class", "c.conindid")} END`,
    })} AS value FROM pg_constraint AS c JOIN judged AS j ON j.classid = 'pg_constraint'::regclass AND j.objid = c.oid WHERE c.contype <> 't'`,
  },
  {
    kind: "definition",
    sql: `SELECT ${CONSTRAINT}, 'constraint' AS aspect, pg_get_constraintdef(c.oid) AS value FROM pg_constraint AS c JOIN judged AS j ON j.classid = 'pg_constraint'::regclass AND j.objid = c.oid WHERE c.contype <> 't'`,
  },
  {
    kind: "trigger",
    sql: `SELECT ${name("pg_trigger", "t.oid")} AS name, 'enabled' AS aspect, t.tgenabled::text AS value FROM pg_trigger AS t JOIN judged_relations AS r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal`,
  },
  // A disabled foreign key: its triggers are the server's own.
  {
    kind: "trigger",
    sql: `SELECT r.name, 'own triggers not enabled' AS aspect, t.tgenabled::text || ' ' || (t.tgfoid::regproc) AS value FROM pg_trigger AS t JOIN judged_relations AS r ON r.oid = t.tgrelid WHERE t.tgisinternal AND t.tgenabled <> 'O'`,
  },
  {
    kind: "definition",
    sql: `SELECT ${name("pg_trigger", "t.oid")} AS name, 'trigger' AS aspect, pg_get_triggerdef(t.oid) AS value FROM pg_trigger AS t JOIN judged_relations AS r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal`,
  },
  {
    kind: "rule",
    sql: `SELECT ${name("pg_rewrite", "w.oid")} AS name, 'enabled' AS aspect, w.ev_enabled::text AS value FROM pg_rewrite AS w JOIN judged_relations AS r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'`,
  },
  {
    kind: "definition",
    sql: `SELECT ${name("pg_rewrite", "w.oid")} AS name, 'rule' AS aspect, pg_get_ruledef(w.oid) AS value FROM pg_rewrite AS w JOIN judged_relations AS r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'`,
  },
  {
    kind: "policy",
    sql: `SELECT ${name("pg_policy", "p.oid")} AS name, 'is' AS aspect, ${told({ command: "p.polcmd", permissive: "p.polpermissive", roles: `(SELECT string_agg(${who("o")}, ', ' ORDER BY ${who("o")}) FROM unnest(p.polroles) AS o)` })} AS value FROM pg_policy AS p JOIN judged_relations AS r ON r.oid = p.polrelid`,
  },
  {
    kind: "definition",
    sql: `SELECT ${name("pg_policy", "p.oid")} AS name, 'policy' AS aspect, concat('USING ', pg_get_expr(p.polqual, p.polrelid), ' CHECK ', pg_get_expr(p.polwithcheck, p.polrelid)) AS value FROM pg_policy AS p JOIN judged_relations AS r ON r.oid = p.polrelid`,
  },
  {
    kind: "definition",
    sql: `SELECT ${name("pg_statistic_ext", "s.oid")} AS name, 'statistics' AS aspect, pg_get_statisticsobjdef(s.oid) AS value FROM pg_statistic_ext AS s JOIN judged_relations AS r ON r.oid = s.stxrelid`,
  },
  {
    kind: "statistics",
    sql: `SELECT ${name("pg_statistic_ext", "s.oid")} AS name, 'target' AS aspect, coalesce(to_jsonb(s) ->> 'stxstattarget', '-1') AS value FROM pg_statistic_ext AS s JOIN judged_relations AS r ON r.oid = s.stxrelid`,
  },
];

/** Of a catalog's own objects, alias `o`. */
const each = (catalog: string, kind: string, aspect: string, value: string, where = "true"): FactQuery => ({
  kind,
  sql: `SELECT ${name(catalog, "o.oid")} AS name, '${aspect}' AS aspect, ${value} AS value FROM ${catalog} AS o JOIN judged AS j ON j.classid = '${catalog}'::regclass AND j.objid = o.oid WHERE ${where}`,
});
const isAggregate = "coalesce(to_jsonb(o) ->> 'prokind', CASE WHEN (to_jsonb(o) ->> 'proisagg')::boolean THEN 'a' END, 'f') = 'a'";
const type = (oid: string) => `CASE WHEN ${oid} <> 0 THEN format_type(${oid}, NULL) END`;
const operator = (oid: string) => `CASE WHEN ${oid} <> 0 THEN ${oid}::oid::regoperator::text END`;
const called = (proc: string) => `CASE WHEN ${proc}::oid <> 0 THEN ${proc}::oid::regprocedure::text END`;

const PROGRAMS: readonly FactQuery[] = [
  each("pg_proc", "definition", "function", "pg_get_functiondef(o.oid)", `CASE WHEN ${isAggregate} THEN false ELSE true END`),
  each("pg_proc", "function", "arguments", "concat(pg_get_function_arguments(o.oid), ' -> ', pg_get_function_result(o.oid))"),
  {
    kind: "aggregate",
    sql: `SELECT ${name("pg_proc", "o.oid")} AS name, 'is' AS aspect, ${told({
      kind: "a.aggkind",
      direct: "a.aggnumdirectargs",
      parallel: "o.proparallel",
      sfunc: called("a.aggtransfn"),
      final: called("a.aggfinalfn"),
      combine: called("a.aggcombinefn"),
      serial: called("a.aggserialfn"),
      deserial: called("a.aggdeserialfn"),
      msfunc: called("a.aggmtransfn"),
      minv: called("a.aggminvtransfn"),
      mfinal: called("a.aggmfinalfn"),
      extra: "a.aggfinalextra",
      mextra: "a.aggmfinalextra",
      modify: "coalesce(to_jsonb(a) ->> 'aggfinalmodify', CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END)",
      mmodify: "coalesce(to_jsonb(a) ->> 'aggmfinalmodify', CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END)",
      sortop: operator("a.aggsortop"),
      stype: type("a.aggtranstype"),
      space: "a.aggtransspace",
      mstype: type("a.aggmtranstype"),
      mspace: "a.aggmtransspace",
      init: "a.agginitval",
      minit: "a.aggminitval",
    })} AS value FROM pg_aggregate AS a JOIN pg_proc AS o ON o.oid = a.aggfnoid JOIN judged AS j ON j.classid = 'pg_proc'::regclass AND j.objid = o.oid`,
  },
  each(
    "pg_operator",
    "operator",
    "is",
    told({
      result: type("o.oprresult"),
      code: called("o.oprcode"),
      commutator: operator("o.oprcom"),
      negator: operator("o.oprnegate"),
      restrict: called("o.oprrest"),
      join: called("o.oprjoin"),
      merges: "o.oprcanmerge",
      hashes: "o.oprcanhash",
    }),
  ),
  each(
    "pg_opclass",
    "operator class",
    "is",
    told({ type: type("o.opcintype"), family: name("pg_opfamily", "o.opcfamily"), standard: "o.opcdefault", keeps: type("o.opckeytype") }),
  ),
  each(
    "pg_opfamily",
    "operator family",
    "operators",
    `(SELECT string_agg(format('%s %s %s %s', m.amopstrategy, m.amopopr::regoperator, m.amoppurpose, CASE WHEN m.amopsortfamily <> 0 THEN ${name("pg_opfamily", "m.amopsortfamily")} END), ', ' ORDER BY m.amoplefttype::regtype::text, m.amoprighttype::regtype::text, m.amopstrategy) FROM pg_amop AS m WHERE m.amopfamily = o.oid)`,
  ),
  each(
    "pg_opfamily",
    "operator family",
    "functions",
    `(SELECT string_agg(format('%s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL), format_type(p.amprocrighttype, NULL), p.amproc::regprocedure), ', ' ORDER BY p.amproclefttype::regtype::text, p.amprocrighttype::regtype::text, p.amprocnum) FROM pg_amproc AS p WHERE p.amprocfamily = o.oid)`,
  ),
  each("pg_cast", "cast", "is", told({ function: called("o.castfunc"), context: "o.castcontext", method: "o.castmethod" })),
  each(
    "pg_conversion",
    "conversion",
    "is",
    told({
      from: "pg_encoding_to_char(o.conforencoding)",
      to: "pg_encoding_to_char(o.contoencoding)",
      function: "o.conproc::regproc::text",
      standard: "o.condefault",
    }),
  ),
  each(
    "pg_language",
    "language",
    "is",
    told({ trusted: "o.lanpltrusted", handler: called("o.lanplcallfoid"), inline: called("o.laninline"), validator: called("o.lanvalidator") }),
  ),
  each("pg_transform", "transform", "is", told({ from: called("o.trffromsql"), to: called("o.trftosql") })),
  each("pg_am", "access method", "is", told({ type: "o.amtype", handler: "o.amhandler::text" })),
  each(
    "pg_event_trigger",
    "event trigger",
    "is",
    told({ event: "o.evtevent", function: called("o.evtfoid"), enabled: "o.evtenabled", tags: sorted("o.evttags") }),
  ),
];

const TYPES: readonly FactQuery[] = [
  each(
    "pg_type",
    "type",
    "is",
    told({
      kind: "o.typtype",
      category: "o.typcategory",
      preferred: "o.typispreferred",
      defined: "o.typisdefined",
      delimiter: "o.typdelim",
      length: "o.typlen",
      by_value: "o.typbyval",
      align: "o.typalign",
      storage: "o.typstorage",
      input: `CASE WHEN o.typisdefined THEN ${called("o.typinput")} END`,
      output: `CASE WHEN o.typisdefined THEN ${called("o.typoutput")} END`,
      receive: called("o.typreceive"),
      send: called("o.typsend"),
      modin: called("o.typmodin"),
      modout: called("o.typmodout"),
      base: "CASE WHEN o.typbasetype <> 0 THEN format_type(o.typbasetype, o.typtypmod) END",
      not_null: "o.typnotnull",
      collation: `CASE WHEN o.typcollation <> 0 THEN ${name("pg_collation", "o.typcollation")} END`,
    }),
  ),
  each("pg_type", "definition", "default", "coalesce(pg_get_expr(o.typdefaultbin, 0), o.typdefault)", "o.typdefault IS NOT NULL"),
  each(
    "pg_type",
    "enum",
    "labels",
    "(SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = o.oid)",
    "o.typtype = 'e'",
  ),
  {
    kind: "range",
    sql: `SELECT ${name("pg_type", "o.oid")} AS name, 'is' AS aspect, ${told({ subtype: type("g.rngsubtype"), collation: `CASE WHEN g.rngcollation <> 0 THEN ${name("pg_collation", "g.rngcollation")} END`, class: name("pg_opclass", "g.rngsubopc"), canonical: called("g.rngcanonical"), difference: called("g.rngsubdiff") })} AS value FROM pg_range AS g JOIN pg_type AS o ON o.oid = g.rngtypid JOIN judged AS j ON j.classid = 'pg_type'::regclass AND j.objid = o.oid`,
  },
  {
    kind: "range",
    sql: `SELECT ${name("pg_type", "g.rngtypid")} AS name, 'multirange' AS aspect, format_type((to_jsonb(g) ->> 'rngmultitypid')::oid, NULL) AS value FROM pg_range AS g WHERE g.rngtypid >= 16384`,
  },
  // 14 and before keep ICU's locale in collcollate, 17 renamed its column.
  each(
    "pg_collation",
    "collation",
    "is",
    told({
      provider: "o.collprovider",
      encoding: "o.collencoding",
      locale: "coalesce(to_jsonb(o) ->> 'colllocale', to_jsonb(o) ->> 'colliculocale', to_jsonb(o) ->> 'collcollate')",
      ctype: "CASE WHEN o.collprovider = 'c' THEN to_jsonb(o) ->> 'collctype' END",
      deterministic: "coalesce((to_jsonb(o) ->> 'collisdeterministic')::boolean, true)",
      rules: "to_jsonb(o) ->> 'collicurules'",
    }),
  ),
  each(
    "pg_ts_parser",
    "text search parser",
    "is",
    told({
      start: called("o.prsstart"),
      token: called("o.prstoken"),
      end: called("o.prsend"),
      headline: called("o.prsheadline"),
      types: called("o.prslextype"),
    }),
  ),
  each("pg_ts_template", "text search template", "is", told({ init: called("o.tmplinit"), lexize: called("o.tmpllexize") })),
  each("pg_ts_dict", "text search dictionary", "is", told({ template: name("pg_ts_template", "o.dicttemplate"), options: "o.dictinitoption" })),
  each(
    "pg_ts_config",
    "text search configuration",
    "is",
    told({
      parser: name("pg_ts_parser", "o.cfgparser"),
      map: `(SELECT string_agg(format('%s: %s', t.alias, ${name("pg_ts_dict", "m.mapdict")}), ', ' ORDER BY t.alias, m.mapseqno) FROM pg_ts_config_map AS m JOIN ts_token_type(o.cfgparser) AS t ON t.tokid = m.maptokentype WHERE m.mapcfg = o.oid)`,
    }),
  ),
];

const OUTSIDE: readonly FactQuery[] = [
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
    sql: `SELECT p.pubname::text AS name, 'table ' || (t.prrelid::regclass) AS aspect, concat(pg_get_expr((to_jsonb(t) ->> 'prqual')::pg_node_tree, t.prrelid), ' columns ', (SELECT string_agg(a.attname, ', ' ORDER BY a.attname) FROM unnest(string_to_array(to_jsonb(t) ->> 'prattrs', ' ')) AS n JOIN pg_attribute AS a ON a.attrelid = t.prrelid AND a.attnum = n::smallint)) AS value FROM pg_publication_rel AS t JOIN pg_publication AS p ON p.oid = t.prpubid`,
  },
  each(
    "pg_subscription",
    "subscription",
    "is",
    told({ enabled: "o.subenabled", connection: "o.subconninfo", slot: "o.subslotname", commit: "o.subsynccommit", publications: "o.subpublications" }),
  ),
  each("pg_subscription", "subscription", "options", "(to_jsonb(o) - 'oid' - 'subdbid' - 'subowner' - 'subskiplsn')::text"),
];

const REST: readonly FactQuery[] = [
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

function ofEveryCatalog(): readonly FactQuery[] {
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

/** Every query of the judge. */
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

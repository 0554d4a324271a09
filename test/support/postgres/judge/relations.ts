import { type FactQuery, name, sorted, told, who } from "./sql.ts";

/** A relation's columns stay known by name: order is a fact of its own. */
export const RELATIONS: readonly FactQuery[] = [
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
/** For each partition that a foreign key points at it has a part of its own, which is named by the server. */
const MADE_BY_SERVER =
  "(c.contype = 'f' AND coalesce((to_jsonb(c) ->> 'conparentid')::oid, 0) <> 0 AND c.conrelid = (SELECT p.conrelid FROM pg_constraint AS p WHERE p.oid = (to_jsonb(c) ->> 'conparentid')::oid))";
const CLONE = "coalesce((to_jsonb(t) ->> 'tgparentid')::oid, 0) <> 0";
export const OF_RELATIONS: readonly FactQuery[] = [
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
      // Of a key it says how it was made.
      no_inherit: "CASE WHEN c.contype IN ('c', 'n') THEN c.connoinherit END",
      index: `CASE WHEN c.conindid <> 0 THEN ${name("pg_class", "c.conindid")} END`,
    })} AS value FROM pg_constraint AS c JOIN judged AS j ON j.classid = 'pg_constraint'::regclass AND j.objid = c.oid WHERE c.contype <> 't' AND NOT ${MADE_BY_SERVER}`,
  },
  {
    kind: "definition",
    sql: `SELECT ${CONSTRAINT}, 'constraint' AS aspect, pg_get_constraintdef(c.oid) AS value FROM pg_constraint AS c JOIN judged AS j ON j.classid = 'pg_constraint'::regclass AND j.objid = c.oid WHERE c.contype <> 't' AND NOT ${MADE_BY_SERVER}`,
  },
  {
    kind: "trigger",
    // A partition has copies of its parent's, which older majors hide.
    sql: `SELECT ${name("pg_trigger", "t.oid")} AS name, CASE WHEN ${CLONE} THEN 'enabled, its copy' ELSE 'enabled' END AS aspect, t.tgenabled::text AS value FROM pg_trigger AS t JOIN judged_relations AS r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal`,
  },
  // A disabled foreign key: its triggers are the server's own.
  {
    kind: "trigger",
    sql: `SELECT r.name, 'own triggers not enabled' AS aspect, t.tgenabled::text || ' ' || (t.tgfoid::regproc) AS value FROM pg_trigger AS t JOIN judged_relations AS r ON r.oid = t.tgrelid WHERE t.tgisinternal AND t.tgenabled <> 'O'`,
  },
  {
    kind: "definition",
    sql: `SELECT ${name("pg_trigger", "t.oid")} AS name, 'trigger' AS aspect, pg_get_triggerdef(t.oid) AS value FROM pg_trigger AS t JOIN judged_relations AS r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal AND NOT ${CLONE}`,
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

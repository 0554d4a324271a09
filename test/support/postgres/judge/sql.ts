/** Parts of the judge's queries. */
export interface FactQuery {
  readonly kind: string;
  readonly sql: string;
}

/** How an object is called, the same on both ends: never an OID. */
export const name = (catalog: string, oid: string) => `(SELECT i.identity FROM pg_identify_object('pg_catalog.${catalog}'::regclass, ${oid}, 0) AS i)`;
/** `key=value` options, in order of their names. */
export const sorted = (array: string) => `(SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(${array}) AS o)`;
/** Rows as one text: aspects of one object, without those that are null. */
export const told = (parts: Readonly<Record<string, string>>) =>
  `jsonb_strip_nulls(jsonb_build_object(${Object.entries(parts)
    .map(([key, sql]) => `'${key}', ${sql}`)
    .join(", ")}))::text`;
export const who = (oid: string) => `CASE ${oid} WHEN 0 THEN 'PUBLIC' ELSE (SELECT rolname::text FROM pg_roles WHERE oid = ${oid}) END`;
export const privileges = (acl: string) =>
  `(SELECT string_agg(p, ', ' ORDER BY p COLLATE "C") FROM (SELECT format('%s: %s%s by %s', ${who("x.grantee")}, x.privilege_type, CASE WHEN x.is_grantable THEN '*' ELSE '' END, ${who("x.grantor")}) AS p FROM aclexplode(${acl}) AS x) AS y)`;

/** Of a catalog's own objects, alias `o`. */
export const each = (catalog: string, kind: string, aspect: string, value: string, where = "true"): FactQuery => ({
  kind,
  sql: `SELECT ${name(catalog, "o.oid")} AS name, '${aspect}' AS aspect, ${value} AS value FROM ${catalog} AS o JOIN judged AS j ON j.classid = '${catalog}'::regclass AND j.objid = o.oid WHERE ${where}`,
});
export const isAggregate = "coalesce(to_jsonb(o) ->> 'prokind', CASE WHEN (to_jsonb(o) ->> 'proisagg')::boolean THEN 'a' END, 'f') = 'a'";
export const type = (oid: string) => `CASE WHEN ${oid} <> 0 THEN format_type(${oid}, NULL) END`;
export const operator = (oid: string) => `CASE WHEN ${oid} <> 0 THEN ${oid}::oid::regoperator::text END`;
export const called = (proc: string) => `CASE WHEN ${proc}::oid <> 0 THEN ${proc}::oid::regprocedure::text END`;

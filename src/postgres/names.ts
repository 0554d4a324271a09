/**
 * Quotes a name so that it means itself, whatever it holds.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."name"`, or `"name"` where there is no schema. */
export function qualifiedName(schema: string | undefined, name: string): string {
  return schema === undefined ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`;
}

/**
 * A text as an SQL literal, for statements that take no parameters. Relies on
 * `standard_conforming_strings = on`, which every session sets; a NUL has no place in PostgreSQL.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS
 */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** How people see a name: quoted only where PostgreSQL would need it, e.g. `public.users`, `"Odd name".t`. */
export function shownName(schema: string | undefined, name: string): string {
  const shown = (part: string) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : quoteName(part));
  return schema === undefined ? shown(name) : `${shown(schema)}.${shown(name)}`;
}

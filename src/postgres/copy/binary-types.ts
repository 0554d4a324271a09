import type { Session } from "../connect/session.ts";

export interface TablePair {
  readonly source: { readonly schema: string; readonly name: string };
  readonly destination: { readonly schema: string; readonly name: string };
  /** Names at the source and at the destination, of those that travel. */
  readonly columns: readonly { readonly source: string; readonly destination: string }[];
}

/**
 * Which tables' rows mean the same in binary on both sides: those of which every column has the same built-in
 * type at both, in a format that no supported version has changed. Not those whose binary form is an OID or
 * whose meaning is a setting's, and none that a user or an extension made: their OIDs differ between databases,
 * and their formats between versions.
 *
 * @returns one answer a table, in their order
 * @see https://www.postgresql.org/docs/current/sql-copy.html "Binary Format"
 */
export async function typesMatchForBinary(source: Session, destination: Session, tables: readonly TablePair[]): Promise<boolean[]> {
  const answers: boolean[] = [];
  for (let at = 0; at < tables.length; at += PAGE) {
    const page = tables.slice(at, at + PAGE);
    const from = await safeColumns(
      source,
      page.map((table) => table.source),
    );
    const to = await safeColumns(
      destination,
      page.map((table) => table.destination),
    );
    for (const [index, { columns }] of page.entries()) {
      const [left, right] = [from.get(index), to.get(index)];
      answers.push(columns.every((column) => left?.has(column.source) === true && left.get(column.source) === right?.get(column.destination)));
    }
  }
  return answers;
}

const PAGE = 1000;

/** OIDs of types by column, by the table's place in the list; columns of other types are left out. */
async function safeColumns(session: Session, tables: readonly { readonly schema: string; readonly name: string }[]): Promise<Map<number, Map<string, number>>> {
  const rows = await session.query<{ at: number; name: string; type: number }>(SAFE, [tables.map(({ schema }) => schema), tables.map(({ name }) => name)]);
  const columns = new Map<number, Map<string, number>>();
  for (const { at, name, type } of rows) {
    const table = columns.get(at) ?? new Map<string, number>();
    table.set(name, type);
    columns.set(at, table);
  }
  return columns;
}

/**
 * Types below 16384 are initdb's, whose OIDs never change. Base, range and multirange types and arrays of such.
 * `unnest` of several arrays is syntax that takes no schema.
 * OID aliases travel as numbers that mean another object elsewhere; money is a number of cents or of yen.
 */
const SAFE = `
SELECT (t.at - 1)::int4 AS at, a.attname::text AS name, y.oid::int4 AS type
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t(schema, name, at)
  JOIN pg_catalog.pg_namespace s ON s.nspname = t.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relname = t.name
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_type e ON e.oid = y.typelem AND y.typlen = -1
 WHERE y.oid < 16384 AND y.typtype IN ('b', 'r', 'm') AND coalesce(e.typtype, 'b') IN ('b', 'r', 'm')
   AND y.typsend <> 0 AND y.typreceive <> 0 AND coalesce(e.typsend, 1) <> 0 AND coalesce(e.typreceive, 1) <> 0
   AND coalesce(e.typname, y.typname) !~ '^(reg|money$|xml$|pg_|aclitem$)'`;

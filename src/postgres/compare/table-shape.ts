import type { Session } from "../connect/session.ts";
import type { RelationName } from "./types.ts";
import type { TypeShape, TypeShapes } from "./value-text.ts";

export interface ColumnShape {
  readonly name: string;
  readonly type: number;
  /** With its length or precision, as PostgreSQL prints it with an empty search path. */
  readonly declared: string;
  /** Of the type beneath its domains: one of PostgreSQL's own, or undefined. */
  readonly builtin: string | undefined;
  /** Whether a length or precision is declared. */
  readonly limited: boolean;
}

export interface TableShape {
  /** `pg_class.relkind`. */
  readonly kind: string;
  /** Kept in the heap, so that its rows can be read by ranges of blocks. */
  readonly heap: boolean;
  /** Blocks of 8 KiB of the table itself. */
  readonly blocks: number;
  readonly columns: ReadonlyMap<string, ColumnShape>;
}

/** What a server's catalog says of the tables of one page. */
export interface Shapes {
  /** In the order asked for; undefined where there is no such table. */
  readonly tables: readonly (TableShape | undefined)[];
  readonly types: TypeShapes;
}

interface TableRow {
  readonly n: string;
  readonly kind: string;
  readonly heap: boolean;
  readonly blocks: string;
  readonly columns: string;
}

const TABLES = `
SELECT w.n::text AS n, c.relkind::text AS kind,
  %HEAP% AND c.relkind IN ('r', 'm', 't') AS heap,
  (CASE WHEN c.relkind IN ('r', 'm', 't') THEN pg_relation_size(c.oid) ELSE 0 END / current_setting('block_size')::int8)::text AS blocks,
  (SELECT coalesce(json_agg(json_build_array(a.attname, a.atttypid::int8, format_type(a.atttypid, a.atttypmod), a.atttypmod)), '[]')
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text AS columns
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w(schema, name, n)
JOIN pg_namespace s ON s.nspname = w.schema
JOIN pg_class c ON c.relnamespace = s.oid AND c.relname = w.name AND c.relkind IN ('r', 'p', 'm', 'v', 'f', 't')
`;

const TYPES = `
SELECT t.oid::int8::text AS oid, CASE WHEN s.nspname = 'pg_catalog' THEN t.typname::text END AS builtin, t.typtype::text AS kind,
  t.typlen = -1 AND t.typelem <> 0 AS "isArray", t.typtypmod <> -1 AS limited,
  CASE t.typtype WHEN 'd' THEN t.typbasetype WHEN 'r' THEN (SELECT rngsubtype FROM pg_range WHERE rngtypid = t.oid) ELSE t.typelem END::int8::text AS of,
  (SELECT coalesce(json_agg(json_build_array(a.attname, a.atttypid::int8) ORDER BY a.attnum), '[]')
    FROM pg_attribute a WHERE a.attrelid = t.typrelid AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped)::text AS fields
FROM pg_type t JOIN pg_namespace s ON s.oid = t.typnamespace
WHERE t.oid = ANY ($1::oid[])
`;

interface TypeRow {
  readonly oid: string;
  readonly builtin: string | null;
  readonly kind: string;
  readonly isArray: boolean;
  readonly limited: boolean;
  readonly of: string;
  readonly fields: string;
}

/** Reads what the tables and the types of their columns are made of. */
export async function readShapes(session: Session, names: readonly RelationName[]): Promise<Shapes> {
  const heap = session.version >= 120_000 ? "(SELECT amname FROM pg_am WHERE oid = c.relam) = 'heap'" : "true";
  const rows = await session.query<TableRow & Record<string, unknown>>(TABLES.replace("%HEAP%", `coalesce(${heap}, false)`), [
    names.map(({ schema }) => schema),
    names.map(({ name }) => name),
  ]);
  const columns = rows.map((row) => JSON.parse(row.columns) as readonly (readonly [string, number, string, number])[]);
  const { types, limited } = await readTypes(session, new Set(columns.flat().map(([, type]) => type)));
  const tables = Array.from<TableShape | undefined>({ length: names.length });
  for (const [index, row] of rows.entries()) {
    const shapes = (columns[index] ?? []).map(([name, type, declared, modifier]): readonly [string, ColumnShape] => [
      name,
      { name, type, declared, builtin: beneath(type, types), limited: modifier >= 0 || limited.has(type) },
    ]);
    tables[Number(row.n) - 1] = { kind: row.kind, heap: row.heap, blocks: Number(row.blocks), columns: new Map(shapes) };
  }
  return { tables, types };
}

async function readTypes(session: Session, wanted: ReadonlySet<number>): Promise<{ types: TypeShapes; limited: ReadonlySet<number> }> {
  const types = new Map<number, TypeShape>();
  const limited = new Set<number>();
  let next = [...wanted];
  while (next.length > 0) {
    const rows = await session.query<TypeRow & Record<string, unknown>>(TYPES, [next]);
    const found = new Set<number>();
    for (const row of rows) {
      const of = Number(row.of);
      const fields = (JSON.parse(row.fields) as readonly (readonly [string, number])[]).map(([name, type]) => ({ name, type }));
      types.set(Number(row.oid), { builtin: row.builtin ?? undefined, kind: kindOf(row), of: of === 0 ? undefined : of, fields });
      if (row.limited) limited.add(Number(row.oid));
      if (of !== 0) found.add(of);
      for (const field of fields) found.add(field.type);
    }
    next = [...found].filter((type) => !types.has(type));
    // A type that the catalog does not show (it was dropped meanwhile) would be asked for without end.
    if (rows.length === 0) break;
  }
  return { types, limited };
}

function kindOf({ kind, isArray }: TypeRow): TypeShape["kind"] {
  if (kind === "d") return "domain";
  if (kind === "c") return "composite";
  if (kind === "r") return "range";
  if (kind === "b") return isArray ? "array" : "base";
  return "other";
}

function beneath(type: number, types: TypeShapes): string | undefined {
  let shape = types.get(type);
  while (shape?.kind === "domain" && shape.of !== undefined) shape = types.get(shape.of);
  return shape?.kind === "base" ? shape.builtin : undefined;
}

import { qualifiedName, quoteLiteral, quoteName } from "../names.ts";

/** A part of a table's rows. The parts of one table hold each row exactly once. */
export type RowRange =
  | { readonly kind: "all" }
  /** Rows in the blocks from `from` on, up to and without `to`; undefined: to the very end. */
  | { readonly kind: "blocks"; readonly from: number; readonly to: number | undefined }
  /** Rows whose key, an integer, is at least `from` and less than `to`; undefined: without that limit. */
  | { readonly kind: "keys"; readonly column: string; readonly from: bigint | undefined; readonly to: bigint | undefined };

export interface CopySelection {
  readonly schema: string;
  readonly name: string;
  /** Those that travel, in this order: none that is generated. May be empty. */
  readonly columns: readonly string[];
  /**
   * A condition in SQL, as the user wrote it. It goes into the statement as it is: whoever takes it from a plan
   * has made sure that it is one expression.
   */
  readonly where?: string | undefined;
  readonly range?: RowRange | undefined;
  /** The table was created or emptied by the destination's open transaction, outside of any savepoint made since. */
  readonly freeze: boolean;
  readonly binary: boolean;
  /**
   * In which the rows travel; undefined: each session's client_encoding. Where both databases have the same one
   * nothing need be converted, and a database in SQL_ASCII may hold what is no text in any other.
   */
  readonly encoding?: string | undefined;
  /** `columns` where names differ: as many as at the source. */
  readonly destination: { readonly schema: string; readonly name: string; readonly columns?: readonly string[] | undefined };
}

export interface CopyStatements {
  /** `COPY … TO STDOUT` */
  readonly from: string;
  /** `COPY … FROM STDIN` */
  readonly to: string;
}

/**
 * The two statements that move a table's own rows: without those of tables that inherit from it. A partitioned
 * table has none of its own and cannot be read this way; its partitions are.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html
 */
export function copyStatements({ schema, name, columns, where, range, freeze, binary, encoding, destination }: CopySelection): CopyStatements {
  const shared = [...(binary ? ["FORMAT binary"] : []), ...(encoding === undefined ? [] : [`ENCODING ${quoteLiteral(encoding)}`])];
  const target = `${qualifiedName(destination.schema, destination.name)}${columnList(destination.columns ?? columns)}`;
  return {
    from: `COPY ${rowsOf({ schema, name, columns, where, range })} TO STDOUT${options(shared)}`,
    to: `COPY ${target} FROM STDIN${options(freeze ? [...shared, "FREEZE"] : shared)}`,
  };
}

/** Rows of a range as an SQL condition; undefined: all of them. */
export function rangeCondition(range: RowRange): string | undefined {
  const conditions: string[] = [];
  if (range.kind === "blocks") {
    // Rows are counted from 1, so that (n,0) comes before all that block n holds.
    if (range.from > 0) conditions.push(`ctid >= '(${range.from},0)'::pg_catalog.tid`);
    if (range.to !== undefined) conditions.push(`ctid < '(${range.to},0)'::pg_catalog.tid`);
  } else if (range.kind === "keys") {
    // As a quoted literal: -9223372036854775808 alone is the negation of a number that is too large.
    if (range.from !== undefined) conditions.push(`${quoteName(range.column)} >= '${range.from}'::pg_catalog.int8`);
    if (range.to !== undefined) conditions.push(`${quoteName(range.column)} < '${range.to}'::pg_catalog.int8`);
  }
  return conditions.length === 0 ? undefined : conditions.join(" AND ");
}

/** A plain table reads its own rows only; so does ONLY. */
function rowsOf({ schema, name, columns, where, range }: Pick<CopySelection, "schema" | "name" | "columns" | "where" | "range">): string {
  const table = qualifiedName(schema, name);
  const conditions = [...(where === undefined ? [] : [`(\n${where}\n)`]), ...(range === undefined ? [] : [rangeCondition(range) ?? []].flat())];
  // `COPY t ()` is no syntax, and `COPY t` would be all columns.
  if (conditions.length === 0 && columns.length > 0) return `${table}${columnList(columns)}`;
  const condition = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  return `(SELECT ${columns.map(quoteName).join(", ")} FROM ONLY ${table}${condition})`;
}

/** No list means all columns but generated ones: the same where there is none that travels. */
function columnList(columns: readonly string[]): string {
  return columns.length === 0 ? "" : ` (${columns.map(quoteName).join(", ")})`;
}

function options(list: readonly string[]): string {
  return list.length === 0 ? "" : ` WITH (${list.join(", ")})`;
}

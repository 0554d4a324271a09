import { quoteName } from "../names.ts";

/** What a type is made of, as the catalog of one server says. */
export interface TypeShape {
  /** Of a type of PostgreSQL's own: `int4`; else undefined. */
  readonly builtin: string | undefined;
  readonly kind: "base" | "domain" | "array" | "composite" | "range" | "other";
  /** OIDs: what a domain is over, an array's elements, a range's bounds. */
  readonly of: number | undefined;
  /** Of a composite type, in order. */
  readonly fields: readonly { readonly name: string; readonly type: number }[];
}

export type TypeShapes = ReadonlyMap<number, TypeShape>;

/** Types made of floats whose binary form holds nothing but them: no OIDs, no text. */
const SEND: ReadonlyMap<string, string> = new Map(["point", "lseg", "line", "box", "path", "circle"].map((name) => [name, `${name}_send`])).set(
  "polygon",
  "poly_send",
);

/**
 * An expression that is the same on any two servers exactly where the value is the same, for types
 * whose text depends on the server's version: before 12 a float prints as 17 digits or as rounded
 * ones, from then on as the shortest that reads back. So floats become their bits, also inside
 * arrays, composites, ranges, domains and geometric types. `array_send` and `record_send` would not
 * do: they hold OIDs of types.
 *
 * @param value an expression without side effects; it may be repeated
 * @returns undefined where the type's own text is the same in every version
 * @see https://www.postgresql.org/docs/12/release-12.html (extra_float_digits)
 */
export function exactValue(value: string, type: number, shapes: TypeShapes, depth = 0): string | undefined {
  const shape = shapes.get(type);
  if (shape === undefined) return undefined;
  const { builtin, kind, of } = shape;
  if (builtin === "float4" || builtin === "float8") return floatBits(value, builtin);
  const send = builtin === undefined ? undefined : SEND.get(builtin);
  if (send !== undefined) return `${send}(${value})`;
  if (of !== undefined) {
    if (kind === "domain") return exactValue(value, of, shapes, depth);
    if (kind === "array") return arrayText(value, of, shapes, depth);
    if (kind === "range") return rangeText(value, of, shapes, depth);
  }
  return kind === "composite" ? compositeText(value, shape, shapes, depth) : undefined;
}

/** Not-a-numbers have many bit patterns and one text. */
export function floatBits(value: string, type: "float4" | "float8"): string {
  return `${type}send(CASE WHEN ${value} = 'NaN' THEN 'NaN'::${type} ELSE ${value} END)`;
}

function arrayText(value: string, element: number, shapes: TypeShapes, depth: number): string | undefined {
  const name = `e${depth}`;
  const exact = exactValue(`${name}.x`, element, shapes, depth + 1);
  if (exact === undefined) return undefined;
  // In the select list, since unnest as a table would take composites apart.
  return orNull(value, `ROW(array_dims(${value}), ARRAY(SELECT ROW(${exact})::text FROM (SELECT unnest(${value}) AS x) AS ${name}))`);
}

function rangeText(value: string, bound: number, shapes: TypeShapes, depth: number): string | undefined {
  const lower = exactValue(`lower(${value})`, bound, shapes, depth);
  const upper = exactValue(`upper(${value})`, bound, shapes, depth);
  if (lower === undefined || upper === undefined) return undefined;
  const flags = ["isempty", "lower_inc", "upper_inc", "lower_inf", "upper_inf"].map((name) => `${name}(${value})`);
  return orNull(value, `ROW(${[...flags, lower, upper].join(", ")})`);
}

function compositeText(value: string, { fields }: TypeShape, shapes: TypeShapes, depth: number): string | undefined {
  let any = false;
  const parts = fields.map((field) => {
    const part = `(${value}).${quoteName(field.name)}`;
    const exact = exactValue(part, field.type, shapes, depth);
    any ||= exact !== undefined;
    return exact ?? part;
  });
  return any ? orNull(value, `ROW(${parts.join(", ")})`) : undefined;
}

/** `IS NULL` would hold for a row of nulls too. */
function orNull(value: string, row: string): string {
  return `CASE WHEN ${value} IS NOT DISTINCT FROM NULL THEN NULL ELSE ${row}::text END`;
}

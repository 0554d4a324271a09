import { quoteName } from "../names.ts";
import { type ChainLink, type HashPlan, isChained, recordHash, textHash } from "./hashing.ts";
import type { ColumnShape, TableShape } from "./table-shape.ts";
import type { TablePair } from "./types.ts";
import { exactValue, floatBits, type TypeShapes } from "./value-text.ts";

/** One side's table with what the catalog says of it. */
export interface TableSide {
  readonly schema: string;
  readonly name: string;
  readonly shape: TableShape;
  readonly types: TypeShapes;
}

/** Expressions over one side's table. Both sides' give the same for the same row. */
export interface RowExpressions {
  /** int8: of the whole row. */
  readonly rowHash: string;
  /** int8: of the key; undefined where the table has none. */
  readonly keyHash: string | undefined;
  /** text: of the key. */
  readonly keyText: string | undefined;
  /** The key's columns as people read them. */
  readonly keyValues: readonly string[];
  /** int8 a column, in the pair's order. */
  readonly columnHashes: readonly string[];
  /** The only column of a key, where it is a whole number. */
  readonly number: string | undefined;
  /** Key columns whose values can be looked up by an index, with the type of their parameters. */
  readonly lookups: readonly { readonly column: string; readonly type: string; readonly at: number }[];
}

/**
 * Types whose hash tells any two texts of them apart, beside those that are chained. Neither: float (-0 = 0),
 * numeric (1 and 1.0, 1 and -1, NaN and NULL have one hash), character without a length (blanks at the end),
 * interval (30 days = 1 month), arrays (bounds are not hashed), enums (their OIDs are), times (their halves
 * are folded).
 */
const PLAIN = new Set(["date", "bytea"]);
/** Types of which the binary form is hashed: it is cheaper to make than a text. */
const SENT = new Set(["numeric", "time", "timestamp", "timestamptz"]);
const WHOLE = new Set(["int2", "int4", "int8"]);
/** Types of which equal texts are equal values to an index, whatever the search path. */
const LOOKUPS = new Set([...PLAIN, ...SENT, ...WHOLE, "bool", "oid", "uuid", "text", "varchar", "name"]);

export function rowExpressions(pair: TablePair, side: TableSide, other: TableSide, { hashing, floatBits: bits }: HashPlan): RowExpressions {
  const table = quoteName(side.name);
  const columns = pair.columns.map((name) => describe(name));
  const key = (pair.primaryKey ?? []).map((name) => describe(name));

  function describe(name: string): Described {
    const reference = `${table}.${quoteName(name)}`;
    const column = side.shape.columns.get(name);
    const twin = other.shape.columns.get(name);
    // The caller has refused pairs that lack a column.
    if (column === undefined || twin === undefined) throw new Error(`no column ${name}`);
    const alike = column.declared === twin.declared && column.builtin === twin.builtin;
    // Of different types only the texts can be the same.
    const exact = bits && alike ? exactValue(reference, column.type, side.types) : undefined;
    const isRecord = hashing === "record" && alike;
    const link = isRecord ? linkOf(reference, column) : undefined;
    return { reference, column, value: exact ?? reference, link, plain: isRecord && link === undefined ? plainValue(reference, column) : undefined };
  }

  const hash = (described: readonly Described[]) => {
    const links = described.flatMap((each) => each.link ?? []);
    const plain = described.flatMap((each) => each.plain ?? []);
    if (links.length + plain.length === 0) return textHash(rowText(described), hashing);
    const rest = described.filter((each) => each.link === undefined && each.plain === undefined);
    return recordHash(links, rest.length === 0 ? plain : [...plain, `${rowText(rest)} COLLATE "C"`]);
  };

  const [first] = key;
  return {
    rowHash: hash(columns),
    keyHash: key.length === 0 ? undefined : hash(key),
    keyText: key.length === 0 ? undefined : rowText(key),
    // format() goes through the type's output, which a cast to text need not do.
    keyValues: key.map(({ reference }) => `CASE WHEN ${reference} IS NOT NULL THEN format('%s', ${reference}) END`),
    columnHashes: columns.map((column) => textHash(rowText([column]), hashing)),
    number: key.length === 1 && first !== undefined && WHOLE.has(first.column.builtin ?? "") ? first.reference : undefined,
    lookups: key.flatMap(({ reference, column: { builtin } }, at) =>
      builtin !== undefined && LOOKUPS.has(builtin) ? [{ column: reference, type: `pg_catalog.${quoteName(builtin)}`, at }] : [],
    ),
  };
}

interface Described {
  readonly reference: string;
  readonly column: ColumnShape;
  /** Whose text is the same on both sides. */
  readonly value: string;
  /** Hashed on top of what was hashed before it. */
  readonly link: ChainLink | undefined;
  /** What else can be hashed without its text. */
  readonly plain: string | undefined;
}

/** Columns are listed, never `*`: dropped ones, other orders and column lists would make rows differ. */
function rowText(columns: readonly Described[]): string {
  return `ROW(${columns.map(({ value }) => value).join(", ")})::text`;
}

function linkOf(reference: string, { builtin, limited }: ColumnShape): ChainLink | undefined {
  if (!isChained(builtin) || (builtin === "bpchar" && !limited)) return undefined;
  // Of a domain it is the value without its checks.
  return { builtin, value: `${reference}::pg_catalog.${quoteName(builtin)}` };
}

function plainValue(reference: string, { builtin }: ColumnShape): string | undefined {
  if (builtin === undefined) return undefined;
  if (PLAIN.has(builtin)) return reference;
  if (SENT.has(builtin)) return `${builtin}_send(${reference})`;
  return builtin === "float4" || builtin === "float8" ? floatBits(reference, builtin) : undefined;
}

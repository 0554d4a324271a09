import type { Session } from "../connect/session.ts";

/**
 * How rows become 64 bits, the same on both servers.
 *
 * - `record`: columns are hashed as they are, from 14 on; takes about a third of the time, for no text is made
 * - `text`: the row's text is hashed, from 11 on
 * - `md5`: half of the text's MD5: for 10, and where servers hash the same text to different numbers
 * - `utf8`: the same over the text in UTF-8, where the databases are of different encodings
 */
export type Hashing = "record" | "text" | "md5" | "utf8";

export interface HashPlan {
  readonly hashing: Hashing;
  /** A side is older than 12, so floats have no text that is the same on both. */
  readonly floatBits: boolean;
}

/** A column whose hash takes a seed. */
export interface ChainLink {
  /** A key of `CHAINED`. */
  readonly builtin: string;
  readonly value: string;
}

interface Chained {
  /** What stands for a null. */
  readonly none: string;
  /** Of a value that is not null, with the hash before it as its seed. */
  hash(value: string, seed: string): string;
  /** In a record, where that is more than the value. */
  element?(value: string): string;
}

/** One collation may call different texts equal; this one does not. */
const inBytes = (value: string) => `${value} COLLATE "C"`;

/** By type. Each hash tells any two values apart. */
const CHAINED: ReadonlyMap<string, Chained> = new Map<string, Chained>([
  ["bool", { none: "false", hash: (value, seed) => `hashint4extended(${value}::int4, ${seed})` }],
  ["int2", { none: "0", hash: (value, seed) => `hashint4extended(${value}, ${seed})` }],
  ["int4", { none: "0", hash: (value, seed) => `hashint4extended(${value}, ${seed})` }],
  // Its hash folds the halves: the upper one is hashed before.
  [
    "int8",
    {
      none: "0",
      hash: (value, seed) => `hashint8extended(${value}, hashint4extended((${value} >> 32)::int4, ${seed}))`,
      element: (value) => `${value}, (${value} >> 32)::int4`,
    },
  ],
  ["oid", { none: "0", hash: (value, seed) => `hashoidextended(${value}, ${seed})` }],
  ["uuid", { none: "'00000000-0000-0000-0000-000000000000'", hash: (value, seed) => `uuid_hash_extended(${value}, ${seed})` }],
  ["text", { none: "''", hash: (value, seed) => `hashtextextended(${inBytes(value)}, ${seed})`, element: inBytes }],
  ["varchar", { none: "''", hash: (value, seed) => `hashtextextended(${inBytes(value)}, ${seed})`, element: inBytes }],
  // Of a declared length only: blanks at the end are not hashed.
  ["bpchar", { none: "''", hash: (value, seed) => `hashbpcharextended(${inBytes(value)}, ${seed})`, element: inBytes }],
]);

/** Expressions within expressions take the server's stack: more columns than this are hashed as a record. */
const LONGEST_CHAIN = 100;

export function isChained(builtin: string | undefined): builtin is string {
  return builtin !== undefined && CHAINED.has(builtin);
}

/** Values of every type that `record` hashes. Short and long texts take different ways through the hash. */
const recordProbe = () => `SELECT hashint4extended(0, hash_record_extended(ROW(
  true, false, 1::int2, -2::int4, 3::int8, -3::int8, 4::oid, date '2001-02-03', uuid 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  '\\x00ff10'::bytea, numeric_send(-1.50), float8send(0.1), timestamptz_send('2001-02-03 04:05:06.7+00'), 'x'::text COLLATE "C",
  repeat('tide', 20) COLLATE "C", 'ab'::character(5) COLLATE "C", NULL::int4, '(1,"a b")'::text COLLATE "C"), 0))::text || ' ' ||
  ${chainHash(
    "0::int8",
    [
      ["int2", "7::int2"],
      ["int4", "-8"],
      ["int8", "-9::int8"],
      ["oid", "10::oid"],
      ["uuid", "uuid 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"],
      ["text", "'tide'::text"],
      ["varchar", "repeat('mark', 20)::varchar"],
      ["bpchar", "'ab'::character(5)"],
      ["bool", "NULL::bool"],
    ].map(([builtin = "", value = ""]) => ({ builtin, value })),
  )}::text AS probe`;
const TEXT_PROBE = `SELECT hashtextextended('tide' COLLATE "C", 0)::text || hashtextextended(repeat('tidemark ', 20) COLLATE "C", 0)::text AS probe`;

/**
 * Chooses the fastest hash that both servers compute alike. Tried, not inferred from versions:
 * the order of bytes in a machine's words changes these hashes as well.
 */
export async function chooseHashing(source: Session, destination: Session): Promise<HashPlan> {
  const oldest = Math.min(source.version, destination.version);
  const floatBits = oldest < 120_000;
  const same = async (sql: string) => {
    const [a, b] = await Promise.all([source, destination].map((session) => session.query<{ probe: string }>(sql)));
    return a?.[0]?.probe === b?.[0]?.probe;
  };
  const encodings = await Promise.all([source, destination].map(encodingOf));
  // Bytes of SQL_ASCII are of no known encoding: they can only be taken as they are.
  if (encodings[0] !== encodings[1] && !encodings.includes("SQL_ASCII")) return { hashing: "utf8", floatBits };
  if (oldest >= 140_000 && (await same(recordProbe()))) return { hashing: "record", floatBits };
  if (oldest >= 110_000 && (await same(TEXT_PROBE))) return { hashing: "text", floatBits };
  return { hashing: "md5", floatBits };
}

async function encodingOf(session: Session): Promise<string | undefined> {
  const [row] = await session.query<{ encoding: string }>("SELECT current_setting('server_encoding') AS encoding");
  return row?.encoding;
}

/** Eight bytes of a text, as int8. NULL stays NULL. */
export function textHash(text: string, hashing: Hashing): string {
  // The collation decides nothing then: bytes are hashed.
  if (hashing === "record" || hashing === "text") return `hashtextextended((${text}) COLLATE "C", 0)`;
  const bytes = hashing === "utf8" ? `convert_to(${text}, 'UTF8')` : text;
  return `('x' || substr(md5(${bytes}), 1, 16))::bit(64)::int8`;
}

/**
 * Eight bytes of a row whose columns all have a hash that tells values apart as their texts do.
 *
 * A column whose hash takes a seed gets what was hashed before it, which costs less than making a record. The
 * others are hashed as one first. The hash of a record is a weighted sum over its columns, so adding it up over
 * rows would be blind to values that changed places between rows. As the seed of another hash it no longer is. As its
 * argument it would be folded to four bytes.
 */
export function recordHash(links: readonly ChainLink[], others: readonly string[]): string {
  const chain = links.slice(0, LONGEST_CHAIN);
  const record = [...others, ...links.slice(LONGEST_CHAIN).map(({ builtin, value }) => CHAINED.get(builtin)?.element?.(value) ?? value)];
  const seed = record.length === 0 ? "0::int8" : `hash_record_extended(ROW(${record.join(", ")}), 0)`;
  return chain.length === 0 ? `hashint4extended(0, ${seed})` : chainHash(seed, chain);
}

/** Nulls have no hash: instead they change the seed, also where the catalog says that there are none, which may be declared and never proven. */
function chainHash(seed: string, links: readonly ChainLink[]): string {
  return links.reduce((before, { builtin, value }) => {
    const link = CHAINED.get(builtin);
    if (link === undefined) throw new Error(`no hash of ${builtin} takes a seed`);
    return link.hash(`coalesce(${value}, ${link.none})`, `(${before} # CASE WHEN ${value} IS NULL THEN 1::int8 ELSE 0::int8 END)`);
  }, seed);
}

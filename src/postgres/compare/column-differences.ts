import { allDone } from "./all-done.ts";
import type { KeyDifference } from "./merge-rows.ts";
import { from, type ReadableSide, whereAll } from "./sums.ts";

/** Hashes of columns that one query gives, at most: bounds a page's memory. */
const PAGE_HASHES = 20_000;

/**
 * Finds which columns differ of rows that both sides have under the same key.
 *
 * @returns by canonical key; without those whose key occurs several times on a side
 */
export async function columnDifferences(
  columns: readonly string[],
  rows: readonly KeyDifference[],
  source: ReadableSide,
  destination: ReadableSide,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const size = Math.max(1, Math.floor(PAGE_HASHES / Math.max(1, columns.length)));
  for (let at = 0; at < rows.length; at += size) {
    const page = rows.slice(at, at + size);
    const [left, right] = await allDone([hashesOf(source, page), hashesOf(destination, page)]);
    for (const [key, hashes] of left) {
      const others = right.get(key);
      if (hashes !== undefined && others !== undefined)
        found.set(
          key,
          columns.filter((_, index) => hashes[index] !== others[index]),
        );
    }
  }
  return found;
}

/** undefined for a key that occurs several times. */
async function hashesOf(side: ReadableSide, rows: readonly KeyDifference[]): Promise<ReadonlyMap<string, readonly string[] | undefined>> {
  const { keyText, columnHashes, lookups } = side.expressions;
  // The texts decide. The columns' own values are there for an index.
  const conditions = lookups.map(({ column, type, at }, index) => ({
    sql: `${column} = ANY ($${index + 2}::${type}[])`,
    values: rows.map(({ keyValues }) => keyValues[at] ?? null),
  }));
  const answer = await side.sessions.use((session) =>
    session.query<{ t: string; h: string }>(
      `SELECT ${keyText ?? "''"} AS t, array_to_string(ARRAY[${columnHashes.join(", ")}]::int8[], ',', '') AS h FROM ${from(side)}${whereAll([
        side.where,
        ...conditions.map(({ sql }) => sql),
        `${keyText ?? "''"} = ANY ($1::text[])`,
      ])}`,
      [rows.map((row) => row.keyText), ...conditions.map(({ values }) => values)],
    ),
  );
  const hashes = new Map<string, readonly string[] | undefined>();
  for (const { t, h } of answer) hashes.set(t, hashes.has(t) ? undefined : h.split(","));
  return hashes;
}

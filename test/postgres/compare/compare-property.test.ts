import fc from "fast-check";
import { expect, test } from "vitest";
import { makeDatabase, type TestDatabase } from "../../support/postgres/databases.ts";
import type { Major } from "../../support/postgres/servers.ts";
import { compareOne, pairOf } from "./compare-databases.ts";

type Row = readonly [id: number, name: string | null, n: number];

const row: fc.Arbitrary<Row> = fc.tuple(
  fc.integer({ min: -4, max: 4 }),
  fc.constantFrom("", "a", "b", "null", "(,)", null),
  fc.constantFrom(0, 0.1, 0.3, -0.5),
);
const table = fc.array(row, { maxLength: 12 });

async function fill(db: TestDatabase, rows: readonly Row[]): Promise<void> {
  await db.sql("TRUNCATE t");
  if (rows.length === 0) return;
  const values = rows.map(([id, name, n]) => `(${id}, ${name === null ? "NULL" : `'${name}'`}, ${n})`);
  await db.sql(`INSERT INTO t VALUES ${values.join(", ")}`);
}

function countOf(rows: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of rows) counts.set(each, (counts.get(each) ?? 0) + 1);
  return counts;
}

/** What differs, by looking at every row. */
function naive(source: readonly Row[], destination: readonly Row[], keyed: boolean): readonly string[] {
  const found: string[] = [];
  const keys = new Set([...source, ...destination].map((each) => (keyed ? String(each[0]) : JSON.stringify(each))));
  for (const key of keys) {
    const under = (rows: readonly Row[]) =>
      countOf(rows.filter((each) => (keyed ? String(each[0]) : JSON.stringify(each)) === key).map((each) => JSON.stringify(each)));
    const [a, b] = [under(source), under(destination)];
    let [missing, extra] = [0, 0];
    for (const text of new Set([...a.keys(), ...b.keys()])) {
      const distance = (a.get(text) ?? 0) - (b.get(text) ?? 0);
      if (distance > 0) missing += distance;
      else extra -= distance;
    }
    const both = Math.min(missing, extra);
    const shown = keyed ? ` (id)=(${key})` : "";
    for (let i = 0; i < both; i++) found.push(`different${shown}`);
    for (let i = both; i < missing; i++) found.push(`missing${shown}`);
    for (let i = both; i < extra; i++) found.push(`extra${shown}`);
  }
  return found.sort();
}

test.each<readonly [Major, Major]>([
  [10, 18],
  [13, 15],
  [15, 18],
])("%d to %d: finds what a comparison of every row finds", async (from, to) => {
  await using source = await makeDatabase(from);
  await using destination = await makeDatabase(to);
  for (const db of [source, destination]) await db.sql("CREATE TABLE t (id int, name text, n float8)");
  await fc.assert(
    fc.asyncProperty(table, table, fc.boolean(), fc.boolean(), async (left, right, keyed, same) => {
      const other = same ? [...left].reverse() : right;
      await Promise.all([fill(source, left), fill(destination, other)]);
      const result = await compareOne(source, destination, pairOf("t", ["id", "name", "n"], { primaryKey: keyed ? ["id"] : undefined }));
      const expected = naive(left, other, keyed);
      expect(result.differences.map(({ difference, rowKey }) => (keyed ? `${difference} ${rowKey}` : difference)).sort()).toEqual(expected);
      expect(result.equal).toBe(expected.length === 0);
    }),
    { numRuns: 40 },
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Session } from "../../../src/postgres/connect/session.ts";
import { importSnapshot, holdSnapshot } from "../../../src/postgres/copy/snapshot.ts";
import { blockRanges, keyRanges, splitTable } from "../../../src/postgres/copy/split.ts";
import { rangeCondition, type RowRange } from "../../../src/postgres/copy/statements.ts";
import { makeDatabase } from "../../support/postgres/databases.ts";
import { MAJORS } from "../../support/postgres/servers.ts";
import { sessionTo } from "./sessions.ts";

const LONGEST = 2n ** 63n;
const int8 = fc.oneof(fc.bigInt({ min: -LONGEST, max: LONGEST - 1n }), fc.bigInt({ min: -5n, max: 5n }), fc.constantFrom(-LONGEST, LONGEST - 1n));

describe("properties", () => {
  test("every number is in exactly one range of keys", () => {
    fc.assert(
      fc.property(int8, int8, fc.integer({ min: 1, max: 40 }), fc.array(int8), (one, other, parts, values) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        const ranges = keyRanges("k", low, high, parts);
        expect(ranges.length).toBeLessThanOrEqual(parts);
        for (const value of [low, high, ...values]) expect(ranges.filter((range) => holdsKey(range, value))).toHaveLength(1);
        // None is empty by construction.
        for (const range of ranges)
          if (range.kind === "keys" && range.from !== undefined && range.to !== undefined) expect(range.to).toBeGreaterThan(range.from);
      }),
    );
  });

  test("every block is in exactly one range of blocks, also those that are added later", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(10_000)), (blocks, parts, values) => {
        const ranges = blockRanges(blocks, parts);
        expect(ranges.length).toBe(Math.max(1, Math.min(blocks, parts)));
        for (const value of [0, blocks, ...values]) expect(ranges.filter((range) => holdsBlock(range, value))).toHaveLength(1);
      }),
    );
  });
});

function holdsKey(range: RowRange, value: bigint): boolean {
  if (range.kind !== "keys") return range.kind === "all";
  return (range.from === undefined || value >= range.from) && (range.to === undefined || value < range.to);
}

function holdsBlock(range: RowRange, value: number): boolean {
  if (range.kind !== "blocks") return range.kind === "all";
  return value >= range.from && (range.to === undefined || value < range.to);
}

function split(session: Session, name: string, parts: number): Promise<readonly RowRange[]> {
  return splitTable({ session, schema: "public", name, bytes: 1000, parts, partBytes: 1 });
}

/** Values of all parts, one after the other. */
async function readParts(session: Session, name: string, ranges: readonly RowRange[], column = "v"): Promise<unknown[]> {
  const read: unknown[] = [];
  for (const range of ranges) {
    const rows = await session.query<{ v: unknown }>(`SELECT ${column} AS v FROM ONLY public.${name} WHERE ${rangeCondition(range) ?? "true"}`);
    read.push(...rows.map(({ v }) => v));
  }
  return read;
}

const TABLES: readonly (readonly [string, string])[] = [
  ["filled", "INSERT INTO public.t SELECT i, i, repeat('x', 300) FROM generate_series(1, 3000) i"],
  ["holes", "INSERT INTO public.t SELECT i, i, repeat('x', 300) FROM generate_series(-1500, 1500) i; DELETE FROM public.t WHERE k BETWEEN -1000 AND 900"],
  [
    "extremes",
    "INSERT INTO public.t SELECT k, row_number() OVER () FROM (VALUES (-9223372036854775808), (-1), (0), (9223372036854775806), (9223372036854775807)) x (k)",
  ],
  ["one row", "INSERT INTO public.t VALUES (7, 1)"],
  ["no row", ""],
  ["emptied", "INSERT INTO public.t SELECT i, i FROM generate_series(1, 2000) i; DELETE FROM public.t"],
  ["updated", "INSERT INTO public.t SELECT i, i, repeat('x', 300) FROM generate_series(1, 2000) i; UPDATE public.t SET f = f || 'y' WHERE k % 3 = 0"],
];

describe.each(MAJORS)("PostgreSQL %i", (major) => {
  test.each(TABLES)("each row is in one part: %s", async (_name, fill) => {
    await using db = await makeDatabase(major);
    await db.sql(`CREATE TABLE public.t (k bigint PRIMARY KEY, v int, f text); ${fill}`);
    // Empty pages at the end go, those amid the table stay.
    await db.sql("VACUUM public.t");
    await using session = await sessionTo(db);
    const rows = (await session.query<{ v: number }>("SELECT v FROM public.t ORDER BY v")).map(({ v }) => v);
    for (const parts of [1, 2, 3, 8, 100]) {
      const ranges = await split(session, "t", parts);
      expect(ranges.length).toBeLessThanOrEqual(parts);
      expect((await readParts(session, "t", ranges)).sort((a, b) => Number(a) - Number(b))).toEqual(rows);
    }
  });

  test("a snapshot's rows, while others insert, update, delete and vacuum", async () => {
    await using db = await makeDatabase(major);
    await db.sql(
      "CREATE TABLE public.t (k bigint PRIMARY KEY, v int, f text); INSERT INTO public.t SELECT i, i, repeat('x', 300) FROM generate_series(1, 3000) i",
    );
    await using holder = await sessionTo(db);
    const held = await holdSnapshot(holder, [{ schema: "public", name: "t" }], { lockTimeoutMs: 1000 });
    const change = async (from: number) => {
      await db.sql(`INSERT INTO public.t SELECT i, i, repeat('y', 300) FROM generate_series(${from}, ${from + 1500}) i;
        INSERT INTO public.t SELECT -i, i, repeat('y', 300) FROM generate_series(${from}, ${from + 500}) i;
        UPDATE public.t SET f = f || 'z', k = k + 100000 WHERE k % 7 = 0; DELETE FROM public.t WHERE k % 5 = 0`);
      await db.sql("VACUUM public.t");
    };
    await using worker = await sessionTo(db);
    await importSnapshot(worker, held.id, { lockTimeoutMs: 1000 });
    await change(10_000);
    const ranges = await split(worker, "t", 5);
    expect(ranges).toHaveLength(5);
    await change(20_000);
    expect((await readParts(worker, "t", ranges)).sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 3000 }, (_, at) => at + 1));
    await held.release();
  });

  test("a parent's own rows", async () => {
    await using db = await makeDatabase(major);
    await db.sql(`CREATE TABLE public.t (k int PRIMARY KEY, v int, f text); INSERT INTO public.t SELECT i, i, repeat('x', 300) FROM generate_series(1, 500) i;
      CREATE TABLE public.child () INHERITS (public.t); INSERT INTO public.child SELECT i, -i FROM generate_series(-1000, 9000) i`);
    await using session = await sessionTo(db);
    const ranges = await split(session, "t", 4);
    expect(ranges).toHaveLength(4);
    expect(await readParts(session, "t", ranges)).toHaveLength(500);
  });
});

test("blocks are read by range from 14 on", async () => {
  await using db = await makeDatabase(15);
  await db.sql("CREATE TABLE public.t (v int, f text); INSERT INTO public.t SELECT i, repeat('x', 300) FROM generate_series(1, 3000) i; ANALYZE public.t");
  await using session = await sessionTo(db);
  const ranges = await split(session, "t", 3);
  expect(ranges.map(({ kind }) => kind)).toEqual(["blocks", "blocks", "blocks"]);
  for (const range of ranges) {
    const plan = await session.query(`EXPLAIN SELECT * FROM ONLY public.t WHERE ${rangeCondition(range)}`);
    expect(JSON.stringify(plan)).toContain("Tid Range Scan");
  }
});

test("a table that is small enough is one part", async () => {
  await using db = await makeDatabase(15);
  await db.sql("CREATE TABLE public.t AS SELECT i FROM generate_series(1, 5000) i");
  await using session = await sessionTo(db);
  const parts = async (bytes: number) => (await splitTable({ session, schema: "public", name: "t", bytes, parts: 8, partBytes: 100 })).length;
  expect([await parts(0), await parts(199), await parts(200), await parts(1e9)]).toEqual([1, 1, 2, 8]);
});

describe("keys", () => {
  test.each([
    ["k int PRIMARY KEY", "k"],
    ["k smallint PRIMARY KEY", "k"],
    ["k bigint NOT NULL UNIQUE", "k"],
    ['"o""dd k" int PRIMARY KEY', 'o"dd k'],
    ["k int UNIQUE", undefined],
    ["k text PRIMARY KEY", undefined],
    ["k numeric PRIMARY KEY", undefined],
    ["k int, l int, PRIMARY KEY (k, l)", undefined],
    ["k int NOT NULL", undefined],
    ["l int NOT NULL UNIQUE, k int PRIMARY KEY", "k"],
  ])("%s", async (columns, column) => {
    await using db = await makeDatabase(13);
    const name = column === undefined ? "k" : `"${column.replaceAll('"', '""')}"`;
    await db.sql(`CREATE TABLE public.t (${columns}, f int)`);
    await db.sql(
      `INSERT INTO public.t (${columns.includes("l int") ? `${name}, l` : name}) SELECT i${columns.includes("l int") ? ", i" : ""} FROM generate_series(1, 100) i`,
    );
    await using session = await sessionTo(db);
    const ranges = await split(session, "t", 3);
    expect(ranges.map((range) => (range.kind === "keys" ? range.column : undefined))).toEqual(column === undefined ? [undefined] : [column, column, column]);
    expect(await readParts(session, "t", ranges, name)).toHaveLength(100);
  });

  test.each([
    ["partial", "CREATE UNIQUE INDEX ON public.t (k) WHERE k > 5"],
    ["of an expression", "CREATE UNIQUE INDEX ON public.t ((k + 1))"],
    ["not unique", "CREATE INDEX ON public.t (k)"],
  ])("an index that is %s is none", async (_name, index) => {
    await using db = await makeDatabase(13);
    await db.sql(`CREATE TABLE public.t (k int NOT NULL); INSERT INTO public.t SELECT generate_series(1, 100); ${index}`);
    await using session = await sessionTo(db);
    expect(await split(session, "t", 3)).toEqual([{ kind: "all" }]);
  });

  test("a column may be NOT NULL and hold nulls, from 18 on", async () => {
    await using db = await makeDatabase(18);
    await db.sql(`CREATE TABLE public.t (k int UNIQUE, v int); INSERT INTO public.t VALUES (NULL, 1), (1, 2), (100, 3);
      ALTER TABLE public.t ADD CONSTRAINT n NOT NULL k NOT VALID`);
    await using session = await sessionTo(db);
    // As a table would be split whose access method has no ranges of blocks.
    const old = Object.create(session, { version: { value: 130_000 } }) as Session;
    expect(await split(old, "t", 3)).toEqual([{ kind: "all" }]);
    await db.sql("UPDATE public.t SET k = 50 WHERE k IS NULL; ALTER TABLE public.t VALIDATE CONSTRAINT n");
    expect(await split(old, "t", 3)).toHaveLength(3);
  });
});

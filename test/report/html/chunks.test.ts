import { expect, test } from "vitest";
import { ChunkWriter, type PageRow } from "../../../src/report/html/chunks.ts";
import type { RowChunk } from "../../../src/report/html/page-data.ts";

const row = (change: Partial<PageRow> = {}): PageRow => ({
  kind: "copy",
  action: "copy",
  key: "key",
  bytes: 1,
  rows: 0,
  at: 1_714_557_600_123,
  reason: "absent",
  sync: "media",
  detail: undefined,
  ...change,
});

function chunksOf(pieces: readonly string[]): readonly RowChunk[] {
  return pieces.map((piece) => JSON.parse(piece.replace(/^<script[^>]*>/, "").replace(/<\/script>\n$/, "")));
}

test("rows are written by column; what is the same in all is written once, keys by what they add", async () => {
  const pieces: string[] = [];
  const writer = new ChunkWriter(async (text) => void pieces.push(text));
  for (const key of ["a/b/1", "a/b/2", "b"]) await writer.add(row({ key, ...(key === "b" && { kind: "delete", at: undefined }) }));
  await writer.flush();
  expect(chunksOf(pieces)).toEqual([
    {
      rows: 3,
      kind: { texts: ["copy", "delete"], of: [0, 0, 1] },
      action: { texts: ["copy"], of: [0] },
      reason: { texts: ["absent"], of: [0] },
      sync: { texts: ["media"], of: [0] },
      shared: [0, 4, 0],
      rest: ["a/b/1", "2", "b"],
      bytes: [1],
      count: [0],
      at: [1_714_557_600, 1_714_557_600, -1],
      details: {},
    },
  ]);
});

test("no more rows than a page lists, in pieces that do not grow", async () => {
  const lengths: number[] = [];
  const writer = new ChunkWriter(async (text) => void lengths.push(text.length));
  let taken = 0;
  for (let at = 0; at < 100_010; at += 1) if (await writer.add(row({ key: `k${at}` }))) taken += 1;
  await writer.flush();
  expect(taken).toBe(100_000);
  expect(writer.listed).toBe(100_000);
  expect(Math.max(...lengths)).toBeLessThan(300_000);
});

test("definitions are cut where they are long, and left out where there are too many", async () => {
  const pieces: string[] = [];
  const writer = new ChunkWriter(async (text) => void pieces.push(text));
  const ddl = "x".repeat(150_000);
  for (let at = 0; at < 300; at += 1) await writer.add(row({ detail: { ddl } }));
  await writer.flush();
  const details = chunksOf(pieces).flatMap(({ details: of }) => Object.values(of));
  expect(details.filter((detail) => detail.ddl?.length === 100_000 && detail.isCut === true)).toHaveLength(240);
  expect(details.filter((detail) => detail.ddl === undefined && detail.isCut === true)).toHaveLength(60);
  expect(writer.textsLeftOut).toBe(60);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(1_300_000);
});

import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareKeys } from "../../../src/core/byte-order.ts";
import type { TidemarkEvent } from "../../../src/core/events.ts";
import { ExternalSort } from "../../../src/objects/listing/external-sort.ts";
import { orderedListing } from "../../../src/objects/listing/ordered.ts";
import { ListingOutOfOrderError } from "../../../src/objects/listing/out-of-order.ts";
import type { ObjectEntry } from "../../../src/objects/store.ts";
import { entryOf, fakeStore } from "./fake-store.ts";

let temporaryFolder: string;
beforeAll(async () => {
  temporaryFolder = await mkdtemp(join(tmpdir(), "tidemark-test-"));
});
afterAll(() => rm(temporaryFolder, { recursive: true, force: true }));

const signal = new AbortController().signal;

function listing(keys: readonly string[], ordered: boolean | undefined, events: TidemarkEvent[] = []) {
  const store = fakeStore({ keys, pageSize: 3 });
  return { store, pages: orderedListing(store, { prefix: "" }, { ordered, temporaryFolder, signal, emit: (event) => events.push(event) }) };
}

test.each([true, undefined])("pages in order pass through as they come (ordered: %s)", async (ordered) => {
  const events: TidemarkEvent[] = [];
  const { store, pages } = listing(["a", "b", "c", "d"], ordered, events);
  const sizes: number[] = [];
  for await (const page of pages) sizes.push(page.length);
  expect(sizes).toEqual([3, 1]);
  expect(store.ranges).toEqual([{ prefix: "" }]);
  expect(events).toEqual([]);
});

test.each([
  ["goes back", ["c", "a", "b", "d"]],
  ["repeats itself", ["a", "a", "b", "c", "d"]],
])("a first page that %s is sorted", async (_, keys) => {
  const events: TidemarkEvent[] = [];
  const { store, pages } = listing(keys, undefined, events);
  expect(await keysOf(pages)).toEqual(["a", "b", "c", "d"]);
  expect(store.ranges).toEqual([{ prefix: "" }, { prefix: "", anyOrder: true }]);
  expect(events).toMatchObject([{ type: "notice", code: "LISTING_SORTED" }]);
});

test("disorder after pages were used is an error for whoever used them", async () => {
  const { pages } = listing(["b", "c", "d", "a"], undefined);
  await expect(keysOf(pages)).rejects.toBeInstanceOf(ListingOutOfOrderError);
  expect(await keysOf(listing(["b", "c", "d", "a"], false).pages)).toEqual(["a", "b", "c", "d"]);
});

test("other errors are not taken for disorder", async () => {
  const store = fakeStore({ keys: ["a"], pageSize: 1, request: () => Promise.reject(new Error("no network")) });
  await expect(keysOf(orderedListing(store, { prefix: "" }, { ordered: undefined, temporaryFolder, signal, emit: () => undefined }))).rejects.toThrow(
    "no network",
  );
  expect(store.ranges).toHaveLength(1);
});

test("a sorted range holds its own keys only", async () => {
  const store = fakeStore({ keys: ["p/d", "q", "p/a", "p/c", "p/b"], pageSize: 2 });
  expect(
    await keysOf(orderedListing(store, { prefix: "p/", after: "p/a", upTo: "p/c" }, { ordered: false, temporaryFolder, signal, emit: () => undefined })),
  ).toEqual(["p/b", "p/c"]);
});

test("100,000 shuffled entries come in order, and nothing is left behind", async () => {
  const count = 100_000;
  // 48,271 has no factor in common with the count, so each number comes once.
  const shuffled = Array.from({ length: count }, (_, i) => `key-${String((i * 48_271) % count).padStart(6, "0")}`);
  const store = fakeStore({ keys: shuffled, pageSize: 1000 });
  const seen: string[] = [];
  for await (const page of orderedListing(store, { prefix: "" }, { ordered: false, temporaryFolder, signal, emit: () => undefined })) {
    expect(page.length).toBeLessThanOrEqual(1000);
    if (seen.length === 0) {
      const [folder] = await readdir(temporaryFolder);
      const file = join(temporaryFolder, folder ?? "", "runs");
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
    for (const { key } of page) seen.push(key);
  }
  expect(seen).toEqual(shuffled.toSorted());
  expect(await readdir(temporaryFolder)).toEqual([]);
});

test("leaving early and stopping remove the file", async () => {
  const shuffled = Array.from({ length: 60_000 }, (_, i) => String((i * 48_271) % 60_000));
  const stop = new AbortController();
  const sorted = () =>
    orderedListing(
      fakeStore({ keys: shuffled, pageSize: 1000 }),
      { prefix: "" },
      { ordered: false, temporaryFolder, signal: stop.signal, emit: () => undefined },
    );
  for await (const _ of sorted()) break;
  expect(await readdir(temporaryFolder)).toEqual([]);
  const run = async () => {
    for await (const _ of sorted()) stop.abort(new Error("stopped"));
  };
  await expect(run()).rejects.toThrow("stopped");
  expect(await readdir(temporaryFolder)).toEqual([]);
});

test("sorting is as sorting in memory, and the last of equal keys counts", async () => {
  const key = fc.string({ unit: fc.constantFrom("a", "b", "é", "\ue000", "\u{1f600}"), maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(key, { maxLength: 8 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 5 }),
      async (pages, runLength, blockLength) => {
        await using sort = new ExternalSort({ temporaryFolder, runLength, blockLength });
        const last = new Map<string, number>();
        let size = 0;
        for (const page of pages) {
          const entries = page.map((k) => ({ ...entryOf(k), size: ++size }));
          for (const entry of entries) last.set(entry.key, entry.size);
          await sort.add(entries);
        }
        const sorted: [string, number][] = [];
        for await (const page of sort.sorted()) for (const entry of page) sorted.push([entry.key, entry.size]);
        expect(sorted).toEqual([...last].sort(([a], [b]) => compareKeys(a, b)));
      },
    ),
    { numRuns: 100 },
  );
});

test("entries keep all that they carry", async () => {
  await using sort = new ExternalSort({ temporaryFolder, runLength: 1 });
  const entry: ObjectEntry = { ...entryOf("a/"), problem: { code: "FOLDER_UNREADABLE", message: "no", scope: "subtree" } };
  await sort.add([entry]);
  await sort.add([entryOf("b")]);
  const out: ObjectEntry[] = [];
  for await (const page of sort.sorted()) out.push(...page);
  expect(out).toEqual([entry, entryOf("b")]);
});

test("a temporary folder that is not there is an error that names it", async () => {
  const missing = join(temporaryFolder, "missing");
  const sort = new ExternalSort({ temporaryFolder: missing, runLength: 1 });
  await expect(sort.add([entryOf("a")])).rejects.toMatchObject({ code: "SORT_FAILED", message: expect.stringContaining(missing) });
});

async function keysOf(pages: AsyncIterable<readonly ObjectEntry[]>): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of pages) for (const { key } of page) keys.push(key);
  return keys;
}

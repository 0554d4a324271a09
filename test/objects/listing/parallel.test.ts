import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys } from "../../../src/core/byte-order.ts";
import { KeyScale } from "../../../src/objects/listing/key-scale.ts";
import { parallelListing } from "../../../src/objects/listing/parallel.ts";
import type { ListRange } from "../../../src/objects/store.ts";
import { fakeStore } from "./fake-store.ts";

const never = new AbortController().signal;
const word = (alphabet: string, size: fc.SizeForArbitrary = "small") => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12, size });
const number = fc.nat(5000);

/** Key spaces as buckets have them, and as nobody should. */
const keySpaces: Readonly<Record<string, fc.Arbitrary<string>>> = {
  padded: number.map((n) => `img-${String(n).padStart(7, "0")}.jpg`),
  unpadded: number.map(String),
  dates: fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }), word("0123456789abcdef"))
    .map(([month, day, rest]) => `logs/2024/${String(month).padStart(2, "0")}/${String(day).padStart(2, "0")}/${rest}`),
  uuids: fc.uuid(),
  unicode: fc.string({ unit: fc.constantFrom("a", "\u0001", "é", "文", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"), maxLength: 5 }),
  anything: fc.string({ unit: "binary", maxLength: 8 }).filter((key) => key.isWellFormed()),
  oneInterval: fc.oneof({ weight: 50, arbitrary: number.map((n) => `${"m".repeat(40)}${n}`) }, { weight: 1, arbitrary: word("az") }),
  long: fc.tuple(fc.integer({ min: 0, max: 900 }), number).map(([length, n]) => `${"x".repeat(length)}${n}`),
};

test.each(Object.keys(keySpaces))("keys that are %s: none is lost or repeated, in whatever order answers come", async (name) => {
  const key = keySpaces[name] ?? fc.string();
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(key, { minLength: 0, maxLength: 300, size: "max" }),
      fc.record({
        pageSize: fc.integer({ min: 1, max: 9 }),
        lanes: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
        pagesAhead: fc.integer({ min: 1, max: 40 }),
      }),
      fc.infiniteStream(fc.nat(6)),
      fc.option(fc.tuple(key, key), { nil: undefined }),
      async (unsorted, { pageSize, lanes, pagesAhead }, turns, bounds) => {
        const keys = unsorted.toSorted(compareKeys);
        const [after, upTo] = bounds ?? [];
        const range: ListRange = { prefix: "", after, upTo };
        const store = fakeStore({ keys, pageSize, request: () => waitTurns(turns.next().value ?? 0) });
        const listed: string[] = [];
        for await (const page of parallelListing(store, range, { lanes, pagesAhead, signal: never })) {
          expect(page.length).toBeGreaterThan(0);
          for (const entry of page) listed.push(entry.key);
          await waitTurns(turns.next().value ?? 0);
        }
        expect(listed).toEqual(keys.filter((k) => (after === undefined || compareKeys(k, after) > 0) && (upTo === undefined || compareKeys(k, upTo) <= 0)));
        for (const { after: from, upTo: to } of store.ranges) expect([from, to].every((bound) => bound === undefined || bound.isWellFormed())).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

const sequential = (count: number) => Array.from({ length: count }, (_, i) => `img-${String(i).padStart(7, "0")}`);

test.each([0, 1, 99, 100, 101, 200])("%i keys in pages of 100 cost no request more than one after the other", async (count) => {
  const store = fakeStore({ keys: sequential(count), pageSize: 100, request: () => waitTurns(1) });
  expect(await consume(parallelListing(store, { prefix: "" }, { lanes: 8, signal: never }))).toBe(count);
  expect(store.requests).toBe(Math.max(1, Math.ceil(count / 100)));
});

test("sequential numbers are listed side by side, for at most a tenth more requests", async () => {
  let [now, most] = [0, 0];
  const store = fakeStore({
    keys: sequential(20_000),
    pageSize: 100,
    request: async () => {
      most = Math.max(most, ++now);
      await waitTurns(5);
      now -= 1;
    },
  });
  expect(await consume(parallelListing(store, { prefix: "" }, { lanes: 8, signal: never }))).toBe(20_000);
  expect(most).toBe(8);
  expect(store.requests).toBeLessThanOrEqual(220);
});

test("hostile keys waste no more than a bounded share of requests", async () => {
  // Each page's keys are longer than the last one's: no guess about what comes next is right.
  const keys = Array.from({ length: 20_000 }, (_, i) => `${"a".repeat(Math.floor(i / 150))}b${String(i).padStart(6, "0")}`).sort(compareKeys);
  const store = fakeStore({ keys, pageSize: 100, request: () => waitTurns(2) });
  expect(await consume(parallelListing(store, { prefix: "" }, { lanes: 8, signal: never }))).toBe(20_000);
  expect(store.requests).toBeLessThanOrEqual(260);
});

test("what nobody takes is not fetched without end", async () => {
  const store = fakeStore({ keys: sequential(50_000), pageSize: 100, request: () => waitTurns(1) });
  const listing = parallelListing(store, { prefix: "" }, { lanes: 8, pagesAhead: 20, signal: never });
  for (let taken = 1; taken <= 30; taken++) {
    await listing.next();
    await waitTurns(2000);
    expect(store.requests - taken).toBeLessThanOrEqual(20 * 1.5 + 8);
  }
  await listing.return();
});

test("a listing that was begun and left alone holds but a few pages", async () => {
  const store = fakeStore({ keys: sequential(50_000), pageSize: 100, request: () => waitTurns(1) });
  const listing = parallelListing(store, { prefix: "" }, { lanes: 8, signal: never });
  await listing.next();
  await waitTurns(500);
  expect(store.requests).toBeLessThanOrEqual(16);
  await listing.return();
});

test("leaving early closes what was begun and cuts off what is on its way", async () => {
  const signals: AbortSignal[] = [];
  const inner = fakeStore({ keys: sequential(10_000), pageSize: 100, request: () => waitTurns(3) });
  const store = { ...inner, list: (range: ListRange, signal: AbortSignal) => (signals.push(signal), inner.list(range, signal)) };
  let pages = 0;
  for await (const _ of parallelListing(store, { prefix: "" }, { lanes: 6, signal: never })) if (++pages === 20) break;
  expect(signals.every((signal) => signal.aborted)).toBe(true);
  expect(inner.ranges.length).toBeGreaterThan(1);
  expect(inner.closed).toBe(inner.ranges.length);
});

test("an error of any part ends the listing", async () => {
  let requests = 0;
  const store = fakeStore({
    keys: sequential(10_000),
    pageSize: 100,
    request: async () => {
      requests += 1;
      await waitTurns(2);
      if (requests > 30) throw new Error("the network is gone");
    },
  });
  await expect(consume(parallelListing(store, { prefix: "" }, { lanes: 6, signal: never }))).rejects.toThrow("the network is gone");
});

test("pages out of order are refused", async () => {
  const store = fakeStore({ keys: ["a", "c", "b", "d"], pageSize: 2 });
  await expect(consume(parallelListing(store, { prefix: "" }, { signal: never }))).rejects.toMatchObject({ code: "LISTING_OUT_OF_ORDER" });
});

test("a stopped listing stops", async () => {
  const stop = new AbortController();
  const store = fakeStore({ keys: sequential(10_000), pageSize: 100, request: () => waitTurns(1) });
  const run = async () => {
    for await (const _ of parallelListing(store, { prefix: "" }, { lanes: 4, signal: stop.signal })) stop.abort(new Error("stopped"));
  };
  await expect(run()).rejects.toThrow("stopped");
});

test("a scale keeps the order of keys and finds its way back", () => {
  fc.assert(
    fc.property(
      fc.oneof(...Object.values(keySpaces)),
      fc.uniqueArray(fc.oneof(...Object.values(keySpaces)), { minLength: 2, maxLength: 40 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (other, unsorted, share) => {
        const keys = unsorted.toSorted(compareKeys);
        const scale = new KeyScale(keys);
        const value = (scale.end * BigInt(Math.floor(share * 1e9))) / 1_000_000_000n;
        const guess = scale.key(value);
        expect(guess.isWellFormed()).toBe(true);
        expect(scale.value(guess)).toBeGreaterThanOrEqual(0n);
        expect(scale.value(other)).toBeLessThanOrEqual(scale.end);
        const values = keys.filter((key) => /^[ -~]*$/.test(key)).map((key) => scale.value(key));
        if (values.length === keys.length && uniform(keys)) expect(values).toEqual(values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
      },
    ),
    { numRuns: 500 },
  );
});

test("sequential numbers are evenly spread on their scale", () => {
  const scale = new KeyScale(sequential(1000));
  const perPage = scale.value("img-0000999") - scale.value("img-0000000");
  expect(scale.key(scale.value("img-0000999") + 8n * perPage)).toBe("img-0008991");
  expect(scale.key(scale.value("img-0000999") + 999n * perPage)).toBe("img-0999000");
});

/** Whether all of them have digits of one alphabet at each position, so that values compare as keys do. */
function uniform(keys: readonly string[]): boolean {
  return keys.every((key) => /^[0-9]+$/.test(key));
}

async function waitTurns(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await Promise.resolve();
}

async function consume(pages: AsyncIterable<readonly unknown[]>): Promise<number> {
  let entries = 0;
  for await (const page of pages) entries += page.length;
  return entries;
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys } from "../../../src/core/byte-order.ts";
import { BlindSpots } from "../../../src/objects/plan/blind-spots.ts";
import type { ObjectEntry } from "../../../src/objects/store.ts";

const key = fc.string({ unit: fc.constantFrom("a", "b", "-", "/"), minLength: 1, maxLength: 5 });

function entryOf(key: string): ObjectEntry {
  return { key, size: 0, modified: "", modifiedMs: 0, etag: "", storageClass: "", problem: undefined };
}

test("a key is hidden where a spot seen before is above it", () => {
  fc.assert(
    fc.property(fc.uniqueArray(key), fc.func(fc.boolean()), (keys, isSpot) => {
      const spots = new BlindSpots();
      const seen: string[] = [];
      for (const one of keys.toSorted(compareKeys)) {
        expect(spots.hides(one)).toBe(seen.some((folder) => one.startsWith(folder)));
        if (!isSpot(one)) continue;
        spots.add(entryOf(one));
        seen.push(one.endsWith("/") ? one : `${one}/`);
      }
    }),
  );
});

test("of any number of spots only those that can still matter are kept, also where nobody asks", () => {
  const spots = new BlindSpots();
  for (let i = 100_000; i < 110_000; i++) spots.add(entryOf(`link-${i}`));
  expect(spots.size).toBe(1);
  spots.add(entryOf("x"));
  spots.add(entryOf("x-1"));
  expect(spots.hides("x-1/a")).toBe(true);
  expect(spots.hides("x/a")).toBe(true);
});

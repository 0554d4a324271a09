import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys } from "../../../src/core/byte-order.ts";
import { BlindSpots } from "../../../src/objects/plan/blind-spots.ts";

const key = fc.string({ unit: fc.constantFrom("a", "b", "-", "/"), minLength: 1, maxLength: 5 });

test("a key is hidden where a spot seen before is above it", () => {
  fc.assert(
    fc.property(fc.uniqueArray(key), fc.func(fc.boolean()), (keys, isSpot) => {
      const spots = new BlindSpots();
      const seen: string[] = [];
      for (const one of keys.toSorted(compareKeys)) {
        expect(spots.hides(one)).toBe(seen.some((folder) => one.startsWith(folder)));
        if (!isSpot(one)) continue;
        spots.add({ key: one, size: 0, modified: "", modifiedMs: 0, etag: "", storageClass: "", problem: undefined });
        seen.push(one.endsWith("/") ? one : `${one}/`);
      }
    }),
  );
});

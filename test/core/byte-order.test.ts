import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys } from "../../src/core/byte-order.ts";

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
// Few letters, so that keys share beginnings; the ones around the surrogates are where orders differ.
const unit = fc.constantFrom("a", "b", "/", "\u0001", "\u007f", "\u0080", "é", "\ud7ff", "\ue000", "\uff5e", "\uffff", "\u{10000}", "\u{1f600}", "\u{10ffff}");
const key = fc.oneof(
  fc.string({ unit, maxLength: 8 }),
  fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
);

test("keys order as their UTF-8 bytes do", () => {
  fc.assert(
    fc.property(key, key, (a, b) => Math.sign(compareKeys(a, b)) === byBytes(a, b)),
    { numRuns: 2000 },
  );
});

test.each([
  ["a", "a/"],
  ["a-", "a/b"],
  ["a/b", "a0"],
  ["", "a"],
  ["\uff5e", "\u{1f600}"],
  ["\ud7ff", "\ue000"],
])("%j sorts before %j", (first, second) => {
  expect(compareKeys(first, second)).toBeLessThan(0);
  expect(compareKeys(second, first)).toBeGreaterThan(0);
  expect(compareKeys(first, first)).toBe(0);
});

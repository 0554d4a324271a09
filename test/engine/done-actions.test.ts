import fc from "fast-check";
import { expect, test } from "vitest";
import { DoneBits } from "../../src/engine/done-actions.ts";

test("what was added is in it, and nothing else", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 50_000 })), fc.array(fc.integer({ min: 0, max: 60_000 })), (added, asked) => {
      const done = new DoneBits();
      for (const seq of added) done.add(seq);
      for (const seq of [...added, ...asked]) expect(done.has(seq)).toBe(added.includes(seq));
    }),
  );
});

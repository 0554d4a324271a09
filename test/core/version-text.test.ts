import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeVersion, encodeVersion } from "../../src/core/version-text.ts";
import type { ItemVersion } from "../../src/core/version.ts";

const field = fc.option(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("|", "\\", "e", "p", "") })), { nil: undefined });
const version: fc.Arbitrary<ItemVersion> = fc.record({
  size: fc.option(fc.maxSafeNat(), { nil: undefined }),
  modified: field,
  etag: field,
  versionId: field,
  fingerprint: field,
});

test("a version comes back as it was written", () => {
  fc.assert(
    fc.property(version, (written) => {
      expect(decodeVersion(encodeVersion(written))).toEqual(written);
    }),
  );
});

test("two versions never share a text", () => {
  fc.assert(fc.property(version, version, (a, b) => (encodeVersion(a) === encodeVersion(b)) === (JSON.stringify(a) === JSON.stringify(b))));
});

test("what is read is written the same, or is refused", () => {
  const texts = fc.string({ unit: fc.constantFrom("|", "\\", "e", "p", "0", "1", "x"), maxLength: 12 });
  fc.assert(
    fc.property(texts, (text) => {
      const read = decodeVersion(text);
      if (read) expect(encodeVersion(read)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test.each(["", "|", "1|a", "01|a|b", "-1|a|b", "1.5|a|b", "9007199254740993|a|b", "1|a|b|c", "1|a|b||", "1|a|b|c|d|e", "1|\\x|b", "1|\\|b"])(
  "%j is no version",
  (text) => {
    expect(decodeVersion(text)).toBeUndefined();
  },
);

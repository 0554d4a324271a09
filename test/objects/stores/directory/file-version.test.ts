import { closeSync, fstatSync, futimesSync, openSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fileTime, isVersion, modifiedText, parseModified } from "../../../../src/objects/stores/directory/file-version.ts";
import { temporaryFolder } from "../../../support/temp.ts";

const YEARS = 60n * 60n * 24n * 365n * 1_000_000_000n;

test("nanoseconds survive as text", () => {
  fc.assert(fc.property(fc.bigInt({ min: -YEARS * 500n, max: YEARS * 500n }), (time) => parseModified(modifiedText(time)) === time));
  expect(modifiedText(1_714_557_600_000_000_001n)).toBe("1714557600.000000001");
});

test("times of other programs are read, and what is no time is not", () => {
  expect(parseModified("1714557600")).toBe(1_714_557_600_000_000_000n);
  expect(parseModified("1714557600.5")).toBe(1_714_557_600_500_000_000n);
  expect(parseModified("1714557600.1234567891")).toBe(1_714_557_600_123_456_789n);
  for (const text of ["", "abc", "1e9", "1.", "2024-05-01T10:00:00Z", "1 ", "99999999999999"]) expect(parseModified(text), text).toBeUndefined();
});

test("a file keeps its time to the microsecond", async () => {
  await using folder = await temporaryFolder();
  const file = openSync(folder.join("file"), "w");
  try {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: YEARS * 100n }), (time) => {
        futimesSync(file, fileTime(time), fileTime(time));
        return fstatSync(file, { bigint: true }).mtimeNs / 1000n === time / 1000n;
      }),
      { numRuns: 2000 },
    );
    // Not to be taken for "now".
    futimesSync(file, fileTime(-1_500_000_000n), fileTime(-1_500_000_000n));
    expect(fstatSync(file, { bigint: true }).mtimeNs).toBe(-1_500_000_000n);
  } finally {
    closeSync(file);
  }
});

test("a version asks for what it names only", () => {
  const facts = { size: 3, modified: "1.000000000", modifiedMs: 1000 };
  expect(isVersion(facts, {})).toBe(true);
  expect(isVersion(facts, { size: 3, modified: "1.000000000", etag: "of another store" })).toBe(true);
  expect(isVersion(facts, { size: 4 })).toBe(false);
  expect(isVersion(facts, { modified: "1.000000001" })).toBe(false);
});

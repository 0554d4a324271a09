import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatByteRate, formatBytes, formatCount, formatDuration, parseByteRate, parseDuration, parseRequestRate, parseSize } from "../../src/core/units.ts";

describe("sizes", () => {
  test.each([
    ["0", 0],
    ["1024", 1024],
    ["1 KiB", 1024],
    ["1KiB", 1024],
    ["1 kB", 1000],
    ["1 KB", 1000],
    ["10 MB", 10_000_000],
    ["1.5 GiB", 1_610_612_736],
    ["5 TiB", 5 * 2 ** 40],
    ["0.5 B", 1],
    ["10M", undefined],
    ["-1", undefined],
    ["1 toString", undefined],
    ["", undefined],
    ["9 PiB", undefined],
  ])("%s is %s bytes", (text, bytes) => expect(parseSize(text)).toBe(bytes));

  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [1200, "1.2 kB"],
    [34_567, "35 kB"],
    [999_499, "999 kB"],
    [999_950, "1 MB"],
    [780_000_000, "780 MB"],
    [2 ** 40, "1.1 TB"],
    [1e18, "1000 PB"],
    [Number.NaN, "? B"],
  ])("%d prints as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test("what prints reads back as nearly the same", () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        const back = parseSize(formatBytes(bytes)) ?? Number.NaN;
        expect(Math.abs(back - bytes)).toBeLessThanOrEqual(bytes * 0.05);
      }),
    );
  });
});

test.each([
  ["200 MB/s", 200_000_000],
  ["1MiB/s", 1_048_576],
  ["200 MB", undefined],
  ["200/s", undefined],
])("%s is %s bytes a second", (text, rate) => expect(parseByteRate(text)).toBe(rate));

test.each([
  ["2000/s", 2000],
  ["2000", 2000],
  ["0/s", undefined],
  ["a/s", undefined],
])("%s is %s requests a second", (text, rate) => expect(parseRequestRate(text)).toBe(rate));

describe("lengths of time", () => {
  test.each([
    ["500ms", 500],
    ["10s", 10_000],
    ["1h30m", 5_400_000],
    ["1d", 86_400_000],
    ["2w", 1_209_600_000],
    ["1", undefined],
    ["1 h", undefined],
    ["", undefined],
    [`${"9".repeat(30)}w`, undefined],
  ])("%s is %s ms", (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each([
    [0, "0 ms"],
    [340, "340 ms"],
    [999.6, "1 s"],
    [4200, "4.2 s"],
    [59_940, "60 s"],
    [59_960, "1 min"],
    [125_000, "2 min 5 s"],
    [12_000_000, "3 h 20 min"],
    [187_200_000, "2 d 4 h"],
    [-1, "?"],
    [Number.POSITIVE_INFINITY, "?"],
  ])("%d ms print as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

test("counts are grouped, rates have their unit", () => {
  expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(["0", "999", "1,000", "1,234,567"]);
  expect(formatByteRate(1_200_000)).toBe("1.2 MB/s");
});

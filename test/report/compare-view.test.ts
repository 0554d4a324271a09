import { expect, test } from "vitest";
import { comparisonJson, comparisonLines, countDifferences, countPage, emptyComparison, showDifference } from "../../src/report/compare-view.ts";
import { makePaint, PLAIN } from "../../src/report/paint.ts";
import { HOSTILE_KEYS } from "./changeset-fixture.ts";

test("what was compared of a database is counted by level, and of objects as a whole", () => {
  const seen = emptyComparison();
  countPage(seen, { level: "objects", equal: 40, differences: [{ key: "view public.v", difference: "different", reason: "different" }] });
  countPage(seen, { level: "values", equal: 11, differences: [{ key: "rows public.t (id)=(4)", difference: "missing", reason: "not-in-destination" }] });
  countPage(seen, { level: "values", equal: 1, differences: [] });

  expect(comparisonLines("shop", seen, PLAIN)).toEqual([
    "shop: 52 equal, 1 missing, 1 different, 0 extra, 0 unknown",
    "  objects: 40 equal, 0 missing, 1 different, 0 extra, 0 unknown",
    "  rows by value: 12 equal, 1 missing, 0 different, 0 extra, 0 unknown",
  ]);
  expect(countDifferences(seen)).toBe(2);
  expect(comparisonJson(seen)).toMatchObject({
    equal: 52,
    missing: 1,
    different: 1,
    levels: { objects: { equal: 40, different: 1 }, values: { equal: 12, missing: 1 } },
  });

  const objects = emptyComparison();
  countPage(objects, { equal: 3, differences: [] });
  expect(comparisonLines("media", objects, PLAIN)).toEqual(["media: 3 equal, 0 missing, 0 different, 0 extra, 0 unknown"]);
  expect(comparisonJson(objects)).toEqual({ equal: 3, missing: 0, different: 0, extra: 0, unknown: 0 });
});

test("a row is told with the columns that differ, a definition with its difference", () => {
  expect(showDifference("shop", { key: "rows public.t (id)=(4)", difference: "different", reason: "values", columns: ["price", "at"] }, PLAIN, false)).toEqual([
    "  different  shop: rows public.t (id)=(4)  in price, at  values",
  ]);
  const paint = makePaint(true);
  const difference = { key: "view public.v", difference: "different" as const, reason: "different", detail: [" SELECT", "-a", "+b"].join("\n") };
  expect(showDifference("shop", difference, paint, false).slice(2)).toEqual([`             ${paint.remove("-a")}`, `             ${paint.add("+b")}`]);
});

test("a long difference is cut unless all of it is asked for", () => {
  const difference = {
    key: "function f",
    difference: "different" as const,
    reason: "different",
    detail: Array.from({ length: 100 }, (_, at) => `+${at}`).join("\n"),
  };
  expect(showDifference("shop", difference, PLAIN, false)).toHaveLength(14);
  expect(showDifference("shop", difference, PLAIN, false).at(-1)).toContain("… and 88 more lines");
  expect(showDifference("shop", difference, PLAIN, true)).toHaveLength(101);
});

test("nothing of it reaches a terminal raw", () => {
  for (const key of HOSTILE_KEYS) {
    const lines = showDifference(key, { key, difference: "different", reason: key, columns: [key], detail: `-${key}` }, PLAIN, true);
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
  }
});

import { expect, test } from "vitest";
import { AgeHistogram, SizeHistogram } from "../../../src/report/html/histograms.ts";

const at = (text: string) => Date.parse(text);

test("sizes are counted by powers of ten, from the smallest to the largest that there is", () => {
  const sizes = new SizeHistogram();
  for (const bytes of [1, 999, 1000, 5_000_000]) sizes.add("copy", bytes);
  sizes.add("delete", 999_999);
  const bars = sizes.finish("s", ["delete", "overwrite", "copy"]);
  expect(bars?.categories).toEqual(["< 1 kB", "< 10 kB", "< 100 kB", "< 1 MB", "< 10 MB"]);
  expect(bars?.measures[0]).toEqual({
    measure: "items",
    series: [
      { kind: "delete", values: [0, 0, 0, 1, 0] },
      { kind: "copy", values: [2, 1, 0, 0, 1] },
    ],
  });
  expect(bars?.measures[1]?.series[1]).toEqual({ kind: "copy", values: [1000, 1000, 0, 0, 5_000_000] });
});

test("ages are counted by day, month or year, without a gap", () => {
  const of = (...times: readonly string[]) => {
    const ages = new AgeHistogram();
    for (const time of times) ages.add("copy", 1, at(time));
    return ages.finish("a", ["copy"])?.categories;
  };
  expect(of("2024-02-28T23:59:59Z", "2024-03-01T00:00:00Z")).toEqual(["2024-02-28", "2024-02-29", "2024-03-01"]);
  expect(of("2023-11-02T00:00:00Z", "2024-02-01T00:00:00Z")).toEqual(["2023-11", "2023-12", "2024-01", "2024-02"]);
  expect(of("2019-11-02T00:00:00Z", "2024-02-01T00:00:00Z")).toEqual(["2019", "2020", "2021", "2022", "2023", "2024"]);
});

test("nothing is drawn of what is all the same, nor of times that no clock shows", () => {
  const sizes = new SizeHistogram();
  sizes.add("copy", 5);
  sizes.add("copy", 6);
  expect(sizes.finish("s", ["copy"])).toBeUndefined();
  const ages = new AgeHistogram();
  for (const time of [at("2024-01-01T00:00:00Z"), at("2024-01-01T20:00:00Z"), 9e15, -1e12, Number.NaN]) ages.add("copy", 1, time);
  expect(ages.finish("a", ["copy"])).toBeUndefined();
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { lineDifference } from "../../src/core/line-difference.ts";

test("changed lines are marked, with a few equal ones around them", () => {
  expect(lineDifference("CREATE TABLE t (\n    a integer,\n    b text\n);", "CREATE TABLE t (\n    a bigint,\n    b text\n);")).toBe(
    [" CREATE TABLE t (", "-    a integer,", "+    a bigint,", "     b text", " );"].join("\n"),
  );
});

test("equal texts have none", () => {
  expect(lineDifference("a\nb", "a\nb")).toBe("");
});

test("long stretches of equal lines are one line", () => {
  const same = Array.from({ length: 50 }, (_, at) => `line ${at}`).join("\n");
  expect(lineDifference(`x\n${same}\ny`, `X\n${same}\nY`).split("\n")).toEqual([
    "-x",
    "+X",
    " line 0",
    " line 1",
    " line 2",
    " …",
    " line 47",
    " line 48",
    " line 49",
    "-y",
    "+Y",
  ]);
});

test("every line that is not folded is told, and nothing else", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "", " -", "+"), { maxLength: 7 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const text = lineDifference(before.join("\n"), after.join("\n"));
      if (text === "") {
        expect(before.join("\n")).toBe(after.join("\n"));
        return;
      }
      const told = text.split("\n");
      const changed = told.filter((line) => !line.startsWith(" "));
      expect(changed.length).toBeGreaterThan(0);
      const olds = told.filter((line) => line.startsWith("-")).map((line) => line.slice(1));
      const news = told.filter((line) => line.startsWith("+")).map((line) => line.slice(1));
      // What is taken away and added is the whole difference: counted by line, the rest is equal.
      const rest = (all: readonly string[], taken: readonly string[]) =>
        taken.reduce((left, line) => left.toSpliced(left.indexOf(line), 1), [...all]).toSorted();
      expect(rest(before.length === 0 ? [""] : before, olds)).toEqual(rest(after.length === 0 ? [""] : after, news));
    }),
  );
});

test("texts of any size give a result that is bounded", () => {
  const huge = (word: string) => Array.from({ length: 20_000 }, (_, at) => `${word} ${at}`).join("\n");
  const text = lineDifference(huge("old"), huge("new"));
  expect(text.split("\n")).toHaveLength(201);
  expect(text).toContain("-old 0");
  expect(text).toContain("+new 0");
  expect(lineDifference("x".repeat(1_000_000), "y".repeat(1_000_000)).length).toBeLessThan(2100);
});

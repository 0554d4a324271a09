import fc from "fast-check";
import { expect, test } from "vitest";
import { lineDifference } from "../../../src/core/line-difference.ts";
import { sideBySide } from "../../../src/report/html/side-by-side.ts";

test("pairs what was taken away with what came, and marks the part that differs", () => {
  expect(sideBySide(" a\n-  sum(price)\n+  sum(price * n)\n+  more\n b")).toEqual([
    { before: { text: "a", from: 0, to: 0 }, after: { text: "a", from: 0, to: 0 }, isSame: true },
    { before: { text: "  sum(price)", from: 11, to: 11 }, after: { text: "  sum(price * n)", from: 11, to: 15 }, isSame: false },
    { before: undefined, after: { text: "  more", from: 0, to: 0 }, isSame: false },
    { before: { text: "b", from: 0, to: 0 }, after: { text: "b", from: 0, to: 0 }, isSame: true },
  ]);
});

test("marks no half of a character", () => {
  const [line] = sideBySide("-same \u{1f600} same\n+same \u{1f601} same");
  expect(line?.before?.text.slice(line.before.from, line.before.to)).toBe("\u{1f600}");
  expect(line?.after?.text.slice(line.after.from, line.after.to)).toBe("\u{1f601}");
});

test("loses no line of either side", () => {
  const text = fc.array(fc.constantFrom("a", "b", "select 1", "select 2", ""), { maxLength: 12 }).map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = sideBySide(lineDifference(before, after));
      if (before === after) return;
      // Twelve lines are never shortened.
      const shown = lines.filter((line) => line.before?.text !== "…");
      if (shown.length < lines.length) return;
      expect(lines.flatMap((line) => line.before?.text ?? []).join("\n")).toBe(before);
      expect(lines.flatMap((line) => line.after?.text ?? []).join("\n")).toBe(after);
    }),
  );
});

import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { fill, lineOf, selectedLine, spread } from "../../src/ui/lines.ts";
import { cell, cutEnd, cutMiddle, shownKey, widthOf, wrapText } from "../../src/ui/text.ts";
import { makeTheme } from "../../src/ui/theme.ts";
import { PLAIN } from "../../src/report/paint.ts";

const TEXT = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: fc.constantFrom("a", "写", "🎉", "e\u0301", "한", " ", "…") }));
const WIDTH = fc.integer({ min: 0, max: 40 });

test("a cut text is never wider than asked, and a text that fits stays as it is", () => {
  fc.assert(
    fc.property(TEXT, WIDTH, (text, width) => {
      for (const cut of [cutMiddle, cutEnd]) {
        expect(stringWidth(cut(text, width))).toBeLessThanOrEqual(width);
        if (stringWidth(text) <= width) expect(cut(text, width)).toBe(text);
      }
    }),
  );
});

test("a cell is exactly as wide as asked", () => {
  fc.assert(
    fc.property(TEXT, WIDTH, fc.constantFrom("left" as const, "right" as const), (text, width, align) => stringWidth(cell(text, width, align)) === width),
  );
});

test("both ends of a long key stay, and no character is cut in two", () => {
  expect(cutMiddle("photos/2024/holiday/beach.jpg", 15)).toBe("photos/…ach.jpg");
  expect(cutMiddle("写真/休暇/海岸.jpg", 12)).toBe("写真/….jpg");
  expect(cutMiddle("e\u0301".repeat(9), 5)).toBe("e\u0301e\u0301…e\u0301e\u0301");
});

test("a key is escaped before it is cut", () => {
  expect(shownKey("a\u001b[31mb", 20)).toBe(String.raw`a\x1b[31mb`);
  expect(widthOf(shownKey(`\u202E${"x".repeat(2000)}`, 30))).toBeLessThanOrEqual(30);
});

test("wrapped lines fit, and nothing but blanks is lost", () => {
  fc.assert(
    fc.property(TEXT, fc.integer({ min: 2, max: 30 }), (text, width) => {
      // Some are drawn wider than two columns, and would fit nowhere.
      fc.pre([...new Intl.Segmenter().segment(text)].every(({ segment }) => stringWidth(segment) <= width));
      const lines = wrapText(text, width);
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }),
  );
  expect(wrapText("one two three", 8)).toEqual(["one two", "three"]);
});

test("lines of pieces are never wider than the screen", () => {
  const theme = makeTheme({ ...PLAIN, enabled: true });
  fc.assert(
    fc.property(TEXT, TEXT, fc.integer({ min: 1, max: 40 }), (a, b, columns) => {
      for (const line of [lineOf([[a, theme.add], [b]], columns), selectedLine([[a], [b]], columns, theme), spread([[a]], [[b, theme.faint]], columns)]) {
        expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      }
    }),
  );
  expect(spread([["left"]], [["right"]], 12)).toBe("left   right");
  expect(spread([["left"]], [["right"]], 9)).toBe("left");
  expect(fill(["a"], 3)).toEqual(["a", "", ""]);
});

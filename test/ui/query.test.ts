import { expect, test } from "vitest";
import { matchIn, readQuery } from "../../src/ui/browser/query.ts";

const REASONS = ["absent", "size", "equal-etag", "equal-size"];

test("words that stand first narrow; what follows is looked for in keys, blanks among it", () => {
  expect(readQuery("action:del reason:equal my holiday", REASONS).filter).toEqual({
    kinds: ["delete"],
    reasons: ["equal-etag", "equal-size"],
    texts: [{ text: "my holiday", matchCase: false }],
  });
  expect(readQuery("a reason:size", REASONS).filter).toEqual({ kinds: undefined, reasons: undefined, texts: [{ text: "a reason:size", matchCase: false }] });
  expect(readQuery("", REASONS).filter).toEqual({ kinds: undefined, reasons: undefined, texts: undefined });
});

test("an action is named as it is shown, or as a program knows it", () => {
  expect(readQuery("action:unch", REASONS).filter.kinds).toEqual(["skip"]);
  expect(readQuery("action:copyRows", REASONS).filter.kinds).toEqual(["copyRows"]);
  expect(readQuery("action:nonsense", REASONS).filter.kinds).toEqual([]);
  expect(readQuery("reason:nonsense", REASONS).filter.reasons).toEqual([]);
});

test("capital letters are meant, small letters match both", () => {
  const small = readQuery("img", REASONS).filter.texts ?? [];
  const capital = readQuery("IMG", REASONS).filter.texts ?? [];
  expect(matchIn("a/IMG_1", small)).toEqual([2, 5]);
  expect(matchIn("a/IMG_1", capital)).toEqual([2, 5]);
  expect(matchIn("a/img_1", capital)).toBeUndefined();
});

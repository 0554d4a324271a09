import { describe, expect, test } from "vitest";
import { decodeName, escapeName, nameProblem, parentOf } from "../../../../src/objects/stores/directory/names.ts";

describe("keys that no directory can hold", () => {
  test.each([
    ["", "KEY_EMPTY"],
    ["a\0b", "KEY_HAS_NUL"],
    ["\ud800", "KEY_NOT_UTF8"],
    ["/a", "KEY_EMPTY_COMPONENT"],
    ["a//b", "KEY_EMPTY_COMPONENT"],
    ["a//", "KEY_EMPTY_COMPONENT"],
    ["/", "KEY_EMPTY_COMPONENT"],
    ["..", "KEY_DOT_COMPONENT"],
    ["a/../b", "KEY_DOT_COMPONENT"],
    ["a/.", "KEY_DOT_COMPONENT"],
    ["./", "KEY_DOT_COMPONENT"],
    [".tidemark-tmp/x", "KEY_RESERVED"],
    ["a/.tidemark-tmp", "KEY_RESERVED"],
    ["k".repeat(256), "KEY_TOO_LONG"],
    ["\u00e9".repeat(128), "KEY_TOO_LONG"],
    ["k/".repeat(2100), "KEY_TOO_LONG"],
  ])("%j", (key, code) => {
    expect(nameProblem(key, "/root/")).toMatchObject({ code });
  });

  test.each(["a", "a/", "a/b", "...", "a..b", "-", " ", "\\", "C:", "a\n", ".tidemark-tmpx", "k".repeat(255), "\u00e9".repeat(127)])("not %j", (key) => {
    expect(nameProblem(key, "/root/")).toBeUndefined();
  });

  test("a message never carries what a terminal would act on", () => {
    expect(nameProblem("\u001b[31m/../\u202e", "/")?.message).not.toMatch(/[\u001b\u202e]/);
  });
});

test("the folder of a key", () => {
  expect(["a", "a/b", "a/b/c", "a/", "a/b/", ""].map(parentOf)).toEqual(["", "a/", "a/b/", "", "a/", ""]);
});

test("bytes that are no UTF-8 are shown one by one, and text as it is", () => {
  const bytes = Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0xe2, 0x82, 0xf0, 0x9f, 0x98, 0x80]);
  expect(decodeName(bytes)).toBeUndefined();
  expect(escapeName(bytes)).toBe("a\ufffd{ff}\u00e9\ufffd{e2}\ufffd{82}\u{1f600}");
  expect(decodeName(Buffer.from("\ufeffa"))).toBe("\ufeffa");
});

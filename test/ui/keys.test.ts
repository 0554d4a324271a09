import type { Key } from "ink";
import { expect, test } from "vitest";
import { isCharacter, keysOf } from "../../src/ui/keys.ts";

const NONE: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

test("what comes in one piece is taken key by key, whatever is in it", () => {
  expect(keysOf("yes\r", NONE)).toEqual(["y", "e", "s", "enter"]);
  expect(keysOf("a\u007f\u0003\u001a\u001b", NONE)).toEqual(["a", "backspace", "ctrl-c", "ctrl-z", "escape"]);
  expect(keysOf("写🎉", NONE)).toEqual(["写", "🎉"]);
  expect(keysOf("\u001c", NONE)).toEqual(["ctrl-\\"]);
});

test("keys with names", () => {
  expect(keysOf("", { ...NONE, upArrow: true })).toEqual(["up"]);
  expect(keysOf("", { ...NONE, return: true })).toEqual(["enter"]);
  expect(keysOf("", { ...NONE, tab: true, shift: true })).toEqual(["shift-tab"]);
  expect(keysOf("c", { ...NONE, ctrl: true })).toEqual(["ctrl-c"]);
  expect(keysOf("x", { ...NONE, meta: true })).toEqual([]);
});

test("only characters belong into a line of text", () => {
  expect(["a", " ", "写", "🎉"].every(isCharacter)).toBe(true);
  expect(["up", "ctrl-a", "enter", ""].some(isCharacter)).toBe(false);
});

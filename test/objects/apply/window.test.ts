import { expect, test } from "vitest";
import { Window } from "../../../src/objects/apply/window.ts";

test("content beyond the window waits until there is room, in order", async () => {
  const window = new Window(10);
  expect(window.enter(6)).toBeUndefined();
  const order: string[] = [];
  const large = window.enter(8)?.then(() => order.push("large"));
  const small = window.enter(1)?.then(() => order.push("small"));
  expect([large, small].includes(undefined)).toBe(false);
  window.leave(6);
  await Promise.all([large, small]);
  expect(order).toEqual(["large", "small"]);
});

test("what is larger than the window passes when it is alone", () => {
  const window = new Window(10);
  expect(window.enter(50)).toBeUndefined();
  expect(window.enter(1)).toBeInstanceOf(Promise);
});

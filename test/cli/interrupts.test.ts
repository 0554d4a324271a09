import { expect, test } from "vitest";
import { Interrupts } from "../../src/cli/interrupts.ts";

test("a command that only reads ends at the first interrupt", () => {
  const interrupts = new Interrupts();
  expect(interrupts.interrupted).toBe(false);
  expect(interrupts.interrupt()).toBe("aborting");
  expect([interrupts.stop.aborted, interrupts.abort.aborted]).toEqual([true, true]);
  expect(interrupts.interrupt()).toBe("exit");
});

test("a command that writes stops at the first, cuts off at the second, and goes at the third", () => {
  const interrupts = new Interrupts();
  interrupts.graceful = true;
  expect(interrupts.interrupt()).toBe("stopping");
  expect([interrupts.stop.aborted, interrupts.abort.aborted]).toEqual([true, false]);
  expect(interrupts.interrupt()).toBe("aborting");
  expect(interrupts.abort.aborted).toBe(true);
  expect(interrupts.interrupt()).toBe("exit");
});

test("when the time is up what is in flight is cut off", () => {
  const interrupts = new Interrupts();
  interrupts.graceful = true;
  interrupts.interrupt();
  interrupts.expire();
  expect(interrupts.abort.reason).toMatchObject({ code: "INTERRUPTED" });
});

import { expect, test } from "vitest";
import type { Subtask } from "../../src/driver/sync-driver.ts";
import { workThrough } from "../../src/engine/subtask-queue.ts";

const never = new AbortController().signal;
const subtask = (id: string, phase = "write", needs: string[] = []): Subtask => ({
  id,
  planId: "p",
  sync: "s",
  seqFrom: 1,
  seqTo: 1,
  needs,
  phase,
  items: 1,
  bytes: 1,
});

test("a phase begins when every subtask of the one before is finished", async () => {
  const seen: string[] = [];
  const gates = new Map<string, () => void>();
  const work = ({ id }: Subtask) =>
    new Promise<void>((resolve) => {
      seen.push(`begin ${id}`);
      gates.set(id, () => {
        seen.push(`end ${id}`);
        resolve();
      });
      if (id === "b") queueMicrotask(() => [gates.get("b"), gates.get("a")].forEach((open) => open?.()));
      if (id === "c") gates.get("c")?.();
    });
  await workThrough([subtask("a"), subtask("b"), subtask("c", "delete")], { parallel: 5, work, signal: never });
  expect(seen.indexOf("begin c")).toBeGreaterThan(seen.indexOf("end a"));
  expect(seen.indexOf("begin c")).toBeGreaterThan(seen.indexOf("end b"));
});

test("only a few more subtasks are cut than are at work", async () => {
  let cut = 0;
  let most = 0;
  let finished = 0;
  function* many() {
    for (let at = 0; at < 500; at += 1) {
      cut += 1;
      most = Math.max(most, cut - finished);
      yield subtask(`t${at}`);
    }
  }
  const work = async () => {
    await Promise.resolve();
    finished += 1;
  };
  await workThrough(many(), { parallel: 4, work, signal: never });
  expect(finished).toBe(500);
  expect(most).toBeLessThanOrEqual(4 + 3);
});

test("a subtask waits for those it needs", async () => {
  const ended: string[] = [];
  const work = async ({ id }: Subtask) => {
    if (id === "a") for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    ended.push(id);
  };
  await workThrough([subtask("a"), subtask("b", "write", ["a"])], { parallel: 2, work, signal: never });
  expect(ended).toEqual(["a", "b"]);
});

test("after an error nothing new begins, and the error comes out", async () => {
  let begun = 0;
  const work = async () => {
    begun += 1;
    throw new Error("the state is gone");
  };
  await expect(
    workThrough(
      Array.from({ length: 50 }, (_, at) => subtask(`t${at}`)),
      { parallel: 1, work, signal: never },
    ),
  ).rejects.toThrow("the state is gone");
  expect(begun).toBe(1);
});

test("a stopped run begins nothing new", async () => {
  const stop = new AbortController();
  let begun = 0;
  const work = async () => {
    begun += 1;
    stop.abort();
  };
  await workThrough(
    Array.from({ length: 50 }, (_, at) => subtask(`t${at}`)),
    { parallel: 1, work, signal: stop.signal },
  );
  expect(begun).toBe(1);
});

test("where subtasks cannot be cut any more, what has begun is waited for", async () => {
  const seen: string[] = [];
  function* broken() {
    for (const id of ["a", "b", "c", "d", "e"]) yield subtask(id);
    seen.push("broken");
    throw new Error("unreadable");
  }
  const work = async ({ id }: Subtask) => {
    for (let turns = id === "a" ? 1 : 5; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
    seen.push(`ended ${id}`);
  };
  await expect(workThrough(broken(), { parallel: 2, work, signal: never })).rejects.toThrow("unreadable");
  expect(seen.slice(0, 2)).toEqual(["ended a", "broken"]);
  expect(seen).toContain("ended b");
});

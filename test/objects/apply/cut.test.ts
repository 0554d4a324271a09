import fc from "fast-check";
import { expect, test } from "vitest";
import type { NumberedAction } from "../../../src/changeset/action.ts";
import { cutSubtasks } from "../../../src/objects/apply/cut.ts";

function action(seq: number, kind: "copy" | "delete", bytes: number): NumberedAction {
  return { seq, sync: "s", action: kind, key: `k${seq}`, reason: "absent", bytes, source: undefined, destination: undefined, detail: undefined };
}

const cut = (actions: NumberedAction[], maxObjects: number, maxBytes: number) => [
  ...cutSubtasks(() => actions, { planId: "p", sync: "s", maxObjects, maxBytes }),
];

test("a subtask ends at whichever limit comes first, and a larger object stands alone", () => {
  const sizes = [1, 1, 1, 10, 1];
  const subtasks = cut(
    sizes.map((bytes, at) => action(at + 1, "copy", bytes)),
    2,
    5,
  );
  expect(subtasks.map(({ seqFrom, seqTo, items, bytes }) => [seqFrom, seqTo, items, bytes])).toEqual([
    [1, 2, 2, 2],
    [3, 3, 1, 1],
    [4, 4, 1, 10],
    [5, 5, 1, 1],
  ]);
});

test("deletions come after everything that writes", () => {
  const subtasks = cut([action(1, "delete", 0), action(2, "copy", 1), action(3, "delete", 0)], 10, 10);
  expect(subtasks.map(({ phase, seqFrom, seqTo }) => [phase, seqFrom, seqTo])).toEqual([
    ["write", 2, 2],
    ["delete", 1, 3],
  ]);
});

test("every action is in exactly one subtask of its phase, and no limit is passed", () => {
  const actions = fc.array(fc.record({ kind: fc.constantFrom("copy" as const, "delete" as const), bytes: fc.integer({ min: 0, max: 9 }) }), { maxLength: 40 });
  fc.assert(
    fc.property(actions, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 20 }), (made, maxObjects, maxBytes) => {
      const all = made.map(({ kind, bytes }, at) => action(at + 1, kind, bytes));
      const subtasks = cut(all, maxObjects, maxBytes);
      for (const [phase, kind] of [
        ["write", "copy"],
        ["delete", "delete"],
      ] as const) {
        const covered = subtasks
          .filter((one) => one.phase === phase)
          .flatMap(({ seqFrom, seqTo }) => all.filter((one) => one.action === kind && one.seq >= seqFrom && one.seq <= seqTo).map(({ seq }) => seq));
        expect(covered).toEqual(all.filter((one) => one.action === kind).map(({ seq }) => seq));
      }
      for (const { items, bytes } of subtasks) {
        expect(items).toBeLessThanOrEqual(maxObjects);
        expect(items === 1 || bytes <= maxBytes).toBe(true);
      }
      expect(new Set(subtasks.map(({ id }) => id)).size).toBe(subtasks.length);
    }),
  );
});

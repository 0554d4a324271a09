import fc from "fast-check";
import { expect, test } from "vitest";
import type { Action, ActionKind } from "../../src/changeset/action.ts";
import type { Changeset } from "../../src/changeset/changeset.ts";
import { READING_ORDER } from "../../src/report/words.ts";
import { ActionList, type ListFilter } from "../../src/ui/browser/action-list.ts";
import { findNext } from "../../src/ui/browser/find.ts";
import { changesetOf } from "../report/changeset-fixture.ts";

const KINDS = ["copy", "overwrite", "delete", "conflict", "notSynced", "skip"] as const satisfies readonly ActionKind[];
const REASONS = ["absent", "size", "newer"];

const ACTIONS = fc.array(
  fc.record({ action: fc.constantFrom(...KINDS), reason: fc.constantFrom(...REASONS), word: fc.constantFrom("Red", "red", "blue", "green") }),
  {
    maxLength: 300,
  },
);
const FILTER: fc.Arbitrary<ListFilter> = fc.record({
  kinds: fc.option(fc.subarray([...KINDS]), { nil: undefined }),
  reasons: fc.option(fc.subarray(REASONS), { nil: undefined }),
  texts: fc.option(fc.array(fc.record({ text: fc.constantFrom("red", "Red", "e", "7", "nothing"), matchCase: fc.boolean() }), { maxLength: 2 }), {
    nil: undefined,
  }),
});

interface Made {
  readonly action: ActionKind;
  readonly reason: string;
  readonly key: string;
}

function make(actions: readonly { readonly action: ActionKind; readonly reason: string; readonly word: string }[]): Made[] {
  return actions.map(({ action, reason, word }, at) => ({ action, reason, key: `${String(at).padStart(4, "0")}-${word}` }));
}

function letsThrough({ kinds, reasons, texts }: ListFilter, { action, reason, key }: Made): boolean {
  if (kinds?.includes(action) === false || reasons?.includes(reason) === false) return false;
  return (texts ?? []).every(({ text, matchCase }) => (matchCase ? key.includes(text) : key.toLowerCase().includes(text.toLowerCase())));
}

/** What destroys first, then as in the file. */
function inListOrder(made: readonly Made[], filter: ListFilter): Made[] {
  return READING_ORDER.flatMap((kind) => made.filter((each) => each.action === kind && letsThrough(filter, each)));
}

/** A second sync before and after it, so that its numbers begin anywhere. */
async function changesetWith(made: readonly Made[]): Promise<Changeset & Disposable> {
  const others: Partial<Action>[] = [{ key: "o1" }, { key: "o2", action: "conflict" }];
  return changesetOf([
    { name: "zzz", actions: others },
    { name: "media", actions: made },
    { name: "aaa", actions: others },
  ]);
}

function listOf(changeset: Changeset, filter: ListFilter): ActionList {
  const sync = changeset.summary.syncs[1];
  if (sync === undefined) throw new Error("three syncs were written");
  return new ActionList({ changeset, sync, filter, onChange: () => {} });
}

test("any page of a list is what a list in memory would have there, and positions are found again", async () => {
  await fc.assert(
    fc.asyncProperty(ACTIONS, FILTER, fc.nat(300), fc.integer({ min: 1, max: 50 }), async (actions, filter, from, count) => {
      const made = make(actions);
      using changeset = await changesetWith(made);
      const list = listOf(changeset, filter);
      await list.scanned;
      const wanted = inListOrder(made, filter);
      expect(list.length).toBe(wanted.length);
      expect(list.isCounted).toBe(true);
      const rows = list.rows(from, count);
      expect(rows.map(({ key }) => key)).toEqual(wanted.slice(from, from + count).map(({ key }) => key));
      for (const [at, { action, seq }] of rows.entries()) expect(list.positionOf(action, seq)).toBe(from + at);
      list.close();
    }),
    { numRuns: 60 },
  );
});

test("search finds the next match in either direction and around the end, as a list in memory would", async () => {
  await fc.assert(
    fc.asyncProperty(ACTIONS, FILTER, FILTER, fc.nat(300), fc.constantFrom(1 as const, -1 as const), async (actions, filter, wanted, start, direction) => {
      const made = make(actions);
      using changeset = await changesetWith(made);
      const list = listOf(changeset, filter);
      await list.scanned;
      const all = inListOrder(made, filter);
      const from = all.length === 0 ? undefined : start % all.length;
      const row = from === undefined ? undefined : list.rows(from, 1)[0];
      const found = await findNext({
        list,
        wanted,
        from: row && { kind: row.action, seq: row.seq },
        direction,
        signal: new AbortController().signal,
        onLooked: () => {},
      });
      let expected: number | undefined;
      for (let step = 1; step <= all.length && expected === undefined; step += 1) {
        const at = ((from ?? 0) + direction * step + all.length * 2) % all.length;
        const each = all[at];
        if (each !== undefined && letsThrough(wanted, each)) expected = at;
      }
      expect(found && list.positionOf(found.kind, found.seq)).toBe(expected);
      list.close();
    }),
    { numRuns: 60 },
  );
});

test("a list of many is read in windows, and shows what it has before it is done", async () => {
  const made = Array.from({ length: 20_000 }, (_, at): Made => ({
    action: at % 2 === 0 ? "copy" : "overwrite",
    reason: "size",
    key: `k${String(at).padStart(6, "0")}`,
  }));
  using changeset = await changesetOf([
    { name: "a", actions: [] },
    { name: "media", actions: made },
  ]);
  const list = listOf(changeset, { texts: [{ text: "9", matchCase: false }] });
  expect(list.isCounted).toBe(false);
  expect(list.scan).toMatchObject({ of: 20_000 });
  expect(list.rows(0, 2).map(({ key }) => key)).toEqual(["k000009", "k000019"]);
  await list.scanned;
  const wanted = inListOrder(made, { texts: [{ text: "9", matchCase: false }] });
  expect(list.length).toBe(wanted.length);
  expect(list.rows(list.length - 1, 1)[0]?.key).toBe(wanted.at(-1)?.key);
  list.close();
});

test("skips that were only counted are not in the list", async () => {
  using changeset = await changesetOf([
    { name: "a", actions: [] },
    { name: "media", actions: [{ key: "x", action: "conflict" }] },
  ]);
  const sync = changeset.summary.syncs[1];
  if (sync === undefined) throw new Error("two syncs were written");
  const counted = { ...sync, actions: { ...sync.actions, skip: { items: 1000, bytes: 0, rows: 0 } } };
  const list = new ActionList({ changeset, sync: counted, filter: {}, onChange: () => {} });
  await list.scanned;
  expect(list.length).toBe(1);
});

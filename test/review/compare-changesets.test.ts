import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Action, ActionKind } from "../../src/changeset/action.ts";
import { compareKeys } from "../../src/core/byte-order.ts";
import { compareChangesets, type EffectGroup } from "../../src/review/compare-changesets.ts";
import { changesetOf, databaseAction, type FixtureSync } from "../report/changeset-fixture.ts";

const NONE: ReadonlyMap<string, string> = new Map();

async function difference(before: readonly FixtureSync[], after: readonly FixtureSync[], renamed = NONE) {
  using old = await changesetOf(before);
  using now = await changesetOf(after);
  return await compareChangesets({ before: old, after: now, renamed });
}

function counts(groups: readonly EffectGroup[]): Record<string, number> {
  return Object.fromEntries(groups.map(({ action, items }) => [action, items]));
}

test("what is added, taken away, done otherwise and done just so", async () => {
  const before = [{ key: "a" }, { key: "b" }, { key: "c", bytes: 5 }, { key: "d", action: "overwrite" as const }];
  const after = [
    { key: "a" },
    { key: "c", bytes: 5, source: { size: 5, etag: "other" } },
    { key: "d", action: "delete" as const },
    { key: "e", action: "delete" as const, destination: { size: 70 } },
  ];
  const { syncs, planId, planIdBefore } = await difference([{ name: "media", actions: before }], [{ name: "media", actions: after }]);
  expect(planId).not.toBe(planIdBefore);
  const [sync, ...others] = syncs;
  expect(others).toEqual([]);
  expect(sync).toMatchObject({ name: "media", before: "media", same: 1, isMoved: false, hasOtherOptions: false });
  expect(sync?.added).toEqual([{ action: "delete", items: 2, bytes: 71, rows: 0, examples: ["d", "e"] }]);
  expect(sync && [counts(sync.removed), counts(sync.altered)]).toEqual([{ copy: 1, overwrite: 1 }, { copy: 1 }]);
});

test("syncs that are new, gone, and called otherwise", async () => {
  const { syncs } = await difference(
    [
      { name: "old", actions: [{ key: "a" }] },
      { name: "gone", actions: [{ key: "b" }] },
    ],
    [
      { name: "now", actions: [{ key: "a" }] },
      { name: "more", actions: [{ key: "c" }] },
    ],
    new Map([["old", "now"]]),
  );
  expect(syncs.map(({ name, before, added, removed, same }) => [name, before, counts(added), counts(removed), same])).toEqual([
    ["now", "old", {}, {}, 1],
    ["more", undefined, { copy: 1 }, {}, 0],
    ["gone", "gone", {}, { copy: 1 }, 0],
  ]);
});

test("an interrupt ends it", async () => {
  using before = await changesetOf([{ name: "media", actions: [] }]);
  using after = await changesetOf([{ name: "media", actions: Array.from({ length: 20_000 }, (_, at) => ({ key: String(at).padStart(5, "0") })) }]);
  const stop = new AbortController();
  setImmediate(() => stop.abort(new Error("stopped")));
  await expect(compareChangesets({ before, after, renamed: NONE, signal: stop.signal })).rejects.toThrow("stopped");
});

test("what is written to another place is nothing that was written before", async () => {
  const actions = [{ key: "a" }];
  const [sync] = (await difference([{ name: "media", actions }], [{ name: "media", actions, to: "s3://elsewhere/" }])).syncs;
  expect(sync).toMatchObject({ isMoved: true, same: 0, added: [{ action: "copy", items: 1 }], removed: [{ action: "copy", items: 1 }] });
});

test("the same keys from another source are other copies", async () => {
  const actions = [{ key: "a" }];
  const [sync] = (await difference([{ name: "media", actions }], [{ name: "media", actions, from: "s3://elsewhere/" }])).syncs;
  expect(sync).toMatchObject({ isMoved: false, same: 0, altered: [{ action: "copy", items: 1 }], added: [], removed: [] });
});

test("database objects, which no changeset has in the order of their names", async () => {
  const table = (name: string, ddl: string) => databaseAction({ kind: "table", schema: "public", name, ddl });
  const rows = (name: string, count: number) => databaseAction({ kind: "rows", schema: "public", name }, { action: "copyRows", rows: count, bytes: count });
  const [sync] = (
    await difference(
      [{ name: "shop", kind: "postgres", actions: [table("z", "1"), table("a", "1"), rows("z", 5), rows("a", 5)] }],
      [{ name: "shop", kind: "postgres", actions: [table("b", "1"), table("z", "2"), rows("b", 7), rows("z", 9)] }],
    )
  ).syncs;
  expect(sync?.added).toEqual([
    { action: "create", items: 1, bytes: 0, rows: 0, examples: ["table public.b"] },
    { action: "copyRows", items: 1, bytes: 7, rows: 7, examples: ["rows public.b"] },
  ]);
  expect(sync && [counts(sync.removed), counts(sync.altered), sync.same]).toEqual([{ create: 1, copyRows: 1 }, { create: 1 }, 1]);
});

test("only a few names are kept, however many there are", async () => {
  const actions = Array.from({ length: 3000 }, (_, at) => ({ key: String(at).padStart(5, "0") }));
  const [sync] = (await difference([{ name: "media", actions: [] }], [{ name: "media", actions }])).syncs;
  expect(sync?.added).toEqual([{ action: "copy", items: 3000, bytes: 3000, rows: 0, examples: actions.slice(0, 10).map(({ key }) => key) }]);
});

describe("beside a simple comparison of maps", () => {
  const kind = fc.constantFrom<ActionKind>("copy", "overwrite", "delete", "skip", "conflict");
  const key = fc.oneof(
    fc.constantFrom("a", "b", "é", "\uff5e", "\u{1f600}", "a/b"),
    fc.string({ unit: "binary", maxLength: 3 }).filter((text) => text !== "" && text.isWellFormed()),
  );
  const actions = fc
    .uniqueArray(fc.record({ key, action: kind, etag: fc.constantFrom("1", "2") }), { selector: ({ key: name }) => name, maxLength: 12 })
    .map((list) =>
      list
        .toSorted((a, b) => compareKeys(a.key, b.key))
        .map(({ key: name, action, etag }): Partial<Action> => ({ key: name, action, ...(action !== "delete" && { source: { size: 1, etag } }) })),
    );

  test("it counts the same", async () => {
    await fc.assert(
      fc.asyncProperty(actions, actions, async (before, after) => {
        const [sync] = (await difference([{ name: "media", actions: before }], [{ name: "media", actions: after }])).syncs;
        const effects = (list: readonly Partial<Action>[]) => list.filter(({ action }) => action === "copy" || action === "overwrite" || action === "delete");
        const id = ({ key: name, action }: Partial<Action>) => `${action} ${name}`;
        const whole = (action: Partial<Action>) => `${id(action)} ${action.source?.etag ?? ""}`;
        const [old, now] = [effects(before), effects(after)];
        const missing = (from: readonly Partial<Action>[], others: readonly Partial<Action>[]) =>
          from.filter((action) => !others.some((other) => id(other) === id(action))).length;
        const both = now.filter((action) => old.some((other) => id(other) === id(action)));
        const same = both.filter((action) => old.some((other) => whole(other) === whole(action))).length;
        const items = (groups: readonly EffectGroup[] = []) => groups.reduce((total, group) => total + group.items, 0);
        expect([items(sync?.added), items(sync?.removed), items(sync?.altered), sync?.same]).toEqual([
          missing(now, old),
          missing(old, now),
          both.length - same,
          same,
        ]);
      }),
      { numRuns: 60 },
    );
  });
});

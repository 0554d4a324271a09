import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ACTION_KINDS, type Action, type NumberedAction } from "../../src/changeset/action.ts";
import { openChangeset } from "../../src/changeset/read.ts";
import { createChangeset } from "../../src/changeset/write.ts";
import { temporaryFolder } from "../support/temp.ts";
import { anySyncs, copy, header, isEffect, listedActions, ORIGIN, REQUESTS, sampleSync, write } from "./samples.ts";

test("what was written is read, in its order, with its counts", async () => {
  await using folder = await temporaryFolder();
  await fc.assert(
    fc.asyncProperty(anySyncs, fc.boolean(), fc.integer({ min: 1, max: 7 }), async (syncs, listSkips, pageSize) => {
      const written = write(folder.join("a.changeset"), syncs, { listSkips, pageSize });
      const read = await openChangeset(folder.join("a.changeset"));
      try {
        expect(read.origin).toEqual(ORIGIN);
        expect(read.summary).toEqual(written.summary);
        expect(read.summary.requests).toEqual(REQUESTS);
        expect(read.summary.syncs.map(({ header: h, listed, notices, stamp }) => ({ header: h, listed, notices, stamp }))).toEqual(
          syncs.map(({ header: h, listed, notices, stamp }) => ({ header: h, listed, notices, stamp })),
        );
        for (const [index, { actions }] of syncs.entries()) expect(read.summary.syncs[index]).toMatchObject(countsOf(actions));
        const actions = [...read.actions()];
        expect(actions.map(withoutSeq)).toEqual(listedActions(syncs, listSkips));
        expect([...written.actions()]).toEqual(actions);
        expect(read.summary.hasChanges).toBe(actions.some(isEffect));
        expect(read.summary.hasConflicts).toBe(actions.some(({ action }) => action === "conflict"));
      } finally {
        read.close();
        written.close();
      }
    }),
    { numRuns: 60 },
  );
});

test("filters give what filtering everything gives", async () => {
  await using folder = await temporaryFolder();
  const kinds = fc.option(fc.subarray([...ACTION_KINDS]), { nil: undefined });
  const number = fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined });
  fc.assert(
    fc.property(
      anySyncs,
      fc.record({ sync: fc.constantFrom(undefined, "a", "b", "none"), kinds, seqFrom: number, seqTo: number, limit: number, largestFirst: fc.boolean() }),
      (syncs, filter) => {
        const changeset = write(folder.join("a.changeset"), syncs, { listSkips: true });
        const wanted = [...changeset.actions()].filter(
          ({ sync, action, seq }) =>
            (filter.sync === undefined || sync === filter.sync) &&
            (filter.kinds === undefined || filter.kinds.includes(action)) &&
            seq >= (filter.seqFrom ?? seq) &&
            seq <= (filter.seqTo ?? seq),
        );
        const found = [...changeset.actions(filter)];
        changeset.close();
        if (!filter.largestFirst) {
          expect(found).toEqual(wanted.slice(0, filter.limit));
        } else {
          const bytes = wanted.map((action) => action.bytes).toSorted((a, b) => b - a);
          expect(found.map((action) => action.bytes)).toEqual(bytes.slice(0, filter.limit));
          expect(wanted).toEqual(expect.arrayContaining(found));
        }
      },
    ),
    { numRuns: 100 },
  );
});

test("more than a page is read whole", async () => {
  await using folder = await temporaryFolder();
  const actions = Array.from({ length: 25_003 }, (_, i) => copy(String(i).padStart(6, "0"), i % 7 === 0 ? { action: "conflict" } : {}));
  write(folder.join("a.changeset"), [sampleSync("a", actions), sampleSync("b", actions)], { pageSize: 1000 }).close();
  const changeset = await openChangeset(folder.join("a.changeset"));
  expect([...changeset.actions()].map(({ key }) => key)).toEqual([...actions, ...actions].map(({ key }) => key));
  expect([...changeset.actions({ sync: "b", kinds: ["copy"], seqFrom: 30_000, seqTo: 32_500 })].map(({ seq }) => seq)).toEqual(
    Array.from({ length: 2501 }, (_, i) => 30_000 + i),
  );
  changeset.close();
});

test("a planId and a number name one effect, whatever else is listed and in whatever order", async () => {
  await using folder = await temporaryFolder();
  fc.assert(
    fc.property(anySyncs, (syncs) => {
      const one = write(folder.join("one.changeset"), syncs, { listSkips: false });
      const other = write(folder.join("other.changeset"), syncs.toReversed(), { listSkips: true, pageSize: 1 });
      const effects = (changeset: typeof one) => [...changeset.actions()].filter(isEffect).toSorted((a, b) => a.seq - b.seq);
      expect(effects(other)).toEqual(effects(one));
      expect(effects(one).map(({ seq }) => seq)).toEqual(effects(one).map((_, index) => index + 1));
      expect(new Set([...other.actions()].map(({ seq }) => seq)).size).toBe([...other.actions()].length);
      one.close();
      other.close();
    }),
    { numRuns: 60 },
  );
});

test("the file is for its owner only, from its first byte, and nothing is left beside it", async () => {
  await using folder = await temporaryFolder();
  const path = folder.join("a.changeset");
  const writer = createChangeset({ path, origin: ORIGIN, listSkips: false });
  const [partial = ""] = readdirSync(folder.path);
  expect(existsSync(path)).toBe(false);
  expect(statSync(folder.join(partial)).mode & 0o777).toBe(0o600);
  writer.beginSync(header("a"));
  writer.add([copy("k")]);
  writer.endSync({ source: 1, destination: 0 }, []);
  writer.seal(REQUESTS).close();
  expect(readdirSync(folder.path)).toEqual(["a.changeset"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("what is discarded leaves the changeset that was there", async () => {
  await using folder = await temporaryFolder();
  const path = folder.join("a.changeset");
  write(path, [sampleSync("a", [copy("k")])]).close();
  const before = readFileSync(path);
  const writer = createChangeset({ path, origin: ORIGIN, listSkips: false });
  writer.beginSync(header("a"));
  writer.discard();
  expect(readdirSync(folder.path)).toEqual(["a.changeset"]);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a changeset takes the place of a changeset and of an empty file, and of nothing else", async () => {
  await using folder = await temporaryFolder();
  const path = folder.join("a.changeset");
  writeFileSync(path, "");
  write(path, [sampleSync("a", [copy("k")])]).close();
  write(path, [sampleSync("a", [copy("k")])]).close();

  const plan = folder.join("plan.yaml");
  writeFileSync(plan, "version: 1\n");
  const state = folder.join("state.sqlite");
  const other = new DatabaseSync(state);
  other.exec("CREATE TABLE items (key TEXT)");
  other.close();
  for (const taken of [plan, state, folder.path, "/dev/null"]) {
    expect(() => createChangeset({ path: taken, origin: ORIGIN, listSkips: false })).toThrow(expect.objectContaining({ code: "CHANGESET_PLACE_TAKEN" }));
  }
  expect(readFileSync(plan, "utf8")).toBe("version: 1\n");
  expect(readdirSync(folder.path).toSorted()).toEqual(["a.changeset", "plan.yaml", "state.sqlite"]);
});

test("a folder that is missing is said", async () => {
  await using folder = await temporaryFolder();
  expect(() => createChangeset({ path: folder.join("none", "a.changeset"), origin: ORIGIN, listSkips: false })).toThrow(
    expect.objectContaining({ code: "CHANGESET_UNWRITABLE" }),
  );
});

test("a key that is no text is refused, not altered", async () => {
  await using folder = await temporaryFolder();
  const writer = createChangeset({ path: folder.join("a.changeset"), origin: ORIGIN, listSkips: false });
  writer.beginSync(header("a"));
  writer.add([copy("half \ud800 a pair")]);
  expect(() => writer.endSync({ source: 1, destination: 0 }, [])).toThrow(expect.objectContaining({ code: "TEXT_MALFORMED" }));
  writer.discard();
});

test("skips are counted by reason, and listed only where that is asked", async () => {
  await using folder = await temporaryFolder();
  const actions = [copy("a"), copy("b", { action: "skip", reason: "equal-etag", bytes: 5 }), copy("c", { action: "skip", reason: "equal-etag", bytes: 6 })];
  const changeset = write(folder.join("a.changeset"), [sampleSync("s", actions)]);
  expect([...changeset.actions()].map(({ key }) => key)).toEqual(["a"]);
  expect(changeset.summary.syncs[0]).toMatchObject({ reasons: { absent: 1, "equal-etag": 2 }, actions: { skip: { items: 2, bytes: 11, rows: 0 } } });
  changeset.close();
});

function withoutSeq({ action, key, reason, bytes, rows, source, destination, detail, sync }: NumberedAction) {
  return { action, key, reason, bytes, rows, source, destination, detail, sync };
}

function countsOf(actions: readonly Action[]) {
  const totals: Record<string, { items: number; bytes: number; rows: number }> = {};
  for (const kind of ACTION_KINDS) totals[kind] = { items: 0, bytes: 0, rows: 0 };
  const reasons = new Map<string, number>();
  for (const { action, reason, bytes, rows = 0 } of actions) {
    const total = totals[action] ?? { items: 0, bytes: 0, rows: 0 };
    total.items += 1;
    total.bytes += bytes;
    total.rows += rows;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return { actions: totals, reasons: Object.fromEntries(reasons) };
}

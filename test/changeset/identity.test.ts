import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Action } from "../../src/changeset/action.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { anySyncs, copy, header, isEffect, ORIGIN, sampleSync, write, type SampleSync, type WriteOptions } from "./samples.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

function planId(syncs: readonly SampleSync[], options?: WriteOptions): string {
  const changeset = write(folder.join("a.changeset"), syncs, options);
  changeset.close();
  return changeset.summary.planId;
}

test("it does not depend on pages, listed skips, the order of syncs, or what changes nothing", () => {
  fc.assert(
    fc.property(anySyncs, fc.integer({ min: 1, max: 9 }), (syncs, pageSize) => {
      const id = planId(syncs);
      expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(planId(syncs, { pageSize, listSkips: true })).toBe(id);
      expect(planId(syncs.toReversed())).toBe(id);
      expect(
        planId(
          syncs.map((sync) => ({ ...sync, actions: sync.actions.filter(isEffect), notices: [], stamp: undefined, listed: { source: 0, destination: 0 } })),
        ),
      ).toBe(id);
      expect(
        planId(
          syncs.map((sync) => ({
            ...sync,
            actions: sync.actions.map((action) => ({ ...action, reason: "other", bytes: action.bytes + 1, rows: (action.rows ?? 0) + 1 })),
          })),
        ),
      ).toBe(id);
      expect(planId(syncs, { origin: { ...ORIGIN, planFile: "elsewhere.yaml", lineage: "l-2", serial: 9, tidemark: "9.9.9" } })).toBe(id);
    }),
    { numRuns: 40 },
  );
});

test("it is the same on any machine: what a location resolves to is left out", () => {
  const here = sampleSync("s", [copy("k")]);
  const elsewhere: SampleSync = {
    ...here,
    header: {
      ...here.header,
      destination: "other",
      from: { ...here.header.from, display: "d", resolved: "r", location: "l" },
      to: { ...here.header.to, resolved: "r2" },
    },
  };
  expect(planId([elsewhere])).toBe(planId([here]));
});

test("two lists of effects share an id only where they are equal", () => {
  const effects = (syncs: readonly SampleSync[]) =>
    JSON.stringify(
      syncs
        .map(
          (sync) =>
            [
              sync.header.name,
              sync.actions.filter(isEffect).map(({ action, key, source, destination, detail }) => [action, key, source, destination, detail]),
            ] as const,
        )
        .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  fc.assert(
    fc.property(anySyncs, anySyncs, (a, b) => {
      expect(planId(a) === planId(b)).toBe(effects(a) === effects(b));
    }),
    { numRuns: 60 },
  );
});

const base = [
  copy("a"),
  copy("b", { action: "overwrite", destination: { size: 1, etag: "old" }, detail: "note" }),
  copy("c", { action: "delete", source: undefined, destination: { versionId: "v" } }),
];

test.each<[string, readonly Action[]]>([
  ["another action", [{ ...copy("a"), action: "create" }, ...base.slice(1)]],
  ["another key", [copy("A"), ...base.slice(1)]],
  ["a source of another size", [copy("a", { source: { size: 11, modified: "2024-05-01T10:00:00.000Z", etag: "e1" } }), ...base.slice(1)]],
  ["a source of another time", [copy("a", { source: { size: 10, modified: "2024-05-01T10:00:00.001Z", etag: "e1" } }), ...base.slice(1)]],
  ["a source with a version id", [copy("a", { source: { size: 10, modified: "2024-05-01T10:00:00.000Z", etag: "e1", versionId: "" } }), ...base.slice(1)]],
  ["a destination where there was none", [copy("a", { destination: {} }), ...base.slice(1)]],
  ["a detail", [copy("a", { detail: "" }), ...base.slice(1)]],
  ["one effect less", base.slice(1)],
  ["another order", base.toReversed()],
  ["a key and an action that run together otherwise", [copy("a", { key: "1:a" }), ...base.slice(1)]],
])("it differs with %s", (_, actions) => {
  expect(planId([sampleSync("s", actions)])).not.toBe(planId([sampleSync("s", base)]));
});

test.each<[string, Partial<SampleSync["header"]>]>([
  ["name", { name: "t" }],
  ["kind", { kind: "postgres" }],
  ["source", { from: { ...header("s").from, identity: "x" } }],
  ["destination", { to: { ...header("s").to, identity: "x" } }],
  ["options", { options: '{"storageClass":"archive"}' }],
])("it differs with the %s of a sync", (_, change) => {
  const sync = sampleSync("s", base);
  expect(planId([{ ...sync, header: { ...sync.header, ...change } }])).not.toBe(planId([sync]));
});

test("effects of one sync are not those of another", () => {
  expect(planId([sampleSync("s", base), sampleSync("t", [])])).not.toBe(planId([sampleSync("s", []), sampleSync("t", base)]));
});

test("the encoding stays what it is: ids of saved changesets must hold", () => {
  expect(planId([sampleSync("s", base)])).toMatchInlineSnapshot(`"sha256:f9b250cd939869ec13bd0696f2f2fa8ada9cad928468d8850f7783142cc0dd3c"`);
});

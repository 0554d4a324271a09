import fc from "fast-check";
import { expect, test } from "vitest";
import { ACTION_KINDS, EFFECTS, type NumberedAction } from "../../src/changeset/action.ts";
import type { ActionFilter } from "../../src/changeset/changeset.ts";
import { temporaryFolder } from "../support/temp.ts";
import { anySyncs, write } from "./samples.ts";

const KINDS = fc.option(fc.subarray([...ACTION_KINDS]), { nil: undefined });
const TEXTS = fc.option(fc.array(fc.record({ text: fc.constantFrom("a", "B", "/", "é", "%", "_", "zz"), matchCase: fc.boolean() }), { maxLength: 2 }), {
  nil: undefined,
});
const REASONS = fc.option(fc.subarray(["absent", "size", "etag", "newer", "not-in-source", "never"]), { nil: undefined });
const RANGE = fc.record({ seqFrom: fc.integer({ min: 0, max: 30 }), seqTo: fc.integer({ min: 0, max: 40 }) });

/** Of the ASCII letters only, as SQLite folds them. */
const folded = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

function letsThrough(
  { kinds, reasons, texts, seqFrom = 0, seqTo = Number.POSITIVE_INFINITY }: ActionFilter,
  { action, reason, key, seq }: NumberedAction,
): boolean {
  if (kinds?.includes(action) === false || reasons?.includes(reason) === false || seq < seqFrom || seq > seqTo) return false;
  return (texts ?? []).every(({ text, matchCase }) => (matchCase ? key.includes(text) : folded(key).includes(folded(text))));
}

test("keys, reasons and ranges filter as they would in memory: actions, numbers and bytes at the destination", async () => {
  await using folder = await temporaryFolder();
  fc.assert(
    fc.property(anySyncs, KINDS, REASONS, TEXTS, RANGE, (syncs, kinds, reasons, texts, range) => {
      const changeset = write(folder.join("a.changeset"), syncs, { listSkips: true });
      try {
        for (const sync of ["a", "b", "none"]) {
          const filter = { sync, kinds, reasons, texts, ...range };
          const wanted = [...changeset.actions({ sync })].filter((action) => letsThrough(filter, action));
          expect([...changeset.actions(filter)]).toEqual(wanted);
          const bySeq = wanted.toSorted((a, b) => a.seq - b.seq);
          expect(changeset.numbers(filter)).toEqual(bySeq.map(({ seq, action }) => [seq, action]));
          const bytes = Number(wanted.reduce((sum, { destination }) => sum + BigInt(destination?.size ?? 0), 0n));
          // Exact as far as a number can be: past 2^53 the last bit may be another.
          expect(Math.abs(changeset.destinationBytes(filter) - bytes)).toBeLessThanOrEqual(bytes > Number.MAX_SAFE_INTEGER ? bytes * Number.EPSILON : 0);
        }
      } finally {
        changeset.close();
      }
    }),
    { numRuns: 100 },
  );
});

test("spans hold the numbers of a sync, and no other's", async () => {
  await using folder = await temporaryFolder();
  fc.assert(
    fc.property(anySyncs, (syncs) => {
      const changeset = write(folder.join("a.changeset"), syncs, { listSkips: true });
      try {
        for (const { header } of changeset.summary.syncs) {
          for (const part of ["effects", "notes"] as const) {
            const numbers = [...changeset.actions({ sync: header.name })]
              .filter(({ action }) => EFFECTS.has(action) === (part === "effects"))
              .map(({ seq }) => seq);
            const { first, last } = changeset.span(header.name, part);
            expect(Array.from({ length: last - first + 1 }, (_, at) => first + at)).toEqual(numbers);
          }
        }
        expect(changeset.span("none", "effects")).toEqual({ first: 1, last: 0 });
      } finally {
        changeset.close();
      }
    }),
  );
});

test("the largest first, of what a filter lets through", async () => {
  await using folder = await temporaryFolder();
  fc.assert(
    fc.property(anySyncs, REASONS, TEXTS, (syncs, reasons, texts) => {
      const changeset = write(folder.join("a.changeset"), syncs, { listSkips: true });
      const found = [...changeset.actions({ reasons, texts, largestFirst: true, limit: 5 })];
      const wanted = [...changeset.actions()].filter((action) => letsThrough({ reasons, texts }, action)).toSorted((a, b) => b.bytes - a.bytes);
      changeset.close();
      expect(found.map(({ bytes }) => bytes)).toEqual(wanted.slice(0, 5).map(({ bytes }) => bytes));
    }),
  );
});

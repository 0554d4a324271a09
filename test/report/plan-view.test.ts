import { expect, test } from "vitest";
import { PLAIN } from "../../src/report/paint.ts";
import { showPlan } from "../../src/report/plan-view.ts";
import { changesetOf, HOSTILE_KEYS, textOf } from "./changeset-fixture.ts";

test("a plan is grouped by sync, losses first, and ends in the one line that counts", async () => {
  using changeset = await changesetOf([
    {
      name: "media",
      actions: [
        { key: "a.jpg", bytes: 1200 },
        { key: "b.jpg", action: "overwrite", reason: "size", bytes: 5 },
        { key: "c.jpg", action: "delete", reason: "not-in-source", bytes: 0 },
        ...Array.from({ length: 997 }, (_, at) => ({ key: `same/${at}`, action: "skip" as const, reason: "equal-etag" })),
      ],
    },
  ]);
  const text = await textOf((out) => showPlan(changeset, out, PLAIN, { verbose: false }));

  expect(text).toContain("media  s3://archive/ → s3://cold/");
  expect(text.indexOf("1 object will be DELETED")).toBeLessThan(text.indexOf("1 object will be OVERWRITTEN"));
  expect(text.indexOf("OVERWRITTEN")).toBeLessThan(text.indexOf("+ copy"));
  expect(text).toContain("absent 1");
  expect(text).toContain("equal-etag 997");
  expect(text).toContain("+ a.jpg");
  expect(text).not.toContain("same/1");
  expect(text).toContain("Plan: 1 to copy, 1 to overwrite, 1 to delete, 997 unchanged. 1.2 kB to move.");
  expect(text).toContain(changeset.summary.planId);
});

test("nothing to do is said with both ends and the counts", async () => {
  using changeset = await changesetOf([{ name: "media", actions: [{ action: "skip", reason: "equal-etag", bytes: 7 }] }]);
  const text = await textOf((out) => showPlan(changeset, out, PLAIN, { verbose: false }));

  expect(text).toContain("s3://archive/ → s3://cold/");
  expect(text).toContain("No changes. 0 to copy, 0 to overwrite, 0 to delete, 1 unchanged.");
});

test("conflicts alone are no silent success", async () => {
  using changeset = await changesetOf([
    { name: "media", actions: [{ action: "conflict", key: "x", reason: "destination-newer", detail: "the destination is newer" }] },
  ]);
  const text = await textOf((out) => showPlan(changeset, out, PLAIN, { verbose: false }));

  expect(text).toContain("No changes, but conflicts. 0 to copy, 0 to overwrite, 0 to delete, 1 in conflict");
  expect(text).toContain("the destination is newer");
});

test("samples are few, and say how many there are more; verbose shows all", async () => {
  using changeset = await changesetOf([{ name: "media", actions: Array.from({ length: 40 }, (_, at) => ({ key: `k${String(at).padStart(2, "0")}` })) }]);
  const few = await textOf((out) => showPlan(changeset, out, PLAIN, { verbose: false }));
  const all = await textOf((out) => showPlan(changeset, out, PLAIN, { verbose: true }));

  expect(few.match(/\+ k/g)).toHaveLength(5);
  expect(few).toContain("… and 35 more to copy");
  expect(all.match(/\+ k/g)).toHaveLength(40);
});

test("nothing in a key, a place or a notice reaches a terminal raw", async () => {
  using changeset = await changesetOf([
    {
      name: "media",
      from: "s3://archive/\u001b[2J/",
      actions: HOSTILE_KEYS.map((key) => ({ key })),
      notices: [{ code: "N", message: "odd \u202E name", hint: "look \u0007" }],
    },
  ]);
  const text = await textOf((out) => showPlan(changeset, out, PLAIN, { verbose: true }));

  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
  // Header, table, one line a key: a line break in a key makes no line.
  expect(text.split("\n").filter((line) => line.startsWith("    +"))).toHaveLength(HOSTILE_KEYS.length);
});

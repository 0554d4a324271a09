import fc from "fast-check";
import { expect, test } from "vitest";
import { planMarkdown } from "../../src/report/plan-markdown.ts";
import { changesetOf, HOSTILE_KEYS } from "./changeset-fixture.ts";

const LIMIT = 65_536;

test("a small plan is told whole: marker, deletions first, table, details, identity", async () => {
  using changeset = await changesetOf([{ name: "media", actions: [{ key: "a.jpg" }, { key: "b.jpg", action: "delete", reason: "not-in-source", bytes: 0 }] }]);
  const text = planMarkdown(changeset);

  expect(text.startsWith("<!-- tidemark:nightly -->\n")).toBe(true);
  expect(text.indexOf("1 object will be deleted")).toBeLessThan(text.indexOf("| sync |"));
  expect(text).toContain("| copy | `a.jpg` |");
  expect(text).toContain(changeset.summary.planId);
  expect(text).toContain(`--plan-id ${changeset.summary.planId}`);
});

test("what does not fit becomes samples, and the summary survives", async () => {
  using changeset = await changesetOf([{ name: "media", actions: Array.from({ length: 5000 }, (_, at) => ({ key: `${"folder/".repeat(20)}${at}` })) }]);
  const text = planMarkdown(changeset);

  expect(text.length).toBeLessThan(LIMIT);
  expect(text).toContain("**Plan: 5,000 to copy");
  expect(text).toContain("… and 4,980 more");
  expect(text).toContain(changeset.summary.planId);
});

test("where even samples are too long the table stays", async () => {
  using changeset = await changesetOf(
    Array.from({ length: 300 }, (_, sync) => ({ name: `sync-${sync}`, actions: Array.from({ length: 30 }, (_, at) => ({ key: `${"x".repeat(290)}${at}` })) })),
  );
  const text = planMarkdown(changeset);

  expect(text.length).toBeLessThan(LIMIT);
  expect(text).toContain("| sync-299 |");
  expect(text).toContain("too many to be listed");
});

test("a thousand syncs with long names are cut to those that change most", async () => {
  using changeset = await changesetOf(
    Array.from({ length: 1000 }, (_, sync) => ({
      name: `sync-${sync}`,
      from: `s3://${"|@".repeat(200)}/`,
      actions: sync === 700 ? [{ key: "a" }, { key: "b" }] : [{ key: "a" }],
    })),
  );
  const text = planMarkdown(changeset);

  expect(text.length).toBeLessThan(LIMIT);
  expect(text).toContain("| sync-700 |");
  expect(text).toContain("more syncs");
  expect(text).toContain(changeset.summary.planId);
});

/** Text outside code spans and `<code>`, as a renderer would see it. */
function outsideCode(markdown: string): string {
  return markdown.replaceAll(/<code>.*?<\/code>/gs, "").replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/gs, "");
}

test("no key breaks out of its cell, ends the details or pings anyone", async () => {
  using changeset = await changesetOf([{ name: "media", actions: HOSTILE_KEYS.map((key) => ({ key })) }]);
  const text = planMarkdown(changeset);
  const seen = outsideCode(text);

  expect(text.match(/^\| copy \|/gm)).toHaveLength(HOSTILE_KEYS.length);
  expect(seen.match(/<\/details>/g)).toHaveLength(1);
  expect(seen).not.toContain("@octocat");
  expect(seen).not.toContain("#123");
  expect(seen).not.toContain("<script");
  expect(seen).not.toContain("javascript:");
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
});

test("whatever the keys are, every row has its four cells and the text its limit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(
        fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).map((key) => key.toWellFormed()),
        { minLength: 1, maxLength: 20 },
      ),
      async (keys) => {
        using changeset = await changesetOf([
          { name: "media", actions: keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).map((key) => ({ key })) },
        ]);
        const text = planMarkdown(changeset);
        const rows = outsideCode(text).match(/^\| copy \|.*$/gm) ?? [];
        expect(rows).toHaveLength(keys.length);
        for (const row of rows) expect(row.split("|")).toHaveLength(6);
        expect(text.length).toBeLessThan(LIMIT);
      },
    ),
    { numRuns: 40 },
  );
});

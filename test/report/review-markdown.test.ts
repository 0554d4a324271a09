import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { Action } from "../../src/changeset/action.ts";
import { markdownCode, markdownText } from "../../src/core/escape.ts";
import { planMarkdown } from "../../src/report/plan-markdown.ts";
import { reviewMarkdown } from "../../src/report/review-markdown.ts";
import { compareChangesets } from "../../src/review/compare-changesets.ts";
import { objects, review } from "../review/support.ts";
import { changesetOf, databaseAction, HOSTILE_KEYS } from "./changeset-fixture.ts";
import { intruders, rendered } from "./rendered.ts";

const LIMIT = 65_536;
const subject = { file: "nightly.yaml", repositoryFile: "plans/nightly.yaml", ref: "origin/main", commit: "0123456789abcdef0123456789abcdef01234567" };

/** Pieces of which somebody would make a name that does something. */
const PIECES = [
  "|",
  "`",
  "``",
  "```",
  "~~~",
  "<",
  ">",
  "</details>",
  "</summary>",
  "<!--",
  "-->",
  "<b>",
  "<img src=x>",
  "![",
  "](",
  ")",
  "[x]:",
  "@octocat",
  "@org/team",
  "#123",
  "a/b#1",
  "GH-1",
  "deadbeef",
  "0123456789abcdef0123456789abcdef01234567",
  "$x$",
  "$$",
  "$`",
  ":+1:",
  "https://e.com/x",
  "www.e.com",
  "me@e.com",
  "mailto:a",
  "ftp://e",
  "*",
  "_",
  "__",
  "#",
  "- ",
  "> ",
  "\\",
  "\\|",
  "&amp;",
  "&#64;",
  "\n",
  "\r\n",
  "\u2028",
  "\u202e",
  "\u200b",
  "\u001b[31m",
  "\u0000",
  " ",
  "  ",
  "a",
  "é",
  "\u{1f600}",
  "[!CAUTION]",
  "::error::",
  "==",
  "---",
  "1. ",
  "    x",
  "\t",
];
const piece = fc.constantFrom(...PIECES);
const hostile = fc.oneof(
  { weight: 4, arbitrary: fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 20 }).map((text) => text.toWellFormed()) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_KEYS) },
);

test("a revision that is named by its hash is shown once", () => {
  const found = review("name: nightly\n", "name: nightly\n");
  expect(reviewMarkdown({ review: found, subject: { ...subject, ref: subject.commit } })).toContain("`nightly.yaml` against `0123456789ab`.");
  expect(reviewMarkdown({ review: found, subject })).toContain("against `origin/main` (`0123456789ab`).");
});

test("the rules that find an intruder do find one", () => {
  for (const bad of [
    "@octocat",
    "see #12",
    "<b>x</b>",
    "[a](b)",
    "![a](b)",
    "https://e.com",
    "www.e.com",
    "$x$",
    ":tada:",
    "deadbeef",
    "| a |\n|---|\n| b |",
    "me@e.com",
  ]) {
    const found = intruders(bad);
    if (bad.startsWith("|")) expect(found).toEqual([]);
    else expect(found, bad).not.toEqual([]);
  }
});

describe("a name, wherever it stands", () => {
  test("is text in a paragraph, a list, a quote, a table and a summary", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const text = markdownText(name);
        const page = `a ${text} b\n\n- ${text}\n\n> ${text}\n\n| a | b |\n|---|---|\n| ${text} | x |\n\n<details><summary>${text}</summary>\n\nx\n\n</details>\n`;
        expect(intruders(page)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("is code in a paragraph, a list, a quote and a table", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const code = markdownCode(name);
        const page = `a ${code} b\n\n- ${code}\n\n> ${code}\n\n| a | b |\n|---|---|\n| ${code} | x |\n`;
        expect(intruders(page)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

test("keys and names of a changeset are no more than text", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(hostile, { minLength: 1, maxLength: 8 }), hostile, async (keys, name) => {
      using changeset = await changesetOf([
        {
          name,
          from: `s3://${name}/`,
          notices: [{ code: "X", message: name, hint: undefined }],
          actions: sorted(keys).map((key): Partial<Action> => ({ key, reason: name })),
        },
        {
          name: `${name}2`,
          kind: "postgres",
          actions: sorted(keys).flatMap((key) => [
            databaseAction({ kind: "table", name: key, ddl: `CREATE TABLE ${name};\n${key}` }),
            databaseAction({ kind: "view", name: key, difference: `-${key}\n+${name}` }, { action: "conflict", source: undefined }),
            databaseAction({ kind: "rows", name: key, where: key, remark: name }, { action: "replace", destination: { fingerprint: "d" } }),
          ]),
        },
      ]);
      const page = planMarkdown(changeset);
      expect(intruders(page)).toEqual([]);
      expect(page.length).toBeLessThan(LIMIT);
    }),
    { numRuns: 60 },
  );
});

test("what a plan says is no more than text in its review", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(hostile, { minLength: 1, maxLength: 5 }), hostile, async (texts, other) => {
      const before = objects();
      const after =
        before +
        stringify({ description: other, tags: { [other]: texts[0] } }) +
        rules({ include: texts, exclude: [other], where: { storageClass: texts }, set: { metadata: { [other]: other } }, delete: true });
      const found = review(before, after);
      using changeset = await changesetOf([{ name: "media", actions: sorted(texts).map((key) => ({ key })) }]);
      using old = await changesetOf([{ name: "media", actions: [] }]);
      const difference = await compareChangesets({ before: old, after: changeset, renamed: new Map() });
      const page = reviewMarkdown({ review: found, subject: { ...subject, ref: other, file: other }, difference, changeset, remark: other });
      expect(found.findings.length).toBeGreaterThan(0);
      expect(intruders(page)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

function rules(value: object): string {
  return stringify({ defaults: { objects: value } });
}

test("a page: marker, dangers, counts, syncs, the rest collapsed", () => {
  const page = reviewMarkdown({ review: review(objects("exclude: [a]\nguards: { maxDeletes: 0 }"), objects("delete: true\nexclude: [a, b]")), subject });
  expect(page.startsWith("<!-- tidemark:nightly -->\n## Tidemark: nightly\n")).toBe(true);
  expect(page).toContain("> **2 dangers**\n>\n> - `media` now deletes at `s3://target/` what `s3://source/` does not have. (line 11)\n");
  expect(page).toContain("**Review: 2 dangers, 1 change.** `nightly.yaml` against `origin/main` (`0123456789ab`).");
  expect(page).toContain("| `media` | changed | `s3://source/` → `s3://target/` | 2 | 1 |");
  expect(page).toContain("<details><summary>1 change</summary>");
  expect(page.indexOf("2 dangers")).toBeLessThan(page.indexOf("| sync |"));
  expect(rendered(page).types).toContain("table");
});

test("a plan that is not valid: why comes first", () => {
  const page = reviewMarkdown({ review: review(objects(), objects("onExistng: '@octocat'")), subject });
  expect(page).toContain("> **The plan is not valid: 1 error.**");
  expect(page).toContain("(UNKNOWN_KEY)");
  expect(intruders(page)).toEqual([]);
});

test("a plan that is no YAML takes the place of the page before", () => {
  const page = reviewMarkdown({ review: review(objects(), "a: @octocat"), subject });
  expect(page.startsWith("<!-- tidemark:nightly -->\n")).toBe(true);
  expect(intruders(page)).toEqual([]);
});

test("a change of form alone is said to be one", () => {
  expect(reviewMarkdown({ review: review(objects(), `# more\n${objects()}`), subject })).toContain("the plan means the same");
});

describe("always within the limit of a comment", () => {
  const many = (count: number, rule: string) =>
    `version: 1\nname: nightly\nlocations:\n  src: { type: s3, bucket: source }\n  dst: { type: s3, bucket: target }\nsyncs:\n${Array.from({ length: count }, (_, at) => `  sync-${at}: { from: { location: src, prefix: ${"p".repeat(100)}${at}/ }, to: { location: dst, prefix: ${at}/ }${rule} }\n`).join("")}`;

  test.each([20, 200, 1000, 3000])("%i dangers: none is left out of the count, and none is cut before the rest", (count) => {
    const found = review(many(count, ", exclude: [a]"), many(count, ", delete: true"));
    const page = reviewMarkdown({ review: found, subject });
    expect(page.length).toBeLessThan(LIMIT);
    expect(page).toContain(`**${(count * 2).toLocaleString("en")} dangers**`);
    const named = page.match(/^> - /gm)?.length ?? 0;
    if (count <= 200) expect(named).toBe(count * 2);
    else {
      expect(page).toContain(`> - DELETES: ${count.toLocaleString("en")}\n`);
      expect(page).toContain("> - `sync-0` now deletes at");
      expect(page.length).toBeGreaterThan(LIMIT * 0.95);
    }
    expect(intruders(page)).toEqual([]);
  });

  test("with a plan of a hundred thousand actions below, its identity and its counts survive", async () => {
    const keys = Array.from({ length: 100_000 }, (_, at) => ({ key: `${"|@".repeat(100)}${String(at).padStart(6, "0")}` }));
    using changeset = await changesetOf([{ name: "media", actions: keys }]);
    using old = await changesetOf([{ name: "media", actions: [] }]);
    const difference = await compareChangesets({ before: old, after: changeset, renamed: new Map() });
    const found = review(many(400, ", exclude: [a]"), many(400, ", delete: true"));
    const page = reviewMarkdown({ review: found, subject, difference, changeset });
    expect(page.length).toBeLessThan(LIMIT);
    expect(page).toContain(changeset.summary.planId);
    expect(page).toContain("**Plan: 100,000 to copy");
    expect(page).toContain("copy 100,000");
    expect(page).toContain("**800 dangers**");
  });

  test("what is left of the room is filled: errors whole, then dangers in sentences, all of them named", () => {
    const long = (at: number) => `${"|@`<".repeat(40)}${at}/`;
    const add = Array.from({ length: 200 }, (_, at) => [
      `new-${at}`,
      { from: { location: "src", prefix: long(at) }, to: { location: "dst", prefix: long(at) }, delete: true },
    ]);
    const masks = Array.from({ length: 20 }, (_, at) => [
      `mask-${at}`,
      { from: "src", to: "dst", exclude: Array.from({ length: 300 }, (__, which) => `${long(which)}*`), onExistng: "skip" },
    ]);
    const wrong = Array.from({ length: 81 }, (_, at) => [`wrong-${at}`, { from: "src", to: "dst", onExistng: "skip" }]);
    const after = `${many(1, "")}${stringify(Object.fromEntries([...add, ...masks, ...wrong]))
      .replaceAll(/^/gm, "  ")
      .trimEnd()}\n`;
    const found = review(many(1, ""), after);
    const page = reviewMarkdown({ review: found, subject });
    const dangers = found.findings.filter(({ severity }) => severity === "danger").length;
    expect(found.problems.length).toBeGreaterThanOrEqual(101);
    expect(dangers).toBeGreaterThanOrEqual(200);
    expect(page.length).toBeLessThanOrEqual(LIMIT);
    expect(page.length).toBeGreaterThan(LIMIT * 0.95);
    expect(page.match(/^> - line /gm)?.length).toBe(found.problems.length);
    expect(page).toContain("now deletes at");
    expect(page.match(/^> - (?!line )/gm)?.length).toBe(dangers);
    expect(intruders(page)).toEqual([]);
  });

  test("a small limit leaves what matters", async () => {
    using changeset = await changesetOf([{ name: "media", actions: [{ key: "a" }] }]);
    const page = reviewMarkdown({ review: review(objects(), objects("delete: true")), subject, changeset });
    expect(page).toContain("1 danger");
    expect(page).toContain(`--plan-id ${changeset.summary.planId}`);
  });

  test("a plan of names that are all signs", async () => {
    const name = (at: number) => `${"@#:$|`<".repeat(60)}${at}`;
    using changeset = await changesetOf(
      Array.from({ length: 100 }, (_, at) => ({
        name: name(at),
        kind: "postgres" as const,
        from: name(at),
        notices: [{ code: "X", message: name(at).repeat(3), hint: undefined }],
        actions: [databaseAction({ kind: "rows", name: name(at) }, { action: "replace", destination: { fingerprint: "d" } })],
      })),
    );
    const page = planMarkdown(changeset);
    expect(page.length).toBeLessThan(LIMIT);
    expect(page).toContain(changeset.summary.planId);
    expect(page).toContain("100 to replace");
    expect(intruders(page)).toEqual([]);
  });
});

function sorted(keys: readonly string[]): string[] {
  return keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

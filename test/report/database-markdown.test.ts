import fc from "fast-check";
import { expect, test } from "vitest";
import { fenced } from "../../src/report/markdown-words.ts";
import { planMarkdown } from "../../src/report/plan-markdown.ts";
import { changesetOf, databaseAction } from "./changeset-fixture.ts";
import { hostileSync, manySync, shopSync } from "./database-fixture.ts";

const LIMIT = 65_536;

test("a database sync has a table of its own, its actions, differences and definitions collapsed", async () => {
  using changeset = await changesetOf([shopSync()]);
  const text = planMarkdown(changeset);

  expect(text.indexOf("> **shop: 1 table will be EMPTIED and filled again.**")).toBeLessThan(text.indexOf("| sync |"));
  expect(text).toContain(
    "| sync | from → to | replace | create | fill | conflict | not synced | unchanged | not compared | rows | to move |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n| shop | `postgres://old:5432/shop` → `postgres://new:5432/shop` | 1 | 4 | 3 | 1 | 2 | 2 | 1 | ≈ 5,050 | 780 kB |\n",
  );
  expect(text).not.toContain("| overwrite |");
  expect(text).toContain("| copy rows | `rows public.orders` | ≈ 4,000 | 700 kB | absent, only rows where `id > 10` |\n");
  expect(text).toContain("| not synced | `function public.d()` |  |  | c-function: Its code is a library on the source&#39;s server&#46; |\n");
  expect(text).toContain("```diff\n SELECT\n-  sum(a)\n+  sum(b)\n```\n");
  expect(text).toContain("<details><summary>shop: definitions</summary>\n\n```sql\n-- role clerk\nCREATE ROLE clerk;\n\n-- table public.orders\n");
  expect(text.match(/<details>/g)).toHaveLength(3);
  expect(text.match(/<\/details>/g)).toHaveLength(3);
});

test("a plan of both kinds has a table of each", async () => {
  using changeset = await changesetOf([shopSync(), { name: "media", actions: [{ key: "a.jpg" }] }]);
  const text = planMarkdown(changeset);

  expect(text).toContain("| media | `s3://archive/` → `postgres://new:5432/shop` |".replace("postgres://new:5432/shop", "s3://cold/"));
  expect(text).toContain("| shop | `postgres://old:5432/shop`");
  expect(text.match(/^\| sync \|/gm)).toHaveLength(2);
});

test("definitions are the first to be left out, and that is said", async () => {
  const long = databaseAction({ kind: "function", schema: "public", name: "long", ddl: "-- line\n".repeat(10_000) });
  using changeset = await changesetOf([{ ...shopSync(), actions: [...shopSync().actions, long] }]);
  const text = planMarkdown(changeset);

  expect(text.length).toBeLessThan(LIMIT);
  expect(text).not.toContain("shop: definitions");
  expect(text).toContain("Definitions are too long to be listed here");
  expect(text).toContain("| create | `function public.long` |");
  expect(text).toContain("```diff\n SELECT");
});

test("a hundred thousand actions keep the limit, the counts and the identity", async () => {
  using changeset = await changesetOf([manySync(100_000)]);
  const text = planMarkdown(changeset);

  expect(text.length).toBeLessThan(LIMIT);
  expect(text).toContain("- create: 25,000 tables, 25,000 indexes");
  expect(text).toContain("| create | … and 49,980 more |");
  expect(text).toContain(changeset.summary.planId);
});

test("many databases whose actions would not fit keep their table", async () => {
  using changeset = await changesetOf(Array.from({ length: 200 }, (_, at) => ({ ...shopSync(), name: `db-${at}` })));
  const text = planMarkdown(changeset);

  expect(text.length).toBeLessThan(LIMIT);
  expect(text).toContain("| db-199 |");
  expect(text).toContain(changeset.summary.planId);
});

/** What a renderer takes for text: fenced blocks, code spans and `<code>` left out. */
function outsideCode(markdown: string): string {
  return markdown
    .replaceAll(/^(`{3,})[a-z]*\n[\s\S]*?^\1$/gm, "")
    .replaceAll(/<code>.*?<\/code>/gs, "")
    .replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/gs, "");
}

test("no name, definition, difference or remark breaks out of where it stands", async () => {
  using changeset = await changesetOf([hostileSync()]);
  const text = planMarkdown(changeset);
  const seen = outsideCode(text);

  expect(text.length).toBeLessThan(LIMIT);
  expect(seen.match(/<details>/g)).toHaveLength(3);
  expect(seen.match(/<\/details>/g)).toHaveLength(3);
  expect(seen).not.toMatch(/(?<!&)#123/);
  for (const hostile of ["@octocat", "<script", "](javascript:", "# heading", "::set-output"]) expect(seen).not.toContain(hostile);
  for (const row of seen.match(/^\| (?:create|conflict|not synced) \|.*$/gm) ?? []) expect(row.split("|")).toHaveLength(7);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
});

test("a block of code ends at its own fence, whatever is in it", () => {
  const line = fc.string({ unit: fc.constantFrom("`", "a", " ", "~") });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      const [open = "", ...rest] = fenced(lines, "sql").split("\n");
      const fence = open.slice(0, -"sql".length);
      expect(fence).toMatch(/^`{3,}$/);
      // A closing fence is at least as long as the opening one, and nothing but spaces follows it.
      const end = rest.findIndex((each) => new RegExp(`^ {0,3}${fence}\`*\\s*$`).test(each));
      expect(end).toBe(lines.length === 0 ? 1 : lines.length);
    }),
  );
});

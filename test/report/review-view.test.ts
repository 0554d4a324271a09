import { expect, test } from "vitest";
import { PLAIN } from "../../src/report/paint.ts";
import { findingJson, reviewGithub, reviewSummaryJson, showDifference, showReview } from "../../src/report/review-view.ts";
import { compareChangesets } from "../../src/review/compare-changesets.ts";
import { reviewDeleted } from "../../src/review/review-plan.ts";
import { objects, review } from "../review/support.ts";
import { changesetOf, textOf } from "./changeset-fixture.ts";

const subject = { file: "nightly.yaml", repositoryFile: "plans/nightly.yaml", ref: "main", commit: "0123456789abcdef0123456789abcdef01234567" };
const never = () => false;

test("for a person: each with its place, the sentence last", async () => {
  const text = await textOf((out) => showReview(review(objects("guards: { maxDeletes: 0 }"), objects("delete: true")), subject, out, PLAIN));
  expect(text).toBe(`danger: \`media\` now deletes at \`s3://target/\` what \`s3://source/\` does not have. [DELETES]
  --> nightly.yaml:11:13
danger: \`media\` is no longer held by \`guards.maxDeletes\`, which was \`0\`. [GUARD_WEAKER]
  --> nightly.yaml:11:27 at 0123456789ab

Review: nightly.yaml against main (0123456789ab): 2 dangers.
`);
});

test("for a person: nothing changed, and only the form", async () => {
  const shown = (after: string) => textOf((out) => showReview(review(objects(), after), subject, out, PLAIN));
  expect(await shown(objects())).toContain("The plan file did not change.");
  expect(await shown(`# more\n${objects()}`)).toContain("the plan means the same");
  // What cannot be read may mean anything.
  expect(await shown(objects().replace("from: src", "from: { location: src, prefixes: [a/] }"))).not.toContain("means the same");
});

test("for a person: a plan that was deleted deletes nothing", async () => {
  const deleted = reviewDeleted({ text: objects("delete: true"), file: "/plans/nightly.yaml", displayFile: "nightly.yaml" });
  const text = await textOf((out) => showReview(deleted, subject, out, PLAIN));
  expect(text).toContain("1 change. The plan file was deleted: its destinations are no longer kept up. Nothing is deleted by that.");
});

test("nothing of a plan acts on a terminal", async () => {
  const after = objects('exclude: ["\\u001b[2J", "a\\u202eb", "\\n::error::x"]');
  const text = await textOf((out) => showReview(review(objects(), after), subject, out, PLAIN));
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  expect(text).toContain("\\x1b[2J");
  expect(text).not.toMatch(/^\s*::/m);
});

test("as annotations: from the root of the repository, on lines of the new file, the gravest first", () => {
  const found = review(objects("guards: { maxDeletes: 0 }\nexclude: [b]"), objects("exclude: [a, b]\ndelete: true\npriority: 5"));
  expect(reviewGithub(found, subject, never)).toEqual([
    "::warning file=plans/nightly.yaml,line=12,endLine=12,col=13,endColumn=17,title=DELETES::`media` now deletes at `s3://target/` what `s3://source/` does not have.",
    // What is gone is said at the sync: its line is not in the new file.
    "::warning file=plans/nightly.yaml,line=8,endLine=8,col=3,endColumn=8,title=GUARD_WEAKER::`media` is no longer held by `guards.maxDeletes`, which was `0`.",
    "::notice file=plans/nightly.yaml,line=11,endLine=11,col=5,endColumn=12,title=SCOPE_NARROWER::Less takes part in `media`: `exclude` now has `a`. What left it stays at the destination.",
    "::notice file=plans/nightly.yaml,line=13,endLine=13,col=15,endColumn=16,title=ORDER_CHANGED::`media` has another place in the order: `priority` is now `5`, and was `0`.",
  ]);
  expect(reviewGithub(found, subject, (severity) => severity === "danger").map((line) => line.split(" ")[0])).toEqual([
    "::error",
    "::error",
    "::notice",
    "::notice",
  ]);
});

test("as annotations: at most ten, and what is wrong with the plan before all else", () => {
  const rules = Array.from({ length: 30 }, (_, at) => `    "m-${at}": b\n`).join("");
  const after = objects("delete: true\nonExistng: skip\nset:\n  metadata:\n    a: b").replace("        a: b\n", rules.replaceAll('    "', '        "'));
  const lines = reviewGithub(review(objects(), after), subject, never);
  expect(lines).toHaveLength(11);
  expect(lines.slice(0, 10).every((line) => line.startsWith("::"))).toBe(true);
  expect(lines[0]).toMatch(/^::error .*title=UNKNOWN_KEY/);
  expect(lines[1]).toMatch(/^::warning .*title=DELETES/);
  expect(lines[10]).toMatch(/^And \d+ more findings: /);
});

test("as annotations: nothing in a name begins a command or ends a property", () => {
  const found = review(objects(), objects('exclude: ["%0A::error::x", "a\\r\\nb", "##[error]x"]'));
  const odd = { ...subject, repositoryFile: "a,line=1::b%\n.yaml" };
  const lines = reviewGithub(found, odd, never);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain("\n");
  expect(lines[0]).toMatch(/^::notice file=a%2Cline=1%3A%3Ab%25%0A\.yaml,line=11,/);
  expect(lines[0]).toContain("%250A::error::x");
});

test("as JSON: findings, then what they come to", () => {
  const found = review(objects(), objects("delete: true"));
  expect(found.findings.map((finding) => findingJson(finding, subject))).toEqual([
    {
      type: "finding",
      code: "DELETES",
      severity: "danger",
      message: "`media` now deletes at `s3://target/` what `s3://source/` does not have.",
      file: "nightly.yaml",
      side: "new",
      line: 11,
      column: 13,
      endLine: 11,
      endColumn: 17,
      sync: "media",
    },
  ]);
  expect(reviewSummaryJson({ review: found, subject, difference: undefined })).toMatchObject({
    type: "summary",
    command: "review",
    plan: "nightly",
    base: { ref: "main", plan: "found" },
    valid: true,
    meaning: "changed",
    findings: { danger: 1, change: 0, note: 0 },
    syncs: { media: { fate: "changed" } },
  });
});

test("what would happen otherwise, for a person", async () => {
  using before = await changesetOf([{ name: "media", actions: [{ key: "a" }, { key: "b" }] }]);
  using after = await changesetOf([{ name: "media", actions: [{ key: "a" }, { key: "c\u001b", action: "delete", destination: { size: 5 } }] }]);
  const difference = await compareChangesets({ before, after, renamed: new Map() });
  const text = await textOf((out) => showDifference(difference, out, PLAIN));
  expect(text).toContain("media\n  would now delete 1 (5 B)\n    c\\x1b\n  would no longer copy 1 (1 B)\n    b\n");
  const same = await compareChangesets({ before, after: before, renamed: new Map() });
  expect(await textOf((out) => showDifference(same, out, PLAIN))).toContain("What would happen is the same.");
});

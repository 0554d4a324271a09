import { expect, test } from "vitest";
import { codesOfPage } from "../../scripts/support/code-catalogue.ts";
import { absoluteLinks, type ExplainedCode } from "../../src/report/code-catalogue.ts";
import { codeLines, plain } from "../../src/report/code-view.ts";
import { PLAIN } from "../../src/report/paint.ts";

const PAGE = `# Errors

## State and locks

### \`LOCKED\`

Another run writes there. See [state](state.md#locks).

- It may be alive.

\`\`\`sh
tidemark stop media.yaml
\`\`\`

**Fix:** Wait, or stop it.

### A heading that is no code

### \`STATE_BUSY\`

Busy.

## Checks

| code | worst | when | what to do |
|---|---|---|---|
| \`ONE\`, \`TWO\` | fail | a \\| b | mend it |
`;

test("a section is a code with its meaning, example and fix", () => {
  const [locked, busy] = codesOfPage(PAGE, "errors.md", "error");
  expect(locked).toEqual({
    code: "LOCKED",
    kind: "error",
    group: "State and locks",
    meaning: "Another run writes there. See [state](state.md#locks).\n\n- It may be alive.",
    example: "tidemark stop media.yaml",
    language: "sh",
    fix: "Wait, or stop it.",
    page: "errors.md#locked",
  });
  expect(busy).toMatchObject({ code: "STATE_BUSY", meaning: "Busy.", example: undefined, fix: undefined });
});

test("a row of a table explains its codes, and the heading says what they are", () => {
  const rows = codesOfPage(PAGE, "errors.md", "error").slice(2);
  expect(rows.map(({ code, kind, page }) => [code, kind, page])).toEqual([
    ["ONE", "check", "errors.md#checks"],
    ["TWO", "check", "errors.md#checks"],
  ]);
  expect(rows[0]).toMatchObject({ meaning: "At worst: fail.\n\na | b", fix: "mend it" });
});

test("links lead from anywhere to the documents of this very version", () => {
  const from = { page: "postgres-checks.md#x" };
  expect(absoluteLinks("[a](state.md#locks), [b](#decisions), [c](https://example.org)", from, "1.2.3")).toBe(
    "[a](https://unpkg.com/tidemark@1.2.3/docs/state.md#locks), [b](https://unpkg.com/tidemark@1.2.3/docs/postgres-checks.md#decisions), [c](https://example.org)",
  );
  expect(plain("**Fails:** see [decisions](#decisions).")).toBe("Fails: see decisions.");
});

test("no line is wider than the terminal", () => {
  const code: ExplainedCode = { code: "A", kind: "error", group: "", meaning: "word ".repeat(60).trim(), fix: "word ".repeat(60).trim(), page: "errors.md#a" };
  const lines = codeLines(code, { version: "1.2.3", paint: PLAIN, columns: 40 }).split("\n");
  expect(Math.max(...lines.filter((line) => !line.startsWith("https:")).map(({ length }) => length))).toBeLessThanOrEqual(40);
});

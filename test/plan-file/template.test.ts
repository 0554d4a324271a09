import fc from "fast-check";
import { expect, test } from "vitest";
import { type Env, fillTemplate, hasLiteral, isProblem, parseTemplate, referenceText } from "../../src/plan-file/template.ts";

function fill(text: string, env: Env): string {
  const template = parseTemplate(text);
  if (template === undefined) return text;
  if (isProblem(template)) return template.code;
  const filled = fillTemplate(template, env);
  return isProblem(filled) ? filled.code : filled;
}

const ENV = { SET: "value", EMPTY: "" };

test.each([
  ["plain", "plain"],
  ["${SET}", "value"],
  ["a ${SET} b ${SET}", "a value b value"],
  ["${EMPTY}", ""],
  ["${UNSET}", "VARIABLE_UNSET"],
  ["${UNSET:-x}", "x"],
  ["${EMPTY:-x}", "x"],
  ["${EMPTY-x}", ""],
  ["${UNSET-x}", "x"],
  ["${UNSET:-}", ""],
  ["${SET:?say}", "value"],
  ["${EMPTY:?say}", "VARIABLE_UNSET"],
  ["${EMPTY?say}", ""],
  ["${UNSET?}", "VARIABLE_UNSET"],
  ["${SET:+x}", "x"],
  ["${EMPTY:+x}", ""],
  ["${EMPTY+x}", "x"],
  ["${UNSET:-${SET}}", "value"],
  ["${UNSET:-${ALSO:-x}}y", "xy"],
  ["$$", "$"],
  ["$${SET}", "${SET}"],
  ["$$$${SET}", "$${SET}"],
  ["$SET $1 ^a$", "$SET $1 ^a$"],
  ["${1}", "VARIABLE_SYNTAX"],
  ["${SET", "VARIABLE_SYNTAX"],
  ["${SET:x}", "VARIABLE_SYNTAX"],
  ["${}", "VARIABLE_SYNTAX"],
  ["${toString}", "VARIABLE_UNSET"],
  ["${A:-".repeat(20) + "}".repeat(20), "VARIABLE_SYNTAX"],
])("%s becomes %s", (text, expected) => expect(fill(text, ENV)).toBe(expected));

test("without nesting it is what a simple replacement makes of it", () => {
  const name = fc.constantFrom("SET", "EMPTY", "UNSET");
  const word = fc.stringMatching(/^[a-z :/.-]{0,6}$/);
  const piece = fc.oneof(
    word,
    fc.constant("$$"),
    fc
      .tuple(name, fc.constantFrom("", ":-", "-", ":+", "+"), word)
      .map(([variable, operator, operand]) => `\${${variable}${operator}${operator === "" ? "" : operand}}`),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join("");
      expect(fill(text, ENV)).toBe(reference(text, ENV));
    }),
  );
});

function reference(text: string, env: Record<string, string | undefined>): string {
  let unset = false;
  const filled = text.replaceAll(/\$\$|\$\{(\w+)(:?[-+])?([^}]*)\}/g, (whole, name?: string, operator = "", operand = "") => {
    if (name === undefined) return whole.slice(1);
    const value = env[name];
    const present = value !== undefined && (value !== "" || !String(operator).startsWith(":"));
    if (String(operator).endsWith("-")) return present ? value : String(operand);
    if (String(operator).endsWith("+")) return present ? String(operand) : "";
    if (value === undefined) unset = true;
    return value ?? "";
  });
  return unset ? "VARIABLE_UNSET" : filled;
}

test("any text is taken or refused, in linear time", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("$", "{", "}", ":", "-", "?", "A", "1") }), (text) => {
      expect(typeof fill(text, ENV)).toBe("string");
    }),
  );
  expect(fill("${A:-".repeat(100_000), ENV)).toBe("VARIABLE_SYNTAX");
  expect(fill("$$".repeat(60_000), ENV)).toHaveLength(60_000);
});

test("a secret is literal where any of it stands in the file", () => {
  const literal = (text: string) => {
    const template = parseTemplate(text);
    return template === undefined || isProblem(template) ? undefined : hasLiteral(template);
  };
  expect(["${A}", "${A}${B}", "${A:?say}", "${A:-}", "${A:-${B}}"].map(literal)).toEqual([false, false, false, false, false]);
  expect(["x${A}", "${A:-x}", "$$", "${A:-${B:-x}}", "${A:+x}"].map(literal)).toEqual([true, true, true, true, true]);
});

test("a reference names variables and no defaults", () => {
  const template = parseTemplate("${A:-secret}/${B}");
  expect(template !== undefined && !isProblem(template) && referenceText(template)).toBe("${A}/${B}");
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { Automaton } from "../../../src/core/globs/automaton.ts";
import { parseGlob } from "../../../src/core/globs/glob.ts";
import { parseRegexp } from "../../../src/core/globs/regexp-syntax.ts";

/** A glob as its parts, each with how it is written and which lengths of the text's beginning it takes. */
interface Part {
  readonly text: string;
  takes(rest: string): number[];
}

const LETTERS = ["a", "b", "/", ".", "é", "😀"];
const upTo = (rest: string, stop: string) => Array.from({ length: (rest.indexOf(stop) === -1 ? rest.length : rest.indexOf(stop)) + 1 }, (_, i) => i);
const first = (rest: string) => String.fromCodePoint(rest.codePointAt(0) ?? 0).length;

const simple: fc.Arbitrary<Part> = fc.oneof(
  fc.constantFrom(...LETTERS).map((letter): Part => ({ text: letter, takes: (rest) => (rest.startsWith(letter) ? [letter.length] : []) })),
  fc.constant<Part>({ text: "?", takes: (rest) => (rest === "" || rest.startsWith("/") ? [] : [first(rest)]) }),
  fc.constant<Part>({ text: "*", takes: (rest) => upTo(rest, "/") }),
  fc.constant<Part>({ text: "**", takes: (rest) => upTo(rest, "\0") }),
  fc.constant<Part>({ text: "[^a]", takes: (rest) => (rest === "" || rest.startsWith("a") ? [] : [first(rest)]) }),
  fc.constant<Part>({ text: "[a-b.]", takes: (rest) => (/^[ab.]/.test(rest) ? [1] : []) }),
);
const braces: fc.Arbitrary<Part> = fc.array(fc.array(simple, { maxLength: 3 }).filter(noStarsMeet), { minLength: 1, maxLength: 3 }).map((options): Part => ({
  text: `{${options.map((option) => option.map((part) => part.text).join("")).join(",")}}`,
  takes: (rest) => options.flatMap((option) => lengths(option, rest)),
}));
const glob = fc.array(fc.oneof({ weight: 5, arbitrary: simple }, { weight: 1, arbitrary: braces }), { minLength: 1, maxLength: 5 }).filter(noStarsMeet);
const key = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 7 });

/** More than two stars side by side are refused; two single ones would be read as one `**`. */
function noStarsMeet(parts: readonly Part[]): boolean {
  return !parts.some((part, i) => part.text.endsWith("*") && parts[i + 1]?.text.startsWith("*"));
}

function lengths(parts: readonly Part[], text: string): number[] {
  const [head, ...tail] = parts;
  if (!head) return [0];
  return head.takes(text).flatMap((length) => lengths(tail, text.slice(length)).map((more) => length + more));
}

test("globs match as a matcher does that tries everything", () => {
  fc.assert(
    fc.property(glob, key, fc.boolean(), (parts, text, rooted) => {
      const written = (rooted ? "/" : "") + parts.map((part) => part.text).join("");
      fc.pre(rooted || !written.startsWith("/"));
      const wholes = written.endsWith("/") && !(rooted && parts.length === 0) ? [...parts, { text: "**", takes: (rest: string) => upTo(rest, "\0") }] : parts;
      const starts = rooted ? [0] : [0, ...Array.from(text.matchAll(/\//g), ({ index }) => index + 1)];
      const wanted = starts.some((start) => lengths(wholes, text.slice(start)).includes(text.length - start));
      expect(new Automaton([parseGlob(written)]).matches(text)).toBe(wanted);
    }),
    { numRuns: 3000 },
  );
});

const regexp = fc.letrec<{ whole: string; part: string; atom: string }>((tie) => ({
  whole: fc.array(tie("part"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")),
  part: fc
    .tuple(tie("atom"), fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,}", "*?"))
    .map(([atom, sign]) => (/^[\^$]/.test(atom) ? atom : atom + sign)),
  atom: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "\\W", "\\x61", "\\.", "^", "$", "[a-]", "é"),
    tie("whole").map((whole) => `(${whole})`),
    fc.tuple(tie("whole"), tie("whole")).map(([one, other]) => `(?:${one}|${other})`),
  ),
}));

test("regular expressions match as the engine's do", () => {
  fc.assert(
    fc.property(regexp.whole, fc.string({ unit: fc.constantFrom("a", "b", "1", ".", "-", "\n", "é", "😀"), maxLength: 6 }), (source, text) => {
      expect(new Automaton([parseRegexp(source)]).matches(text)).toBe(new RegExp(`^(?:${source})$`, "u").test(text));
    }),
    { numRuns: 2000 },
  );
});

test.each<[string, string[], string[]]>([
  ["(?i)straße", ["STRAßE", "straße"], ["strasse"]],
  ["(?i:a)b", ["Ab", "ab"], ["aB"]],
  ["(?i)[^a]", ["b"], ["a", "A"]],
  ["(?s).", ["\n"], [""]],
  ["[[:digit:]]+", ["09"], ["a", ""]],
  ["[[:^digit:]]", ["a"], ["0"]],
  ["[]a]", ["]", "a"], ["b"]],
  ["\\p{Greek}\\pL", ["αa"], ["aα"]],
  ["\\P{Lu}", ["a"], ["A"]],
  ["\\Qa.b\\E+", ["a.b"], ["aXb"]],
  ["(?P<year>\\d{4})", ["2024"], ["24"]],
  ["a{,2}", ["a{,2}"], ["aa"]],
  ["\\x{1F600}", ["😀"], ["\ud83d"]],
  ["(a|b|)", ["", "a", "b"], ["ab"]],
  ["(a*)*", ["", "aaa"], ["b"]],
  ["\\Aa\\z", ["a"], ["aa"]],
])("%s", (source, yes, no) => {
  const automaton = new Automaton([parseRegexp(source)]);
  expect(yes.filter((text) => !automaton.matches(text))).toEqual([]);
  expect(no.filter((text) => automaton.matches(text))).toEqual([]);
});

test("many patterns match as each of them would", () => {
  fc.assert(
    fc.property(fc.array(glob, { minLength: 1, maxLength: 6 }), fc.array(key, { maxLength: 10 }), (globs, texts) => {
      const parsed = globs.map((parts) => parts.map((part) => part.text).join("")).map(parseGlob);
      const together = new Automaton(parsed);
      const apart = parsed.map((pattern) => new Automaton([pattern]));
      for (const text of texts) expect(together.matches(text)).toBe(apart.some((automaton) => automaton.matches(text)));
    }),
  );
});

test("a pattern that would need too many states is forgotten and begun again, not kept whole", () => {
  // Whether the 19th character from the end is an a: 2^19 states, of which no more than fit are kept.
  const automaton = new Automaton([parseRegexp("(?s).*a.{18}")]);
  let random = 1;
  for (let i = 0; i < 30; i++) {
    let text = "";
    for (let j = 0; j < 1024; j++) {
      random = (random * 48271) % 0x7fffffff;
      text += random & 64 ? "a" : "b";
    }
    expect(automaton.matches(text)).toBe(text.at(-19) === "a");
  }
});

test("a pattern that is too large is refused", () => {
  expect(() => new Automaton([parseRegexp("((a{100}){100}){100}")])).toThrow(expect.objectContaining({ code: "FILTER_TOO_LARGE" }));
});

test("patterns that make backtracking engines hang are answered", () => {
  const automaton = new Automaton(["*a*a*a*a*a*a*a*a*a*a*b", "{{(a+)+$}}b", "{{(a|aa)+}}c"].map(parseGlob));
  expect(automaton.matches(`${"a".repeat(1023)}d`)).toBe(false);
  expect(automaton.matches(`${"a".repeat(1023)}c`)).toBe(true);
});

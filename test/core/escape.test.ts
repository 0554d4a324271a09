import fc from "fast-check";
import { expect, test } from "vitest";
import { markdownCode, markdownText, visible } from "../../src/core/escape.ts";

const awkward = fc.constantFrom(
  "\x1b",
  "\x07",
  "\n",
  "\r",
  "\u202e",
  "\u2066",
  "\u200b",
  "\u2028",
  "\ud800",
  "\ufeff",
  "\\",
  "|",
  "`",
  "``",
  "<",
  ">",
  "@",
  "#",
  "*",
  "_",
  "[",
  "]",
  "(",
  " ",
  "~",
  "\\x1b",
);
const text = fc.array(fc.oneof(awkward, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 12 }).map((parts) => parts.join(""));

test("ordinary names are shown as they are", () => {
  for (const name of ["a/b c.txt", "é", "文件.jpg", "😀", "C:\\data", "%41", "a+b", "O'Brien & sons"]) expect(visible(name)).toBe(name);
});

test.each([
  ["a\x1b[31mb", "a\\x1b[31mb"],
  ["a\u202egpj.exe", "a\\u{202e}gpj.exe"],
  ["two\nlines", "two\\x0alines"],
  ["\ud800", "\\u{d800}"],
  ["zero\u200bwidth", "zero\\u{200b}width"],
  ["\u009b31m", "\\u{9b}31m"],
  ["\\x1b", "\\\\x1b"],
  ["\u{e0041}", "\\u{e0041}"],
])("%j is shown as %j", (raw, shown) => expect(visible(raw)).toBe(shown));

test("nothing that is shown acts on the terminal", () => {
  fc.assert(fc.property(text, (raw) => !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(visible(raw))));
});

test("no two names are shown alike", () => {
  fc.assert(fc.property(text, (raw) => unescape(visible(raw)) === raw));
});

test("a long name keeps its ends", () => {
  expect(visible("abcdefghij", { maxLength: 5 })).toBe("ab…ij");
  expect(visible("abcde", { maxLength: 5 })).toBe("abcde");
  fc.assert(fc.property(text, fc.integer({ min: 0, max: 9 }), (raw, maxLength) => [...visible(raw, { maxLength })].length <= Math.max(1, maxLength)));
});

test("markdown text holds nothing that markdown or GitHub reads as a sign", () => {
  fc.assert(
    fc.property(text, (raw) => {
      const rest = markdownText(raw)
        .replaceAll(/&#\d+;/g, "")
        .replaceAll(/[@#:]?<!-- -->/g, "");
      expect(rest).not.toMatch(/[|`<>@#:*_[\]()~\\!&\n-]/);
    }),
  );
});

test("markdown text reads as what is visible", () => {
  fc.assert(fc.property(text, (raw) => entities(markdownText(raw).replaceAll("<!-- -->", "")) === visible(raw)));
});

test.each([
  ["plain.txt", "`plain.txt`"],
  ["a`b", "``a`b``"],
  ["`", "`` ` ``"],
  ["a|b", "<code>a&#124;b</code>"],
  [" a ", "<code>&#32;a&#32;</code>"],
  ["", "<code></code>"],
])("%j is %j in code", (raw, code) => expect(markdownCode(raw)).toBe(code));

test("nothing ends the code, and it reads as what is visible", () => {
  fc.assert(
    fc.property(text, (raw) => {
      const code = markdownCode(raw);
      expect(code).not.toContain("\n");
      expect(code).not.toContain("|");
      if (code.startsWith("<code>")) {
        const html = code.slice(6, -7).replaceAll("<!-- -->", "");
        expect(html).not.toMatch(/[<>`]/);
        expect(entities(html)).toBe(visible(raw));
        return;
      }
      // CommonMark: the code ends at the first run of backticks that is as long as the one that began it.
      const runs = [...code.matchAll(/`+/g)];
      const fence = runs[0]?.[0].length ?? 0;
      expect(runs.filter(([run]) => run.length === fence)).toHaveLength(2);
      const inner = code.slice(fence, -fence);
      expect(inner.startsWith(" ") && inner.endsWith(" ") && inner.trim() !== "" ? inner.slice(1, -1) : inner).toBe(visible(raw));
    }),
  );
});

function unescape(shown: string): string {
  if (!/\\(?:x[0-9a-f]{2}|u\{[0-9a-f]+\}|\\)/.test(shown)) return shown;
  return shown.replaceAll(/\\(?:x([0-9a-f]{2})|u\{([0-9a-f]+)\}|\\)/g, (_, x?: string, u?: string) =>
    x || u ? String.fromCodePoint(Number.parseInt(x ?? u ?? "", 16)) : "\\",
  );
}

function entities(html: string): string {
  return html.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readPlanFile } from "../../src/plan-file/load.ts";
import { load, plan } from "./support.ts";

const codes = (text: string | Uint8Array) => load(text).diagnostics.map(({ code }) => code);

test("an alias bomb is refused before it is written out", () => {
  const levels = Array.from({ length: 20 }, (_, at) => `x-${at}: &a${at} [${Array.from({ length: 10 }, () => (at === 0 ? "1" : `*a${at - 1}`)).join(", ")}]`);
  expect(codes(plan.top(`${levels.join("\n")}\n`))).toEqual(["YAML_TOO_MANY"]);
});

test("a bomb of merge keys is refused", () => {
  const maps = Array.from({ length: 3000 }, (_, at) => `  m${at}: &m${at} { ${at === 0 ? "" : `<<: *m${at - 1}, `}k${at}: 1 }`);
  expect(codes(plan.top(`x-maps:\n${maps.join("\n")}\n`))).toEqual(["YAML_TOO_MANY"]);
});

test.each([
  ["brackets", "[".repeat(100_000)],
  ["braces", "{a: ".repeat(100_000)],
  ["dashes", "- ".repeat(100_000)],
  ["question marks", "? ".repeat(100_000)],
  ["maps", Array.from({ length: 200 }, (_, at) => `${" ".repeat(at)}a:\n`).join("")],
])("%s nested without end do not overflow the stack", (_, text) => {
  expect(codes(text)).toEqual(["YAML_TOO_DEEP"]);
});

test("brackets in a text are no nesting", () => {
  expect(codes(plan.top(`description: "${"[".repeat(200)}"\n`))).toEqual([]);
});

test.each([
  ["one long line", "a".repeat(4_000_000)],
  ["many keys", Array.from({ length: 40_000 }, (_, at) => `x-${at}: 1\n`).join("")],
  ["many items", `x-a:\n${"- 1\n".repeat(60_000)}`],
  ["many mistakes", `version: 1\n${Array.from({ length: 30_000 }, (_, at) => `k${at}: 1\n`).join("")}`],
  ["many tokens", "x: [" + "1,".repeat(1_000_000)],
])("%s are looked at in bounded time and give a bounded list", (_, text) => {
  const { diagnostics } = load(text);
  expect(diagnostics.length).toBeGreaterThan(0);
  expect(diagnostics.length).toBeLessThanOrEqual(1000);
});

test("a file of 50 MB is refused without being read whole", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-hostile-"));
  try {
    const file = join(folder, "large.yaml");
    writeFileSync(file, "version: 1\n");
    truncateSync(file, 50 * 2 ** 20);
    const before = process.memoryUsage().rss;
    const { diagnostics } = await readPlanFile(file, { env: {} });
    expect(diagnostics.map(({ code }) => code)).toEqual(["FILE_TOO_LARGE"]);
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 2 ** 20);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a byte order mark is no part of the text, and columns do not count it", () => {
  const text = plan.sync("").replace("version: 1", "version: 2");
  const [diagnostic] = load(Buffer.from(`\ufeff${text}`)).diagnostics;
  expect([diagnostic?.code, diagnostic?.line, diagnostic?.column]).toEqual(["PLAN_VERSION", 1, 10]);
  expect(load(`\ufeff${plan.sync("")}`).diagnostics).toEqual([]);
});

test("line ends of Windows are line ends", () => {
  const text = plan.sync("verify: non").replaceAll("\n", "\r\n");
  const [diagnostic] = load(text).diagnostics;
  expect([diagnostic?.code, diagnostic?.line]).toEqual(["UNKNOWN_VALUE", 13]);
  expect(diagnostic?.frame).not.toContain("\r");
});

test("keys that every object has are no keys of a plan", () => {
  for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    expect(codes(plan.sync(`${key}: 1`))).toEqual(["UNKNOWN_KEY"]);
    expect(codes(plan.ends(`from: ${key}\nto: two`))).toEqual(["UNKNOWN_LOCATION"]);
    expect(codes(plan.sync(`set: { metadata: { ${key}: a } }`))).toEqual([]);
  }
});

test("nothing raw reaches a terminal", () => {
  const { diagnostics } = load(plan.sync('"\\e[31m\\u202e": 1').replace("to: two", "to: two # \u202e\u200b"));
  expect(diagnostics.map(({ code }) => code)).toEqual(["UNKNOWN_KEY"]);
  expect(diagnostics[0]?.frame).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\u200b]/);
});

test("any text gives a plan or says why not", () => {
  const seeds = [
    plan.sync("delete: true\nprefixes: [a/, b/]\nwhere: { minSize: 1 KiB }"),
    plan.database("map: { schemas: { public: shop } }"),
    plan.location("{ type: s3, bucket: b, credentials: { anonymous: true } }"),
  ];
  const pieces = [
    "\n",
    "  ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "<<: ",
    "!!x ",
    '"',
    "'",
    "#",
    "|\n",
    "${A}",
    "${",
    "null",
    "0",
    "1e9",
    "true",
    "\t",
    "---\n",
    "? ",
    "x-",
  ];
  const edit = fc.tuple(fc.nat(), fc.nat({ max: 12 }), fc.constantFrom(...pieces));
  fc.assert(
    fc.property(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 6 }), (seed, edits) => {
      let text = seed;
      for (const [at, cut, piece] of edits) {
        const from = at % (text.length + 1);
        text = text.slice(0, from) + piece + text.slice(from + cut);
      }
      const { plan: loaded, diagnostics } = load(text, { A: "a" });
      expect(loaded === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
      for (const { line, column, frame } of diagnostics) {
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
        expect(frame).toContain("^");
      }
    }),
    { numRuns: 2000 },
  );
});

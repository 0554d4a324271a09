import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overlaps } from "../../src/plan-file/places.ts";
import { load, plan } from "./support.ts";

test("finds every pair of prefixes of which one begins with the other", () => {
  const prefix = fc.string({ unit: fc.constantFrom("a", "b", "/", "\u{1f600}", "\uff5e"), maxLength: 5 });
  fc.assert(
    fc.property(fc.array(prefix, { maxLength: 12 }), (prefixes) => {
      const found = [...overlaps(prefixes.map((one, at) => ({ of: at, prefixes: [one] })))].map(([inner, outer]) =>
        [inner.of, outer.of].toSorted((a, b) => a - b).join(" "),
      );
      const expected: string[] = [];
      for (let a = 0; a < prefixes.length; a++) {
        for (let b = a + 1; b < prefixes.length; b++) {
          const [one = "", other = ""] = [prefixes[a], prefixes[b]];
          if (one.startsWith(other) || other.startsWith(one)) expected.push(`${a} ${b}`);
        }
      }
      expect(found.toSorted()).toEqual(expected.toSorted());
    }),
  );
});

describe("the ends of one sync", () => {
  const codes = (lines: string, locations = "") =>
    load(plan.locations(locations).replace("  media: { from: one, to: two }\n", `  media: ${lines}\n`)).diagnostics.map(({ code }) => code);

  test.each([
    ["{ from: one, to: one }", ""],
    ["{ from: { location: one, prefix: a/ }, to: { location: one, prefix: a/b/ } }", ""],
    ["{ from: { location: one, prefix: a/ }, to: again }", "  again: { type: s3, bucket: one, prefix: a/b/ }\n"],
    ["{ from: one, to: again }", "  again: { type: s3, bucket: one, endpoint: 'https://s3.eu-central-1.amazonaws.com' }\n"],
    [
      "{ from: here, to: there }",
      "  here: { type: s3, bucket: b, endpoint: 'https://S3.example' }\n  there: { type: s3, bucket: b, endpoint: 'https://s3.example:443/' }\n",
    ],
    ["{ from: dir, to: nested }", "  nested: { type: directory, path: /data/../data/nested }\n"],
    ["{ from: nested, to: dir }", "  nested: { type: directory, path: /data/nested/ }\n"],
    ["{ from: here, to: there }", "  here: { type: directory, path: . }\n  there: { type: directory, path: /plans/copy }\n"],
    ["{ from: one, to: { location: one, prefix: a/ }, prefixes: [b/, a/a/] }", ""],
  ])("%s overlap", (lines, locations) => expect(codes(lines, locations)).toEqual(["ENDS_OVERLAP"]));

  test.each([
    ["{ from: { location: one, prefix: a/ }, to: { location: one, prefix: b/ } }", ""],
    ["{ from: { location: one, prefix: a/ }, to: { location: one, prefix: ab/ } }", ""],
    ["{ from: one, to: other }", "  other: { type: s3, bucket: one, endpoint: 'https://s3.example' }\n"],
    ["{ from: dir, to: near }", "  near: { type: directory, path: /data2 }\n"],
    ["{ from: one, to: { location: one, prefix: a/ }, prefixes: [b/] }", ""],
  ])("%s do not", (lines, locations) => expect(codes(lines, locations)).toEqual([]));
});

describe("two syncs that write one place", () => {
  test.each([
    ["  first: { from: one, to: dir, needs: [second] }\n  second: { from: two, to: dir }\n"],
    [
      "  first: { from: one, to: dir, needs: [third] }\n  second: { from: two, to: dir }\n  third: { from: one, to: { location: two, prefix: x/ }, needs: [second] }\n",
    ],
    ["  first: { from: one, to: { location: dir, prefix: a/ } }\n  second: { from: two, to: { location: dir, prefix: b/ } }\n"],
    ["  first: { from: one, to: dir, prefixes: [a/] }\n  second: { from: two, to: dir, prefixes: [b/] }\n"],
  ])("are allowed in an order or apart:\n%s", (syncs) => expect(load(plan.syncs(syncs)).diagnostics).toEqual([]));

  test("are told once, however many prefixes they share", () => {
    const prefixes = `prefixes: [${Array.from({ length: 1000 }, (_, at) => `p${at}/`).join(", ")}]`;
    const { diagnostics } = load(plan.syncs(`  first: { from: one, to: dir, ${prefixes} }\n  second: { from: two, to: dir, ${prefixes} }\n`));
    expect(diagnostics.map(({ code, sync }) => [code, sync])).toEqual([["WRITES_OVERLAP", "second"]]);
  });
});

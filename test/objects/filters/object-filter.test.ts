import fc from "fast-check";
import { expect, test } from "vitest";
import { compileFilters, type FilterRules } from "../../../src/objects/filters/object-filter.ts";
import type { ObjectEntry } from "../../../src/objects/store.ts";
import { FILES, HIDDEN } from "./rclone-facts.ts";

const NO_WHERE: FilterRules["where"] = { minSize: undefined, maxSize: undefined, modifiedAfter: undefined, modifiedBefore: undefined, storageClass: undefined };

function filter(rules: Partial<FilterRules>) {
  return compileFilters({ include: [], exclude: [], where: NO_WHERE, invisible: { source: [], destination: [] }, ...rules });
}

test.each(HIDDEN)("%j hides what it hides in rclone", (pattern, ...hidden) => {
  const excluding = filter({ exclude: [pattern] });
  expect(FILES.filter((key) => !excluding.selectsKey(key))).toEqual(hidden);
  const including = filter({ include: [pattern] });
  expect(FILES.filter((key) => including.selectsKey(key))).toEqual(hidden);
});

test.each([
  "***",
  "a{",
  "a}",
  "[a",
  "a]",
  "{{a",
  "{{(}}",
  "{{a**}}",
  "",
  "a\\",
  "{{a)}}",
  "[b-a]",
  "{{a{2,1}}}",
  "{{(?=a)}}",
  "{{\\bа}}",
  "{{\\p{Nonsense}}}",
  "{{a{1001}}}",
  "{".repeat(500),
])("%j is refused", (pattern) => {
  expect(() => filter({ include: [pattern] })).toThrow(expect.objectContaining({ code: "FILTER_INVALID" }));
});

test("exclude is asked before include, and include leaves out the rest", () => {
  const rules = filter({ include: ["*.jpg", "/keep/**"], exclude: ["tmp/**", "*-old.jpg"] });
  const keys = ["a.jpg", "x/a.jpg", "x/a-old.jpg", "tmp/a.jpg", "keep/b.txt", "keep/tmp/c.txt", "b.txt"];
  expect(keys.filter((key) => rules.selectsKey(key))).toEqual(["a.jpg", "x/a.jpg", "keep/b.txt"]);
});

test("a line feed brings nothing back that was excluded", () => {
  expect(filter({ exclude: ["/secret/**"] }).selectsKey("secret/a\nb")).toBe(false);
});

test("reports and backups of either end are hidden at both", () => {
  const rules = filter({ invisible: { source: [".reports/"], destination: [".backup/"] } });
  expect([".reports/x", ".backup/y", ".backups", "a/.backup/y"].filter((key) => rules.selectsKey(key))).toEqual([".backups", "a/.backup/y"]);
  expect(rules.hidesBeneath(".backup/old/")).toBe(true);
  expect(rules.hidesBeneath("a/")).toBe(false);
});

test("sizes are inclusive, times strict", () => {
  const rules = filter({ where: { ...NO_WHERE, minSize: 10, maxSize: 20, modifiedAfter: 1000, modifiedBefore: 2000 } });
  const selected = (size: number, modifiedMs: number) => rules.selectsEntry(entry({ size, modifiedMs }));
  expect([9, 10, 20, 21].filter((size) => selected(size, 1500))).toEqual([10, 20]);
  expect([1000, 1001, 1999, 2000].filter((time) => selected(15, time))).toEqual([1001, 1999]);
});

test.each([
  ["standard", ["", "STANDARD"]],
  ["infrequent-access", ["STANDARD_IA"]],
  ["archive", ["GLACIER", "DEEP_ARCHIVE"]],
  ["glacier", ["GLACIER"]],
  ["COLD_LINE", ["COLD_LINE"]],
])("the storage class %s", (meant, found) => {
  const rules = filter({ where: { ...NO_WHERE, storageClass: [meant] } });
  expect(["", "STANDARD", "STANDARD_IA", "GLACIER", "DEEP_ARCHIVE", "COLD_LINE"].filter((storageClass) => rules.selectsEntry(entry({ storageClass })))).toEqual(
    found,
  );
});

test("rules about names and about entries are asked apart, and together", () => {
  const rules = filter({ exclude: ["*.tmp"], where: { ...NO_WHERE, minSize: 1 } });
  expect([rules.selectsKey("a"), rules.selectsEntry(entry({ size: 0 })), rules.matches(entry({ size: 0 }))]).toEqual([true, false, false]);
  expect([rules.selectsKey("a.tmp"), rules.matches(entry({ key: "a.tmp" })), rules.matches(entry({}))]).toEqual([false, false, true]);
});

test("an entry that cannot be read is not left out for its size", () => {
  const rules = filter({ where: { ...NO_WHERE, minSize: 1 } });
  expect(rules.selectsEntry(entry({ size: 0, problem: { code: "FOLDER_UNREADABLE", message: "", scope: "subtree" } }))).toBe(true);
});

test.each<[Partial<FilterRules>, boolean]>([
  [{}, true],
  [{ include: ["*"] }, false],
  [{ exclude: ["*"] }, false],
  [{ where: { ...NO_WHERE, maxSize: 0 } }, false],
  [{ invisible: { source: ["x/"], destination: [] } }, false],
])("%j selects everything: %s", (rules, everything) => expect(filter(rules).selectsEverything).toBe(everything));

test.each([
  [["/a/b/*"], "a/b/"],
  [["/a/b/*", "/a/c"], "a/"],
  [["/a/😀", "/a/😁"], "a/"],
  [["/a/*", "b"], ""],
  [["/[a]b"], ""],
  [[], ""],
])("what %j can select begins with %j", (include, prefix) => expect(filter({ include }).commonPrefix).toBe(prefix));

test.each<[Partial<FilterRules>, string, boolean]>([
  [{ exclude: ["tmp/"] }, "a/tmp/", true],
  [{ exclude: ["tmp/**"] }, "tmp/", true],
  [{ exclude: ["*.jpg"] }, "a/", false],
  [{ exclude: ["*"] }, "a/", true],
  [{ exclude: ["{{.*/}}"] }, "a/", false],
  [{ include: ["/2024/**"] }, "2025/", true],
  [{ include: ["/2024/**"] }, "2024/", false],
  [{ include: ["/2024/**"] }, "20", false],
  [{ include: ["*.jpg"] }, "2025/", false],
])("%j beneath %j: nothing can be selected: %s", (rules, prefix, hidden) => expect(filter(rules).hidesBeneath(prefix)).toBe(hidden));

test("what is hidden beneath a prefix is hidden", () => {
  const pattern = fc.constantFrom("tmp/", "/a/**", "*", "**", "b*", "{a,b}/**", "/a", "[^a]", "a**b");
  const key = fc.string({ unit: fc.constantFrom("a", "b", "/", "t"), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 2 }), fc.array(pattern, { maxLength: 2 }), key, key, (include, exclude, prefix, rest) => {
      const rules = filter({ include, exclude });
      expect(rules.hidesBeneath(prefix) && rules.selectsKey(prefix + rest)).toBe(false);
      if (rules.selectsKey(prefix)) expect(prefix.startsWith(rules.commonPrefix)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

function entry(fields: Partial<ObjectEntry>): ObjectEntry {
  return { key: "a", size: 1, modified: "", modifiedMs: 0, etag: "", storageClass: "", problem: undefined, ...fields };
}

import fc from "fast-check";
import { expect, test } from "vitest";
import type { NameMap } from "../../../src/core/sync-plan.ts";
import { cutToBytes, makeTargetOf, mappedConstraintName, mappedIndexName, mapsNames } from "../../../src/postgres/mapping/names.ts";

const NONE: NameMap = { database: undefined, schemas: {}, tables: {}, rename: [] };
/** As PostgreSQL may hold them: 1 to 63 bytes of UTF-8, no zero byte. */
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 63 }).filter((text) => Buffer.byteLength(text) <= 63 && !text.includes("\0"));
const part = fc.record({ schema: name, table: name, name });

test("a table that is named itself goes there, else the first rule that matches counts, in its schema's new name", () => {
  const targetOf = makeTargetOf({
    ...NONE,
    schemas: { sales: "shop" },
    tables: { "sales.users": "crm.people" },
    rename: [
      { from: "^old_(.*)$", to: "new_$1" },
      { from: "^old_x$", to: "never" },
    ],
  });
  expect(targetOf("sales", "users")).toEqual({ schema: "crm", name: "people" });
  expect(targetOf("sales", "old_x")).toEqual({ schema: "shop", name: "new_x" });
  expect(targetOf("public", "old_x")).toEqual({ schema: "public", name: "new_x" });
  expect(targetOf("public", "users")).toEqual({ schema: "public", name: "users" });
  // Names that every object of JavaScript has.
  expect(targetOf("constructor", "toString")).toEqual({ schema: "constructor", name: "toString" });
});

test("a mapping of the database alone maps no names", () => {
  expect(mapsNames({ ...NONE, database: "other" })).toBe(false);
  expect(mapsNames({ ...NONE, schemas: { a: "b" } })).toBe(true);
  expect(mapsNames({ ...NONE, rename: [{ from: "a", to: "b" }] })).toBe(true);
});

test("names of indexes and constraints follow the rule, and stay what they are from version to version", () => {
  const users = { schema: "public", table: "users", name: "users_name_idx" };
  expect(mappedIndexName(users)).toMatch(/^i_[0-9a-f]{10}users_name_idx_key$/);
  expect(mappedConstraintName(users)).toBe(mappedIndexName(users).replace(/^i/, "c"));
  expect(mappedIndexName(users)).toBe("i_50c8d88c37users_name_idx_key");
});

test("they are at most 63 bytes, whole characters, and begin with as much of the name as fits", () => {
  fc.assert(
    fc.property(part, (each) => {
      const made = mappedIndexName(each);
      expect(Buffer.byteLength(made)).toBeLessThanOrEqual(63);
      // What was cut within a character would not come back from bytes as it was.
      expect(Buffer.from(made).toString()).toBe(made);
      const kept = made.slice(12, -4);
      expect(each.name.startsWith(kept)).toBe(true);
      const next = each.name.codePointAt(kept.length);
      if (next !== undefined) expect(Buffer.byteLength(made + String.fromCodePoint(next))).toBeGreaterThan(63);
    }),
  );
});

test("they differ wherever one of the original names does", () => {
  fc.assert(
    fc.property(part, part, (one, other) => {
      const isSame = one.schema === other.schema && one.table === other.table && one.name === other.name;
      expect(mappedIndexName(one) === mappedIndexName(other)).toBe(isSame);
    }),
  );
  expect(mappedIndexName({ schema: "a_b", table: "c", name: "d" })).not.toBe(mappedIndexName({ schema: "a", table: "b_c", name: "d" }));
});

test("cutting leaves whole characters", () => {
  expect(cutToBytes("äöü", 3)).toBe("ä");
  expect(cutToBytes("a😀b", 4)).toBe("a");
  expect(cutToBytes("a😀b", 5)).toBe("a😀");
  expect(cutToBytes("abc", 0)).toBe("");
});

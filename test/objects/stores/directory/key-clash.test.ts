import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeyClashes } from "../../../../src/objects/stores/directory/key-clash.ts";
import { byBytes } from "../../../support/odd-keys.ts";

const key = fc
  .array(fc.string({ unit: fc.constantFrom("a", "A", "b", "-", ".", "0", "\u00e9", "\u00c9"), minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("/"));
const keys = fc.uniqueArray(
  fc.tuple(key, fc.boolean()).map(([name, marker]) => (marker ? `${name}/` : name)),
  { maxLength: 30 },
);

/** What a directory would do: names in a tree of maps, one key after another. */
class NaiveTree {
  readonly #files = new Set<string>();
  readonly #folders = new Map<string, string>();
  readonly #fold: (name: string) => string;

  constructor(fold: (name: string) => string) {
    this.#fold = fold;
  }

  takes(key: string): boolean {
    const marker = key.endsWith("/");
    const parts = (marker ? key.slice(0, -1) : key).split("/");
    const paths = parts.map((_, at) => parts.slice(0, at + 1).join("/"));
    const folders = marker ? paths : paths.slice(0, -1);
    const file = marker ? undefined : paths.at(-1);
    for (const folder of folders) {
      if (this.#files.has(this.#fold(folder))) return false;
      if ((this.#folders.get(this.#fold(folder)) ?? folder) !== folder) return false;
    }
    if (file !== undefined && (this.#files.has(this.#fold(file)) || this.#folders.has(this.#fold(file)))) return false;
    for (const folder of folders) this.#folders.set(this.#fold(folder), folder);
    if (file !== undefined) this.#files.add(this.#fold(file));
    return true;
  }
}

describe.each([
  { caseInsensitive: false, fold: (name: string) => name },
  { caseInsensitive: true, fold: (name: string) => name.toLowerCase() },
])("case-insensitive: $caseInsensitive", ({ caseInsensitive, fold }) => {
  test("says what a directory would", () => {
    fc.assert(
      fc.property(keys, (unsorted) => {
        const sorted = unsorted.toSorted(byBytes);
        const clashes = new KeyClashes({ caseInsensitive });
        const tree = new NaiveTree(fold);
        expect(sorted.map((one) => clashes.next(one) === undefined)).toEqual(sorted.map((one) => tree.takes(one)));
      }),
      { numRuns: 500 },
    );
  });
});

test("the partner need not be the key before", () => {
  const clashes = new KeyClashes({ caseInsensitive: false });
  const refused = ["a", "a!", "a-", "a-b/c", "a.", "a/b", "a/c", "a0"].filter((one) => clashes.next(one) !== undefined);
  expect(refused).toEqual(["a/b", "a/c"]);
});

test("names of one folder are held apart by case where the place does not", () => {
  const clashes = new KeyClashes({ caseInsensitive: true });
  expect(clashes.next("README")).toBeUndefined();
  expect(clashes.next("Readme")).toMatchObject({ code: "KEY_CASE_CLASH", message: expect.stringContaining("README") as string });
  expect(clashes.next("readme.md")).toBeUndefined();
});

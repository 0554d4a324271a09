import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys } from "../../../src/core/byte-order.ts";
import { listPrefixes } from "../../../src/objects/listing/prefixes.ts";
import { entryOf, fakeStore } from "./fake-store.ts";

const signal = new AbortController().signal;

test("prefixes are listed one after the other, in byte order", async () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "é", "\u{1f600}", "\ue000"), minLength: 1, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name, { maxLength: 20 }),
      fc.uniqueArray(name, { maxLength: 20 }),
      fc.uniqueArray(name, { maxLength: 5 }),
      async (folders, names, wanted) => {
        const keys = folders.flatMap((folder) => names.map((k) => `${folder}/${k}`)).sort(compareKeys);
        const prefixes = wanted.map((folder) => `${folder}/`).sort(compareKeys);
        const store = fakeStore({ keys, pageSize: 2 });
        const listed = await keysOf(listPrefixes(prefixes, (prefix) => store.list({ prefix }, signal)));
        expect(listed).toEqual(keys.filter((k) => prefixes.length === 0 || prefixes.some((prefix) => k.startsWith(prefix))));
      },
    ),
    { numRuns: 200 },
  );
});

test("the next prefixes' first pages are on their way while one is consumed, a bounded number of them", async () => {
  const prefixes = Array.from({ length: 50 }, (_, i) => `${String(i).padStart(2, "0")}/`);
  const begun: string[] = [];
  let pages = 0;
  const listed = listPrefixes(prefixes, async function* (prefix) {
    begun.push(prefix);
    for (const part of ["a", "b"]) {
      pages += 1;
      yield [entryOf(prefix + part)];
    }
  });
  await listed.next();
  expect(begun).toEqual(prefixes.slice(0, 9));
  expect(pages).toBe(9);
  await listed.next();
  await listed.next();
  expect(begun).toEqual(prefixes.slice(0, 10));
  await listed.return();
});

test("leaving early closes all that was begun", async () => {
  let open = 0;
  const list = async function* (prefix: string) {
    open += 1;
    try {
      yield [entryOf(`${prefix}a`)];
      yield [entryOf(`${prefix}b`)];
    } finally {
      open -= 1;
    }
  };
  for await (const _ of listPrefixes(["a/", "b/", "c/"], list)) break;
  expect(open).toBe(0);
});

test("an error of a prefix comes when it is its turn", async () => {
  const list = async function* (prefix: string) {
    if (prefix === "b/") throw new Error("no permission");
    yield [entryOf(`${prefix}a`)];
  };
  const listed = listPrefixes(["a/", "b/"], list);
  expect((await listed.next()).value).toEqual([entryOf("a/a")]);
  await expect(listed.next()).rejects.toThrow("no permission");
});

async function keysOf(pages: AsyncIterable<readonly { readonly key: string }[]>): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of pages) for (const { key } of page) keys.push(key);
  return keys;
}

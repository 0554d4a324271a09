import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ReadStore } from "../../../../src/objects/store.ts";
import { Walk } from "../../../../src/objects/stores/directory/walk.ts";
import { byBytes } from "../../../support/odd-keys.ts";
import { temporaryFolder } from "../../../support/temp.ts";
import { listed } from "../../store-conformance.ts";
import { place, run } from "./place.ts";

const component = fc
  .string({ unit: fc.constantFrom("a", "b", "-", ".", "0", "A", "\u00e9", "\uff5e", "\u{1f600}"), minLength: 1, maxLength: 2 })
  .filter((name) => name !== "." && name !== "..");
const keyPart = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const bound = fc.option(
  fc.oneof(
    keyPart,
    keyPart.map((key) => `${key}/`),
  ),
  { nil: undefined },
);

test("any tree is listed as its keys sort, in any range, in pages of any size", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(keyPart, { maxLength: 25 }),
      fc.array(fc.record({ prefix: bound, after: bound, upTo: bound }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 9 }),
      async (wanted, ranges, pageSize) => {
        await using root = await temporaryFolder();
        const held = await makeTree(root.path, wanted);
        for (const { prefix = "", after, upTo } of [{}, ...ranges]) {
          const expected = held.filter(
            (key) => key.startsWith(prefix) && (after === undefined || byBytes(key, after) > 0) && (upTo === undefined || byBytes(key, upTo) <= 0),
          );
          expect(walked(`${root.path}/`, { prefix, after, upTo }, pageSize)).toEqual(expected);
        }
      },
    ),
    { numRuns: 150 },
  );
});

function walked(root: string, range: ConstructorParameters<typeof Walk>[1], pageSize: number): string[] {
  const walk = new Walk({ root, identity: undefined, symlinks: "skip", hidden: [] }, range);
  const keys: string[] = [];
  for (;;) {
    const page = walk.next(pageSize);
    expect(page.keys.length).toBeLessThanOrEqual(pageSize);
    keys.push(...page.keys);
    if (page.last) return keys;
  }
}

/** @returns the keys that could be made, in byte order: a name is a file or a folder, not both */
async function makeTree(root: string, keys: readonly string[]): Promise<string[]> {
  const held: string[] = [];
  for (const key of keys) {
    try {
      await mkdir(dirname(join(root, key)), { recursive: true });
      await writeFile(join(root, key), "", { flag: "wx" });
      held.push(key);
    } catch {
      // A file stands where a folder would be, or the other way round.
    }
  }
  return held.sort(byBytes);
}

test("a folder sorts as its name and a slash, among the files beside it", async () => {
  await using at = await place();
  await at.files({ "a-": "", "a/b": "", a0: "", "a.": "", "a/-": "", ab: "" });
  expect(await keysOf(await at.reader())).toEqual(["a-", "a.", "a/-", "a/b", "a0", "ab"]);
});

test("links are skipped with a reason; one to a folder stands for all that would be beneath", async () => {
  await using at = await place();
  await at.files({ file: "x", "folder/x": "x" });
  await at.link("l-file", "file");
  await at.link("l-folder", "folder");
  await at.link("l-nowhere", "nothing");
  expect(await problemsOf(await at.reader())).toEqual([
    ["file", undefined, undefined],
    ["folder/x", undefined, undefined],
    ["l-file", "SYMLINK_SKIPPED", "item"],
    ["l-folder/", "SYMLINK_SKIPPED", "subtree"],
    ["l-nowhere", "SYMLINK_SKIPPED", "item"],
  ]);
  expect(await problemsOf(await at.reader({ symlinks: "error" }))).toContainEqual(["l-file", "SYMLINK_REFUSED", "item"]);
});

test("followed links are what they lead to, also out of the root; loops and broken ones are told", async () => {
  await using at = await place();
  await at.outsideFiles({ "far/file": "far away", "far/deep/x": "x" });
  await at.files({ "folder/x": "x" });
  await at.link("folder/up", "..");
  await at.link("l-far", at.outside("far"));
  await at.link("l-file", at.outside("far/file"));
  await at.link("l-nowhere", "nothing");
  const store = await at.reader({ symlinks: "follow" });
  expect(await problemsOf(store)).toEqual([
    ["folder/up/", "SYMLINK_LOOP", "subtree"],
    ["folder/x", undefined, undefined],
    ["l-far/deep/x", undefined, undefined],
    ["l-far/file", undefined, undefined],
    ["l-file", undefined, undefined],
    ["l-nowhere", "SYMLINK_BROKEN", "item"],
  ]);
  const entry = (await listed(store)).find(({ key }) => key === "l-file");
  expect(entry?.size).toBe(8);
});

test("what is no file is told, and hides nothing else", async () => {
  await using at = await place();
  await at.files({ file: "x" });
  await run("mkfifo", [at.path("a-fifo")]);
  expect(await problemsOf(await at.reader())).toEqual([
    ["a-fifo", "SPECIAL_FILE", "item"],
    ["file", undefined, undefined],
  ]);
});

test("names that are no UTF-8 are told, each by a key of its own", async () => {
  await using at = await place();
  const bytes = (...values: number[]) => Buffer.concat([Buffer.from(`${at.path("")}/`), Buffer.from(values)]);
  // A real U+FFFD is a name like any other; so is one that looks as a broken one is shown.
  await at.files({ "\ufffd": "real", "b\ufffd{ff}": "lookalike" });
  await writeFile(bytes(0x61, 0xff), "x");
  await writeFile(bytes(0x61, 0xfe), "x");
  await writeFile(bytes(0x62, 0xff), "x");
  await mkdir(bytes(0x63, 0xc3));
  const entries = await problemsOf(await at.reader());
  expect(entries).toEqual([
    ["a\ufffd{fe}", "NAME_NOT_UTF8", "item"],
    ["a\ufffd{ff}", "NAME_NOT_UTF8", "item"],
    ["b\ufffd{ff}", undefined, undefined],
    ["b\ufffd{ff}\ufffd", "NAME_NOT_UTF8", "item"],
    ["c\ufffd{c3}/", "NAME_NOT_UTF8", "subtree"],
    ["\ufffd", undefined, undefined],
  ]);
});

test("a folder that cannot be read is told and the listing goes on", async () => {
  await using at = await place();
  await at.files({ after: "x", "a/b": "x" });
  // A path longer than the system takes cannot be read even by root.
  const name = "d".repeat(200);
  await run("bash", ["-c", `cd "$0" && for i in $(seq 25); do mkdir ${name} && cd ${name} || exit 1; done && touch deepest`, at.path("")]);
  const entries = await problemsOf(await at.reader());
  expect(entries.map(([key]) => key.slice(0, 5))).toEqual(["a/b", "after", "ddddd"]);
  expect(entries[2]?.slice(1)).toEqual(["FOLDER_UNREADABLE", "subtree"]);
  expect(entries[2]?.[0]).toMatch(/^d[d/]+\/$/);
  await run("rm", ["-r", at.path(name)]);
});

test("of a folder above a prefix it is told that nothing is known beneath the prefix", async () => {
  await using at = await place();
  await at.outsideFiles({ "far/b/c": "x" });
  await at.link("a", at.outside("far"));
  const store = await at.reader();
  expect((await listed(store, { prefix: "a/b/" })).map(({ key, problem }) => [key, problem?.code, problem?.scope])).toEqual([
    ["a/b/", "SYMLINK_SKIPPED", "subtree"],
  ]);
  await expect(listed(store, { prefix: "a/b" })).rejects.toMatchObject({ code: "SYMLINK_SKIPPED" });
});

test("our own files and temporary folders are invisible, wherever they are", async () => {
  await using at = await place();
  await at.files({
    ".tidemark-tmp/run/1": "x",
    "deep/.tidemark-tmp/run/1": "x",
    "state/db": "x",
    "plan.changeset": "x",
    "state-like": "x",
    ".tidemark-tmp-like": "x",
  });
  const store = await at.reader({}, "", { ownPaths: [at.path("state"), at.path("plan.changeset")] });
  expect(await keysOf(store)).toEqual([".tidemark-tmp-like", "state-like"]);
  for (const key of ["state/db", "state", "plan.changeset", "x/.tidemark-tmp/y"]) expect(store.refuses(key), key).toMatchObject({ code: "KEY_RESERVED" });
  expect(store.refuses("state-like")).toBeUndefined();
});

test("our own files are invisible through links too", async () => {
  await using at = await place();
  await at.outsideFiles({ "far/state/db": "x", "far/x": "x" });
  await at.link("l", at.outside("far"));
  const store = await at.reader({ symlinks: "follow" }, "", { ownPaths: [at.outside("far/state")] });
  expect(await keysOf(store)).toEqual(["l/x"]);
  expect(store.refuses("far/state/db")).toBeUndefined();
});

test("times are told to the nanosecond, also from before 1970", async () => {
  await using at = await place();
  await at.files({ new: "", old: "" });
  await run("touch", ["-d", "@1714557600.123456789", at.path("new")]);
  await run("touch", ["-d", "@-1.5", at.path("old")]);
  const entries = await listed(await at.reader());
  expect(entries.map(({ modified, modifiedMs }) => [modified, modifiedMs])).toEqual([
    ["1714557600.123456789", 1_714_557_600_123],
    ["-1.500000000", -1500],
  ]);
});

async function keysOf(store: ReadStore): Promise<string[]> {
  return (await listed(store)).map(({ key }) => key);
}

async function problemsOf(store: ReadStore): Promise<(readonly [string, string | undefined, string | undefined])[]> {
  return (await listed(store)).map(({ key, problem }) => [key, problem?.code, problem?.scope] as const);
}

import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bodyOf, patterned, writeOptions } from "../../../support/bodies.ts";
import { listed, versionOf } from "../../store-conformance.ts";
import { mountSmall, place, run } from "./place.ts";

const signal = new AbortController().signal;
const LARGE = 3 * 1024 * 1024;

test("a write leaves the file, and nothing of ours once the store is closed", async () => {
  await using at = await place();
  const store = await at.writer();
  await store.write("a/b/c", bodyOf("content"), writeOptions());
  await store.write("large", bodyOf(patterned(LARGE), { pieces: 65_536 }), writeOptions());
  await store.close();
  expect((await readdir(at.path(""), { recursive: true })).toSorted()).toEqual(["a", "a/b", "a/b/c", "large"]);
});

test("a root that is not there is empty, and made by the first write", async () => {
  await using at = await place();
  const store = await at.writer({}, "not/there/");
  expect(await listed(store)).toEqual([]);
  expect(await store.conditions(signal)).toMatchObject({ putIfAbsent: true });
  expect((await Array.fromAsync(store.check("write", signal))).map(({ status }) => status)).toEqual(["pass", "pass", "pass"]);
  await expect(lstat(at.path("not"))).rejects.toThrow("ENOENT");
  await store.write("key", bodyOf("content"), writeOptions());
  expect(await readFile(at.path("not/there/key"), "utf8")).toBe("content");
  expect((await listed(store)).map(({ key }) => key)).toEqual(["key"]);
});

test("what is replaced keeps its mode, and whoever reads it reads the old content to its end", async () => {
  await using at = await place();
  await at.files({ key: "before" });
  await run("chmod", ["750", at.path("key")]);
  const store = await at.writer();
  const { ino } = await stat(at.path("key"));
  await store.write("key", bodyOf("after"), writeOptions({ expect: { kind: "version", version: await versionOf(store, "key") } }));
  const now = await stat(at.path("key"));
  expect(now.mode & 0o777).toBe(0o750);
  expect(now.ino).not.toBe(ino);
});

test("content that is not what its source says is not kept", async () => {
  await using at = await place();
  const store = await at.writer();
  const sources = { whole: bodyOf("content"), stream: bodyOf(patterned(LARGE), { pieces: 65_536 }) };
  for (const [key, source] of Object.entries(sources)) {
    const lying = {
      ...source,
      async open(...given: Parameters<typeof source.open>) {
        const body = await source.open(...given);
        return { ...body, content: { ...body.content, md5: "0".repeat(32) } };
      },
    };
    await expect(store.write(key, lying, writeOptions())).rejects.toMatchObject({ fate: "failed", code: "INTEGRITY_MISMATCH" });
    const shorter = { ...source, size: source.size + 1 };
    await expect(store.write(key, shorter, writeOptions())).rejects.toMatchObject({ fate: "stale", code: "SOURCE_CHANGED" });
  }
  expect(await listed(store)).toEqual([]);
  await store.close();
  expect(await readdir(at.path(""))).toEqual([]);
});

test("a file where a folder would be, and a folder where a file would be, are refused", async () => {
  await using at = await place();
  await at.files({ file: "x", "folder/x": "x" });
  const store = await at.writer();
  const clash = { fate: "refused", code: "KEY_CLASH" };
  await expect(store.write("file/beneath", bodyOf("y"), writeOptions())).rejects.toMatchObject(clash);
  await expect(store.write("folder", bodyOf("y"), writeOptions())).rejects.toMatchObject(clash);
  await expect(store.write("folder", bodyOf("y"), writeOptions({ expect: { kind: "version", version: { size: 1 } } }))).rejects.toMatchObject(clash);
  await expect(store.delete("folder", { size: 1 }, signal)).rejects.toMatchObject(clash);
  await expect(store.write("file/", bodyOf(""), writeOptions())).rejects.toMatchObject(clash);
  expect(await readFile(at.path("folder/x"), "utf8")).toBe("x");
});

test("a key that ends in a slash makes a folder, and may hold nothing", async () => {
  await using at = await place();
  const store = await at.writer();
  const { version } = await store.write("folder/", bodyOf(""), writeOptions());
  expect(version.size).toBe(0);
  await store.write("folder/", bodyOf(""), writeOptions());
  expect((await stat(at.path("folder"))).isDirectory()).toBe(true);
  expect((await store.head("folder/", signal))?.version.size).toBe(0);
  await expect(store.write("folder/", bodyOf("data"), writeOptions())).rejects.toMatchObject({ fate: "refused", code: "KEY_ENDS_IN_SLASH" });
  await store.delete("folder/", version, signal);
  await expect(lstat(at.path("folder"))).rejects.toThrow("ENOENT");
});

test("deleting removes the folders that it emptied, and no others", async () => {
  await using at = await place();
  await at.files({ "a/b/c/file": "x", "a/keep": "x", "top/only": "x" });
  await mkdir(at.path("a/empty"));
  const store = await at.writer();
  for (const key of ["a/b/c/file", "top/only", "a/keep"]) await store.delete(key, await versionOf(store, key), signal);
  expect((await readdir(at.path(""), { recursive: true })).toSorted()).toEqual(["a", "a/empty"]);
});

test("many writers and deleters in one folder do not lose each other's folders", async () => {
  await using at = await place();
  const store = await at.writer();
  for (let round = 0; round < 5; round++) {
    const key = (lane: number) => `deep/er/${lane}`;
    await Promise.all(
      Array.from({ length: 64 }, async (_, lane) => {
        const { version } = await store.write(key(lane), bodyOf(`by ${lane}`), writeOptions());
        if (lane % 8 !== 0) await store.delete(key(lane), version, signal);
      }),
    );
    const left = await listed(store);
    expect(left.map((entry) => entry.key)).toHaveLength(8);
    for (const entry of left) await store.delete(entry.key, entry, signal);
    expect(await listed(store)).toEqual([]);
  }
});

test("what a killed run left is removed, and nothing else", async () => {
  await using at = await place();
  await at.files({
    ".tidemark-tmp/dead/1": "half",
    ".tidemark-tmp/alive/1": "half",
    "mounted/.tidemark-tmp/dead/7": "half",
    "mounted/file": "x",
    "other/.tidemark-tmp/dead/1": "of another",
  });
  const store = await at.writer();
  const intent = (id: number, key: string, detail: string, kind = "temporary") => ({ id, kind, key, detail, at: 0 });
  const intents = [intent(1, "mounted/file", "dead"), intent(2, "x", "dead", "multipart"), intent(3, "../outside", "dead"), intent(4, "a", "../../outside")];
  expect(await store.recover(intents, ["dead", "../outside", ""], signal)).toEqual([1]);
  expect((await readdir(at.path(""), { recursive: true })).toSorted()).toEqual([
    ".tidemark-tmp",
    ".tidemark-tmp/alive",
    ".tidemark-tmp/alive/1",
    "mounted",
    "mounted/file",
    "other",
    "other/.tidemark-tmp",
    "other/.tidemark-tmp/dead",
    "other/.tidemark-tmp/dead/1",
  ]);
});

test("where a folder is on another file system, files are made beside their place, under an intent", async ({ skip }) => {
  await using at = await place();
  await using mounted = await mountSmall(at.path("mounted"));
  if (!mounted) return skip("this user may not mount");
  const store = await at.writer();
  const begun: string[] = [];
  const { intents, ...options } = writeOptions();
  const watched = {
    ...options,
    intents: {
      begin: async (kind: string, key: string, detail: string) => {
        begun.push(`${kind} ${key} ${detail}`);
        return intents.begin(kind, key, detail);
      },
      end: (id: number) => intents.end(id),
    },
  };
  await store.write("mounted/a", bodyOf("small"), watched);
  await store.write("mounted/b", bodyOf(patterned(1024 * 512), { pieces: 65_536 }), watched);
  await store.write("mounted/a", bodyOf("again"), { ...watched, expect: { kind: "version", version: await versionOf(store, "mounted/a") } });
  expect(begun).toEqual(["temporary mounted/a run", "temporary mounted/b run", "temporary mounted/a run"]);
  expect(options.open.size).toBe(0);
  expect(await readFile(at.path("mounted/a"), "utf8")).toBe("again");
  expect((await readdir(at.path("mounted"))).toSorted()).toEqual(["a", "b"]);
});

test("a full disk is said, and keeps nothing of the file", async ({ skip }) => {
  await using at = await place();
  await using mounted = await mountSmall(at.path("full"));
  if (!mounted) return skip("this user may not mount");
  const store = await at.writer({}, "full/");
  const full = { fate: "failed", code: "DISK_FULL", hint: expect.stringContaining("Free space") as string };
  await expect(store.write("large", bodyOf(patterned(LARGE), { pieces: 65_536 }), writeOptions())).rejects.toMatchObject(full);
  await expect(Promise.all([0, 1, 2].map((at) => store.write(`small/${at}`, bodyOf(patterned(500_000)), writeOptions())))).rejects.toMatchObject(full);
  await store.write("fits", bodyOf("x"), writeOptions());
  await store.close();
  expect(await readdir(at.path("full"))).toContain("fits");
  expect((await readdir(at.path("full"), { recursive: true })).filter((name) => name.includes("tidemark"))).toEqual([]);
});

test("a root that is unmounted meanwhile is not taken for an empty one", async ({ skip }) => {
  await using at = await place();
  await using mounted = await mountSmall(at.path("share"));
  if (!mounted) return skip("this user may not mount");
  await at.files({ "share/a": "x" });
  const store = await at.writer({}, "share/");
  const version = await versionOf(store, "a");
  await mounted[Symbol.asyncDispose]();
  const moved = { code: "LOCATION_CHANGED" };
  await expect(listed(store)).rejects.toMatchObject(moved);
  await expect(store.read("a", { version, signal })).rejects.toMatchObject(moved);
  await expect(store.write("b", bodyOf("x"), writeOptions())).rejects.toMatchObject(moved);
  await expect(store.delete("a", version, signal)).rejects.toMatchObject(moved);
  expect(await readdir(at.path("share"))).toEqual([]);
  await mountSmall(at.path("share"));
});

test("a check says what is wrong", async () => {
  await using at = await place();
  const store = await at.writer();
  await writeFile(at.path(".tidemark-tmp"), "in the way");
  const checks = await Array.fromAsync(store.check("write", signal));
  expect(checks.map(({ code, status }) => `${code} ${status}`)).toEqual(["REACH pass", "READ pass", "WRITE fail", "SPACE pass"]);
});

test("a temporary folder that is a link is not used", async () => {
  await using at = await place();
  await at.outsideFiles({ "folder/x": "x" });
  await symlink(at.outside("folder"), at.path(".tidemark-tmp"));
  const store = await at.writer();
  await expect(store.write("key", bodyOf("content"), writeOptions())).rejects.toMatchObject({ code: "SYMLINK_IN_PATH" });
  expect(await store.recover([], ["x"], signal).catch((error: unknown) => error)).toMatchObject({ code: "SYMLINK_IN_PATH" });
  expect(await readdir(join(at.outside("folder")))).toEqual(["x"]);
});

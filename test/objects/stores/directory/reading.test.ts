import { appendFile, mkdir, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { bodyOf, bytesOf, patterned, writeOptions } from "../../../support/bodies.ts";
import { listed, versionOf } from "../../store-conformance.ts";
import { place, run } from "./place.ts";

const signal = new AbortController().signal;
const LARGE = 5 * 1024 * 1024;

test("a file that changes while it is read fails before its last byte", async () => {
  await using at = await place();
  const store = await at.reader();
  for (const change of [(path: string) => appendFile(path, "more"), (path: string) => truncate(path, LARGE - 1), (path: string) => writeFile(path, "new")]) {
    await writeFile(at.path("large"), patterned(LARGE));
    const version = await versionOf(store, "large");
    const body = await store.read("large", { version, signal });
    if (body.content.kind !== "stream") throw new Error("not a stream");
    let read = 0;
    const reading = (async () => {
      for await (const chunk of body.content.kind === "stream" ? body.content.stream : []) {
        if (read === 0) await change(at.path("large"));
        read += (chunk as Buffer).length;
      }
    })();
    await expect(reading).rejects.toMatchObject({ fate: "stale", code: "SOURCE_CHANGED" });
    expect(read).toBeLessThan(LARGE);
  }
});

test("a file that is replaced while it is read is read to its end as it was", async () => {
  await using at = await place();
  const store = await at.reader();
  const content = patterned(LARGE);
  await writeFile(at.path("large"), content);
  const body = await store.read("large", { signal });
  await writeFile(at.path("new"), "new");
  await rename(at.path("new"), at.path("large"));
  expect((await bytesOf(body)).equals(content)).toBe(true);
});

test("what took the place of a file is not read", async () => {
  await using at = await place();
  await at.outsideFiles({ secret: "secret" });
  await at.files({ link: "x", fifo: "x", folder: "x" });
  const store = await at.reader();
  for (const key of ["link", "fifo", "folder"]) await rm(at.path(key));
  await symlink(at.outside("secret"), at.path("link"));
  await run("mkfifo", [at.path("fifo")]);
  await mkdir(at.path("folder"));
  for (const key of ["link", "fifo", "folder"]) {
    await expect(store.read(key, { signal }), key).rejects.toMatchObject({ fate: "stale", code: "SOURCE_CHANGED" });
    expect(await store.head(key, signal), key).toBeUndefined();
  }
});

test("no way leads out of the root through a folder that became a link", async () => {
  await using at = await place();
  await at.outsideFiles({ "far/file": "secret", "far/deep/file": "secret" });
  await at.files({ "a/file": "inside", "a/deep/file": "inside" });
  const store = await at.writer();
  const versions = { file: await versionOf(store, "a/file"), deep: await versionOf(store, "a/deep/file") };
  await rename(at.path("a"), at.path("moved"));
  await symlink(at.outside("far"), at.path("a"));
  const refused = { fate: "stale", code: "SYMLINK_IN_PATH" };
  await expect(store.read("a/file", { signal })).rejects.toMatchObject(refused);
  await expect(store.read("a/deep/file", { version: versions.deep, signal })).rejects.toMatchObject(refused);
  await expect(store.write("a/new", bodyOf("x"), writeOptions())).rejects.toMatchObject(refused);
  await expect(store.write("a/new/er", bodyOf("x"), writeOptions())).rejects.toMatchObject(refused);
  await expect(store.write("a/file", bodyOf("x"), writeOptions({ expect: { kind: "version", version: versions.file } }))).rejects.toMatchObject(refused);
  await expect(store.write("a/folder/", bodyOf(""), writeOptions())).rejects.toMatchObject(refused);
  await expect(store.delete("a/file", versions.file, signal)).rejects.toMatchObject(refused);
  await expect(store.head("a/file", signal)).rejects.toMatchObject(refused);
  const outside = await at.reader({ path: at.outside("far") });
  expect((await listed(outside)).map(({ key }) => key)).toEqual(["deep/file", "file"]);
});

test("where links are followed, files are read and written through them", async () => {
  await using at = await place();
  await at.outsideFiles({ "far/file": "far" });
  await at.link("folder", at.outside("far"));
  await at.link("file", at.outside("far/file"));
  const store = await at.writer({ symlinks: "follow" });
  expect((await bytesOf(await store.read("folder/file", { version: await versionOf(store, "folder/file"), signal }))).toString()).toBe("far");
  await store.write("folder/new", bodyOf("new"), writeOptions());
  await store.write("file", bodyOf("by its link"), writeOptions({ expect: { kind: "version", version: await versionOf(store, "file") } }));
  expect((await bytesOf(await store.read("folder/new", { signal }))).toString()).toBe("new");
  expect((await bytesOf(await store.read("folder/file", { signal }))).toString()).toBe("by its link");
  await store.delete("file", await versionOf(store, "file"), signal);
  expect((await listed(store)).map(({ key }) => key)).toEqual(["folder/file", "folder/new"]);
});

test("keys that lead elsewhere are not there", async () => {
  await using at = await place();
  await at.outsideFiles({ secret: "secret" });
  await at.files({ a: "x" });
  const store = await at.writer();
  for (const key of ["../outside/secret", "a/../a", "./a", "/a", "a/", "a\0", ""]) {
    await expect(store.read(key, { signal }), key).rejects.toMatchObject({ code: "SOURCE_GONE" });
    expect(await store.head(key, signal), key).toBeUndefined();
  }
  await expect(store.delete("../outside/secret", { size: 6 }, signal)).rejects.toMatchObject({ fate: "refused", code: "KEY_DOT_COMPONENT" });
});

test("places that cannot be opened say why", async () => {
  await using at = await place();
  await at.files({ file: "x" });
  await expect(at.reader({ path: at.path("nothing") })).rejects.toMatchObject({ code: "LOCATION_NOT_FOUND" });
  await expect(at.reader({ path: at.path("file") })).rejects.toMatchObject({ code: "NOT_A_DIRECTORY" });
  await expect(at.writer({ path: at.path("file/beneath") })).rejects.toMatchObject({ code: "NOT_A_DIRECTORY" });
  await expect(at.reader({ prefix: "../" })).rejects.toMatchObject({ code: "KEY_DOT_COMPONENT" });
  await expect(at.writer({}, "", { run: "../run" })).rejects.toMatchObject({ code: "RUN_INVALID" });
  expect(await listed(await at.reader({ path: at.path("nothing") }, "", { isDestination: true }))).toEqual([]);
  // A prefix that holds nothing yet is as empty as it would be in a bucket.
  expect(await listed(await at.reader({}, "not/yet/"))).toEqual([]);
});

test("a store resolves to one real place, whatever way it is named", async () => {
  await using at = await place();
  await at.files({ "real/deep/x": "x" });
  await at.link("alias", "real");
  const [direct, aliased] = [await at.reader({ path: at.path("real"), prefix: "deep/" }), await at.reader({ path: at.path("alias") }, "deep/")];
  expect(direct.resolved).toBe(`${at.path("real/deep")}/`);
  expect(aliased.resolved).toBe(direct.resolved);
  expect(aliased.display).toBe(`${at.path("alias/deep")}/`);
  const missing = await at.writer({ path: at.path("alias/not/there") });
  expect(missing.resolved).toBe(`${at.path("real/not/there")}/`);
});

test("a read that is stopped says so, and a closed store answers no more", async () => {
  await using at = await place();
  await at.files({ a: "x" });
  const store = await at.reader();
  await expect(store.read("a", { signal: AbortSignal.abort() })).rejects.toMatchObject({ fate: "cancelled" });
  const waiting = store.read("a", { signal });
  await store.close();
  await expect(waiting).rejects.toThrow("closed");
  await expect(store.read("a", { signal })).rejects.toThrow("closed");
});

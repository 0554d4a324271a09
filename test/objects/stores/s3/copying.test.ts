import { describe, expect, test } from "vitest";
import type { ObjectProperties, WriteStore } from "../../../../src/objects/store.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { BUCKET, Bench, headOf, pattern } from "./support.ts";

const KIB = 1024;
const PARTS = { copyPartsAbove: 100 * KIB, copyPartSize: 64 * KIB };

async function pair(
  bench: Bench,
): Promise<{ readonly from: WriteStore; readonly to: WriteStore; copy(key: string, change?: Parameters<Bench["copying"]>[1]): Promise<unknown> }> {
  const from = await bench.write("from/", { bucket: "other" });
  const to = await bench.write("to/", {}, PARTS);
  return { from, to, copy: async (key, change) => to.copyFrom?.(from, key, bench.copying(await headOf(from, key), change)) };
}

const carried = { metadata: { owner: "me" }, headers: { "cache-control": "no-store", "content-type": "a/b" }, tags: { a: "b c" } };

describe("a server-side copy", () => {
  test("needs one endpoint and one identity", async () => {
    await using bench = await Bench.start();
    await using elsewhere = await Bench.start();
    const to = await bench.write();
    expect(to.canCopyFrom(await bench.read("", { bucket: "other" }))).toBe(true);
    expect(to.canCopyFrom(await elsewhere.read())).toBe(false);
    expect(
      to.canCopyFrom(
        await bench.read("", { credentials: { kind: "static", accessKeyId: "else", secretAccessKey: new Secret("x", "${X}"), sessionToken: undefined } }),
      ),
    ).toBe(false);
  });

  test.each(["a", "a b", "a+b", "b//c", "é", "amp&<>\"'", "%41", "ctl\u0001x"])("of %j keeps all that the source has", async (key) => {
    await using bench = await Bench.start();
    const { copy } = await pair(bench);
    bench.server.put("other", `from/${key}`, "hello", carried);
    expect(await copy(key)).toMatchObject({ version: { size: 5, etag: "5d41402abc4b2a76b9719d911017c592", modified: expect.any(String) } });
    expect(bench.server.get(BUCKET, `to/${key}`).toString()).toBe("hello");
    expect(bench.server.object(BUCKET, `to/${key}`)).toMatchObject(carried);
  });

  test("past the limit goes in parts and keeps all the same", async () => {
    await using bench = await Bench.start();
    const { copy } = await pair(bench);
    const large = pattern(300 * KIB);
    bench.server.put("other", "from/a", large, carried);
    await copy("a");
    expect(bench.server.get(BUCKET, "to/a").equals(large)).toBe(true);
    expect(bench.server.object(BUCKET, "to/a")).toMatchObject({ ...carried, metadata: { owner: "me", "tidemark-part-size": String(PARTS.copyPartSize) } });
    expect(bench.server.requests.counts()).toMatchObject({ UploadPartCopy: 5, GetObjectTagging: 1 });
    expect(bench.server.requests.count("GetObject")).toBe(0);
    expect(bench.intents.ended).toEqual([1]);
  });

  test.each([5, 300 * KIB])("of %d bytes takes other properties where they are given", async (size) => {
    await using bench = await Bench.start();
    const { copy } = await pair(bench);
    bench.server.put("other", "from/a", pattern(size), carried);
    const properties: ObjectProperties = {
      metadata: { other: "ü" },
      headers: { "content-type": "c/d" },
      mtime: "7",
      storageClass: undefined,
      tags: { z: "1" },
      tagCount: 1,
    };
    await copy("a", { properties: () => properties, storageClass: "infrequent-access" });
    expect(bench.server.object(BUCKET, "to/a")).toMatchObject({ headers: { "content-type": "c/d" }, tags: { z: "1" }, storageClass: "STANDARD_IA" });
    const store = await bench.read("to/");
    expect((await headOf(store, "a")).properties).toMatchObject({ metadata: { other: "ü" }, mtime: "7" });
    expect(bench.server.object(BUCKET, "to/a")?.headers["cache-control"]).toBeUndefined();
  });

  test("is stale where only the metadata of the source changed, though the ETag is the same", async () => {
    await using bench = await Bench.start();
    const { from, to } = await pair(bench);
    bench.server.put("other", "from/a", "x", { lastModified: new Date("2024-05-01T10:00:00Z") });
    const reviewed = await headOf(from, "a");
    bench.server.put("other", "from/a", "x", { lastModified: new Date("2024-05-01T10:00:07Z"), metadata: { secret: "unreviewed" } });
    await expect(to.copyFrom?.(from, "a", bench.copying(reviewed))).rejects.toMatchObject({ fate: "stale", code: "SOURCE_CHANGED" });
    bench.server.remove("other", "from/a");
    await expect(to.copyFrom?.(from, "a", bench.copying(reviewed))).rejects.toMatchObject({ fate: "stale", code: "SOURCE_GONE" });
    expect(bench.server.keys(BUCKET)).toEqual([]);
  });

  test.each([5, 300 * KIB])("of %d bytes is stale where the source changes after the look", async (size) => {
    await using bench = await Bench.start();
    const { copy } = await pair(bench);
    bench.server.put("other", "from/a", pattern(size));
    bench.server.faults.add({
      match: { operation: ["CopyObject", "UploadPartCopy"], nth: 1 },
      effect: { kind: "hold", until: () => Promise.resolve(bench.server.put("other", "from/a", "changed")) },
    });
    await expect(copy("a")).rejects.toMatchObject({ fate: "stale", code: "SOURCE_CHANGED" });
    expect(bench.server.keys(BUCKET)).toEqual([]);
    expect(bench.server.uploads(BUCKET)).toEqual([]);
  });

  test("is stale where something is at the destination, also where the store ignores the condition", async () => {
    await using bench = await Bench.start();
    const { copy } = await pair(bench);
    bench.server.put("other", "from/a", "ours");
    bench.server.put(BUCKET, "to/a", "theirs");
    for (const ignored of [[], ["copy-if-none-match"]] as const) {
      bench.server.faults.add({ effect: { kind: "ignore-conditions", conditions: ignored } });
      await expect(copy("a")).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
    }
    expect(bench.server.get(BUCKET, "to/a").toString()).toBe("theirs");
  });

  test("looks at the destination before, until the server has shown that it refuses what is there", async () => {
    await using bench = await Bench.start();
    const { copy } = await pair(bench);
    for (const name of ["a", "b", "c"]) bench.server.put("other", `from/${name}`, name);
    await copy("a");
    bench.server.requests.reset();
    await copy("b");
    expect(bench.server.requests.list.filter(({ bucket, operation }) => bucket === BUCKET && operation === "HeadObject")).toEqual([]);
    bench.server.put(BUCKET, "to/c", "theirs");
    await expect(copy("c")).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
    expect(bench.server.get(BUCKET, "to/c").toString()).toBe("theirs");
  });

  test("goes on looking before each where the server reads no condition, or where learning would leave a version", async () => {
    for (const versioning of [[], [BUCKET]]) {
      await using bench = await Bench.start({ versioning });
      const { copy } = await pair(bench);
      if (versioning.length === 0) bench.server.faults.add({ effect: { kind: "ignore-conditions", conditions: ["copy-if-none-match"] } });
      for (const name of ["a", "b"]) bench.server.put("other", `from/${name}`, name);
      await copy("a");
      expect(bench.server.versions(BUCKET)).toHaveLength(1);
      bench.server.put(BUCKET, "to/b", "theirs");
      await expect(copy("b")).rejects.toMatchObject({ fate: "stale" });
      expect(bench.server.get(BUCKET, "to/b").toString()).toBe("theirs");
    }
  });

  test("that says in a 200 that it failed has failed, and is tried again", async () => {
    await using bench = await Bench.start();
    const { copy } = await pair(bench);
    bench.server.put("other", "from/a", "x");
    bench.server.faults.add({ match: { operation: "CopyObject", times: 1 }, effect: { kind: "error-inside-200", code: "InternalError", done: false } });
    await copy("a");
    // The third learns whether the server reads the condition.
    expect(bench.server.requests.list.filter(({ operation }) => operation === "CopyObject").map(({ status }) => status)).toEqual([200, 200, 412]);
    bench.server.faults.add({ match: { operation: "CopyObject" }, effect: { kind: "error-inside-200", code: "AccessDenied", done: false } });
    bench.server.put("other", "from/b", "x");
    await expect(copy("b")).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    expect(bench.server.keys(BUCKET)).toEqual(["to/a"]);
  });

  test("whose answer was lost is a success once it is looked at", async () => {
    await using bench = await Bench.start();
    const { copy } = await pair(bench);
    bench.server.put("other", "from/a", "hello");
    bench.server.faults.add({ match: { operation: "CopyObject", times: 1 }, effect: { kind: "lost-response" } });
    expect(await copy("a")).toMatchObject({ version: { etag: "5d41402abc4b2a76b9719d911017c592" } });
  });
});

import { describe, expect, test } from "vitest";
import { BUCKET, Bench, contentOf, headOf, never, pattern } from "./support.ts";

const MIB = 1024 * 1024;

describe("reading", () => {
  test("a read store has no way to write", async () => {
    await using bench = await Bench.start();
    const store = await bench.read();
    for (const method of ["write", "delete", "copyFrom", "recover"]) expect(method in store).toBe(false);
  });

  test("small content comes whole, large content as a stream", async () => {
    await using bench = await Bench.start();
    const large = pattern(3 * MIB + 5);
    bench.server.put(BUCKET, "small", "abc");
    bench.server.put(BUCKET, "large", large);
    bench.server.put(BUCKET, "empty", "");
    const store = await bench.read();
    expect((await store.read("small", { signal: never })).content).toMatchObject({ kind: "whole", md5: "900150983cd24fb0d6963f7d28e17f72" });
    expect((await contentOf(store, "large")).equals(large)).toBe(true);
    expect((await contentOf(store, "empty")).byteLength).toBe(0);
  });

  test("a range is what was asked for, under the version of the whole", async () => {
    await using bench = await Bench.start();
    bench.server.put(BUCKET, "a", "0123456789");
    const store = await bench.read();
    const { version } = await headOf(store, "a");
    const part = await store.read("a", { version, range: { start: 2, end: 4 }, signal: never });
    expect(part).toMatchObject({ size: 3, version: { size: 10 } });
    expect(part.content.kind === "whole" && Buffer.from(part.content.bytes).toString()).toBe("234");
  });

  test("what is not there is undefined to a head and stale to a read", async () => {
    await using bench = await Bench.start();
    const store = await bench.read();
    expect(await store.head("nothing", never)).toBeUndefined();
    await expect(store.read("nothing", { signal: never })).rejects.toMatchObject({ fate: "stale", code: "SOURCE_GONE" });
  });

  test("says a key so that a terminal can bear it", async () => {
    await using bench = await Bench.start();
    const store = await bench.read();
    await expect(store.read("a\u001b[2J\u202eb", { signal: never })).rejects.toThrow(/^[\u0020-\u007e]+$/);
  });

  test("another version is stale, also one with the same content", async () => {
    await using bench = await Bench.start();
    const before = new Date("2024-05-01T10:00:00Z");
    bench.server.put(BUCKET, "a", "one", { lastModified: before });
    const store = await bench.read();
    const { version } = await headOf(store, "a");
    bench.server.put(BUCKET, "a", "one", { lastModified: new Date("2024-05-01T10:00:05Z"), metadata: { changed: "yes" } });
    await expect(store.read("a", { version, signal: never })).rejects.toMatchObject({ fate: "stale", code: "SOURCE_CHANGED" });
    bench.server.put(BUCKET, "a", "two", { lastModified: before });
    await expect(store.read("a", { version, signal: never })).rejects.toMatchObject({ fate: "stale", code: "SOURCE_CHANGED" });
  });

  test("properties come with the content; tags when asked for", async () => {
    await using bench = await Bench.start();
    bench.server.put(BUCKET, "a", "x", {
      metadata: { owner: "me", mtime: "12.5" },
      headers: { "cache-control": "no-store" },
      tags: { "a b": "1&2" },
      storageClass: "STANDARD_IA",
    });
    const store = await bench.read();
    const { properties, version } = await store.read("a", { signal: never });
    expect(properties).toMatchObject({
      metadata: { owner: "me" },
      mtime: "12.5",
      headers: { "cache-control": "no-store" },
      storageClass: "STANDARD_IA",
      tags: undefined,
      tagCount: 1,
    });
    expect(await store.readTags?.("a", version)).toEqual({ "a b": "1&2" });
  });

  test("content damaged on its way is asked for again", async () => {
    await using bench = await Bench.start();
    bench.server.put(BUCKET, "a", "abcdefgh");
    bench.server.faults.add({ match: { operation: "GetObject", times: 1 }, effect: { kind: "corrupt-response" } });
    expect((await contentOf(await bench.read(), "a")).toString()).toBe("abcdefgh");
    bench.server.faults.add({ match: { operation: "GetObject" }, effect: { kind: "corrupt-response" } });
    await expect(contentOf(await bench.read(), "a")).rejects.toMatchObject({ fate: "failed", code: "INTEGRITY_MISMATCH" });
  });

  test.each([
    { kind: "truncated-response", afterBytes: 3 },
    { kind: "reset-in-response", afterBytes: 3 },
    { kind: "reset-before-body" },
    { kind: "error", code: "InternalError" },
  ] as const)("is tried again after $kind", async (effect) => {
    await using bench = await Bench.start();
    bench.server.put(BUCKET, "a", "abcdefgh");
    bench.server.faults.add({ match: { operation: "GetObject", times: 2 }, effect });
    expect((await contentOf(await bench.read(), "a")).toString()).toBe("abcdefgh");
    expect(bench.codes("retry")).toHaveLength(2);
  });

  test("a large body that is cut off fails, and never ends as if it were whole", async () => {
    await using bench = await Bench.start();
    bench.server.put(BUCKET, "a", pattern(3 * MIB));
    for (const kind of ["truncated-response", "reset-in-response"] as const) {
      const fault = bench.server.faults.add({ match: { operation: "GetObject" }, effect: { kind, afterBytes: 2 * MIB } });
      await expect(contentOf(await bench.read(), "a")).rejects.toMatchObject({ fate: "failed", code: "BODY_TRUNCATED" });
      fault.remove();
    }
  });

  test("a large body waits for its reader", async () => {
    await using bench = await Bench.start();
    bench.server.put(BUCKET, "a", pattern(24 * MIB));
    const { content } = await (await bench.read()).read("a", { signal: never });
    if (content.kind !== "stream") throw new Error("it came whole");
    await new Promise((resolve) => content.stream.once("readable", resolve));
    expect(content.stream.readableLength).toBeLessThan(2 * MIB);
    content.stream.destroy();
    await expect.poll(() => bench.server.requests.inFlight).toBe(0);
  });
});

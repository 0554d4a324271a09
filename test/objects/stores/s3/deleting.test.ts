import { describe, expect, test } from "vitest";
import { BUCKET, Bench, headOf, never } from "./support.ts";

describe("deleting", () => {
  test("deletes the reviewed version, and what is gone already is done", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("p/");
    bench.server.put(BUCKET, "p/a", "x");
    const { version } = await headOf(store, "a");
    await store.delete("a", version, never);
    expect(bench.server.keys(BUCKET)).toEqual([]);
    await store.delete("a", version, never);
    expect(bench.server.requests.count("DeleteObject")).toBe(1);
  });

  test.each([
    ["content", { lastModified: new Date("2024-05-01T10:00:00Z") }, "other"],
    ["metadata alone", { lastModified: new Date("2024-05-01T10:00:03Z"), metadata: { a: "1" } }, "one"],
  ])("leaves alone what changed its %s", async (_what, props, content) => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.put(BUCKET, "a", "one", { lastModified: new Date("2024-05-01T10:00:00Z") });
    const { version } = await headOf(store, "a");
    bench.server.put(BUCKET, "a", content, props);
    await expect(store.delete("a", version, never)).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
    expect(bench.server.keys(BUCKET)).toEqual(["a"]);
  });

  test("is held to the ETag by the store that enforces it", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.put(BUCKET, "a", "one");
    const { version } = await headOf(store, "a");
    bench.server.faults.add({
      match: { operation: "DeleteObject" },
      effect: { kind: "hold", until: () => Promise.resolve(bench.server.put(BUCKET, "a", "theirs")) },
    });
    await expect(store.delete("a", version, never)).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
    expect(bench.server.get(BUCKET, "a").toString()).toBe("theirs");
  });

  test("whose answer was lost is done once it is looked at", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.put(BUCKET, "a", "one");
    const { version } = await headOf(store, "a");
    bench.server.faults.add({ match: { operation: "DeleteObject", times: 1 }, effect: { kind: "lost-response" } });
    await store.delete("a", version, never);
    expect(bench.server.keys(BUCKET)).toEqual([]);
  });

  test("whose answer was lost is done, although the second attempt is told that its condition does not hold", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.put(BUCKET, "a", "one");
    const { version } = await headOf(store, "a");
    bench.server.faults.add({ match: { operation: "DeleteObject", nth: 1 }, effect: { kind: "lost-response" } });
    bench.server.faults.add({ match: { operation: "DeleteObject", nth: 2 }, effect: { kind: "answer", status: 412, code: "PreconditionFailed" } });
    await store.delete("a", version, never);
    expect(bench.server.requests.count("DeleteObject")).toBe(2);
    expect(bench.server.keys(BUCKET)).toEqual([]);
  });

  test("is refused without permission", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.put(BUCKET, "a", "one");
    bench.server.faults.add({ match: { operation: "DeleteObject" }, effect: { kind: "error", code: "AccessDenied" } });
    await expect(store.delete("a", {}, never)).rejects.toMatchObject({
      fate: "refused",
      code: "ACCESS_DENIED",
      hint: expect.stringContaining("s3:DeleteObject"),
    });
  });
});

import { describe, expect, test } from "vitest";
import { BUCKET, Bench, body, headOf, pattern, plain } from "./support.ts";
import { ODD_KEYS } from "../../../support/odd-keys.ts";

const MIB = 1024 * 1024;
const probe = /tidemark-probe/;

describe("writing", () => {
  test("puts content with all its properties", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("p/");
    const source = body("hello", {
      metadata: { "x-y": "v  1", u: "é" },
      headers: { "content-type": "text/x", "content-disposition": 'attachment; filename="é"' },
      tags: { a: "b c" },
      mtime: "12.5",
      storageClass: "infrequent-access",
    });
    const { version } = await store.write("a", source, bench.writing());
    expect(version).toMatchObject({ size: 5, etag: "5d41402abc4b2a76b9719d911017c592" });
    expect(bench.server.object(BUCKET, "p/a")).toMatchObject({ bytes: Buffer.from("hello"), tags: { a: "b c" }, storageClass: "STANDARD_IA" });
    expect((await headOf(store, "a")).properties).toMatchObject({
      metadata: { "x-y": expect.stringMatching(/^v +1$/), u: "é" },
      headers: { "content-type": "text/x", "content-disposition": 'attachment; filename="é"' },
      mtime: "12.5",
    });
  });

  test.each([...ODD_KEYS, "k".repeat(1022)])("stores the key %j as it is", async (key) => {
    await using bench = await Bench.start();
    const store = await bench.write("p/");
    await store.write(key, body("x"), bench.writing());
    expect(bench.server.keys(BUCKET)).toEqual([`p/${key}`]);
    expect(await headOf(store, key)).toMatchObject({ version: { size: 1 } });
  });

  test("takes one request for a small object, and a probe once a bucket that leaves nothing", async () => {
    await using bench = await Bench.start({ versioning: [BUCKET] });
    const store = await bench.write();
    await store.write("a", body("1"), bench.writing());
    expect(bench.server.versions(BUCKET).map(({ key }) => key)).toEqual(["a"]);
    bench.server.requests.reset();
    await store.write("b", body("2"), bench.writing());
    expect(bench.server.requests.counts()).toEqual({ PutObject: 1 });
  });

  test("expects nothing to be there", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.put(BUCKET, "a", "theirs");
    await expect(store.write("a", body("ours"), bench.writing())).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
    expect(bench.server.get(BUCKET, "a").toString()).toBe("theirs");
  });

  test("expects the version that was reviewed, also where only its metadata changed", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.put(BUCKET, "a", "one", { lastModified: new Date("2024-05-01T10:00:00Z") });
    const { version } = await headOf(store, "a");
    await store.write("a", body("two"), bench.writing({ expect: { kind: "version", version } }));
    expect(bench.server.get(BUCKET, "a").toString()).toBe("two");

    bench.server.put(BUCKET, "a", "one", { lastModified: new Date("2024-05-01T10:00:09Z"), metadata: { changed: "yes" } });
    await expect(store.write("a", body("three"), bench.writing({ expect: { kind: "version", version } }))).rejects.toMatchObject({
      fate: "stale",
      code: "DESTINATION_CHANGED",
    });
    bench.server.remove(BUCKET, "a");
    await expect(store.write("a", body("three"), bench.writing({ expect: { kind: "version", version } }))).rejects.toMatchObject({
      fate: "stale",
      code: "DESTINATION_CHANGED",
    });
    expect(bench.server.keys(BUCKET)).toEqual([]);
  });

  test("is held to its condition by the store when somebody writes after the look", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.put(BUCKET, "a", "one");
    const { version } = await headOf(store, "a");
    await store.conditions(new AbortController().signal);
    bench.server.faults.add({
      match: { operation: "PutObject" },
      effect: { kind: "hold", until: () => Promise.resolve(bench.server.put(BUCKET, "a", "theirs")) },
    });
    await expect(store.write("a", body("ours"), bench.writing({ expect: { kind: "version", version } }))).rejects.toMatchObject({
      fate: "stale",
      code: "DESTINATION_CHANGED",
    });
    expect(bench.server.get(BUCKET, "a").toString()).toBe("theirs");
  });

  test("looks just before where the store ignores conditions, and says so", async () => {
    await using bench = await Bench.start();
    bench.server.faults.add({ effect: { kind: "ignore-conditions", conditions: ["put-if-none-match", "put-if-match"] } });
    const store = await bench.write();
    bench.server.put(BUCKET, "a", "theirs");
    await expect(store.write("a", body("ours"), bench.writing())).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
    expect(bench.server.get(BUCKET, "a").toString()).toBe("theirs");
    expect(await store.conditions(new AbortController().signal)).toMatchObject({ putIfAbsent: false, putIfMatch: false });
    expect(bench.server.keys(BUCKET)).toEqual(["a"]);
  });

  test("a lost response of a success is a success: the 412 to its repetition is our own doing", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.faults.add({ match: { operation: "PutObject", key: "a", times: 1 }, effect: { kind: "lost-response" } });
    const { version } = await store.write("a", body("hello"), bench.writing());
    expect(version).toMatchObject({ size: 5, etag: "5d41402abc4b2a76b9719d911017c592" });
    expect(bench.server.requests.list.filter(({ operation, key }) => operation === "PutObject" && key === "a").map(({ status }) => status)).toEqual([
      undefined,
      412,
    ]);
  });

  test("a 412 after a lost response is stale where somebody else wrote meanwhile", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.faults.add({ match: { operation: "PutObject", key: "a", times: 1 }, effect: { kind: "reset-before-body" } });
    bench.server.faults.add({
      match: { operation: "PutObject", key: "a", nth: 2 },
      effect: { kind: "hold", until: () => Promise.resolve(bench.server.put(BUCKET, "a", "theirs")) },
    });
    await expect(store.write("a", body("hello"), bench.writing())).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
  });

  test("is in doubt where the answer was lost and looking fails", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.faults.add({ match: { operation: "PutObject", key: "a", times: 1 }, effect: { kind: "lost-response" } });
    bench.server.faults.add({ match: { operation: "HeadObject" }, effect: { kind: "error", code: "AccessDenied" } });
    await expect(store.write("a", body("hello"), bench.writing())).rejects.toMatchObject({ fate: "inDoubt", code: "IN_DOUBT" });
  });

  test("content damaged on its way there is sent again", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.faults.add({ match: { operation: "PutObject", key: "a", times: 2 }, effect: { kind: "corrupt-stored" } });
    await store.write("a", body("hello"), bench.writing());
    expect(bench.server.get(BUCKET, "a").toString()).toBe("hello");
    expect(bench.codes("retry")).toEqual(["INTEGRITY_MISMATCH", "INTEGRITY_MISMATCH"]);
    bench.server.faults.add({ match: { operation: "PutObject", key: "b" }, effect: { kind: "corrupt-stored" } });
    await expect(store.write("b", body("hello"), bench.writing())).rejects.toMatchObject({ fate: "failed", code: "INTEGRITY_MISMATCH" });
  });

  test("an answer that only tells another ETag costs a look, and no object", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.faults.add({ match: { operation: "PutObject", key: "a", times: 1 }, effect: { kind: "wrong-checksum" } });
    expect((await store.write("a", body("hello"), bench.writing())).version.etag).toBe("5d41402abc4b2a76b9719d911017c592");
  });

  test.each(["size", "etag", "checksum", "bytes", "none"] as const)("verifies by %s, small and streamed", async (verify) => {
    await using bench = await Bench.start();
    const store = await bench.write();
    const large = pattern(2 * MIB + 3);
    await store.write("small", body("hello"), bench.writing({ verify }));
    await store.write("large", body(large), bench.writing({ verify }));
    expect(bench.server.get(BUCKET, "large").equals(large)).toBe(true);
    expect(bench.server.object(BUCKET, "large")?.headers["content-encoding"]).toBeUndefined();
  });

  test("finds what was damaged on the disk when it reads back", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    bench.server.faults.add({ match: { operation: "PutObject", key: "a" }, effect: { kind: "corrupt-stored", etag: "sent" } });
    await expect(store.write("a", body("hello"), bench.writing({ verify: "bytes" }))).rejects.toMatchObject({ code: "INTEGRITY_MISMATCH" });
  });

  test.each([
    { kind: "error", code: "SlowDown" },
    { kind: "error", code: "InternalError" },
    { kind: "error", code: "RequestTimeout" },
    { kind: "answer", status: 429, code: "TooManyRequests" },
    { kind: "answer", status: 502, code: "BadGateway" },
    { kind: "answer", status: 504, code: "GatewayTimeout" },
    { kind: "reset-before-body" },
  ] as const)("tries again after %j, also a stream", async (effect) => {
    await using bench = await Bench.start();
    const store = await bench.write();
    const large = pattern(2 * MIB);
    bench.server.faults.add({ match: { operation: "PutObject", key: (key) => !probe.test(key), times: 2 }, effect });
    await store.write("small", body("hello"), bench.writing());
    bench.server.faults.clear();
    bench.server.faults.add({ match: { operation: "PutObject", times: 2 }, effect });
    await store.write("large", body(large), bench.writing());
    expect(bench.server.get(BUCKET, "large").equals(large)).toBe(true);
    expect(bench.codes("retry")).toHaveLength(4);
    const throttling = (effect.kind === "error" && effect.code === "SlowDown") || (effect.kind === "answer" && effect.status === 429);
    expect(bench.throttles).toBe(throttling ? 4 : 0);
  });

  test("does not try again what stays wrong, and says what to do", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    await store.conditions(new AbortController().signal);
    for (const [code, fate, said] of [
      ["AccessDenied", "refused", "ACCESS_DENIED"],
      ["EntityTooLarge", "refused", "OBJECT_TOO_LARGE"],
      ["InvalidStorageClass", "refused", "STORAGE_CLASS_REFUSED"],
      ["NoSuchBucket", "failed", "NO_SUCH_BUCKET"],
      ["SignatureDoesNotMatch", "failed", "CREDENTIALS_REJECTED"],
    ] as const) {
      bench.server.requests.reset();
      const fault = bench.server.faults.add({ match: { operation: "PutObject" }, effect: { kind: "error", code } });
      await expect(store.write("a", body("x"), bench.writing())).rejects.toMatchObject({ fate, code: said, hint: expect.any(String) });
      expect(bench.server.requests.count("PutObject")).toBe(1);
      fault.remove();
    }
  });

  test("a source that is cut off is opened again", async () => {
    await using bench = await Bench.start();
    const from = await bench.read("", { bucket: "other" });
    const to = await bench.write();
    const large = pattern(3 * MIB);
    bench.server.put("other", "a", large);
    bench.server.faults.add({ match: { operation: "GetObject", times: 2 }, effect: { kind: "truncated-response", afterBytes: 2 * MIB } });
    const { version } = await headOf(from, "a");
    await to.write(
      "a",
      { size: large.byteLength, open: (range, signal) => from.read("a", { version, range, signal }), head: () => headOf(from, "a"), properties: () => plain },
      bench.writing(),
    );
    expect(bench.server.get(BUCKET, "a").equals(large)).toBe(true);
  });

  test("stopped in the middle leaves nothing half-written", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    await store.conditions(new AbortController().signal);
    const stop = new AbortController();
    bench.server.faults.add({
      match: { operation: "PutObject" },
      effect: { kind: "hold", until: () => Promise.resolve(stop.abort(new Error("stopped"))).then(() => new Promise((resolve) => setImmediate(resolve))) },
    });
    await expect(store.write("a", body(pattern(4 * MIB)), bench.writing({ signal: stop.signal }))).rejects.toMatchObject({ fate: "cancelled" });
    expect(bench.server.keys(BUCKET)).toEqual([]);
  });
});

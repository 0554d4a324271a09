import { describe, expect, test } from "vitest";
import type { RequestSlots } from "../../../../src/core/request-slots.ts";
import { BUCKET, Bench, body, freeSlots, headOf, pattern } from "./support.ts";

const KIB = 1024;
const PARTS = { multipartAbove: 100 * KIB, partSize: 64 * KIB };
const LARGE = pattern(300 * KIB + 7);

describe("a large object", () => {
  test("goes up in parts under a recorded intent, and tells what it was made from", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("p/", {}, PARTS);
    const { version } = await store.write(
      "a",
      body(LARGE, { metadata: { x: "1" }, headers: { "content-type": "a/b" }, tags: { t: "u" } }),
      bench.writing({ sourceEtag: "abc-9" }),
    );
    expect(version).toMatchObject({ size: LARGE.byteLength, etag: expect.stringMatching(/^[0-9a-f]{32}-5$/) });
    expect(bench.server.get(BUCKET, "p/a").equals(LARGE)).toBe(true);
    expect(bench.server.object(BUCKET, "p/a")).toMatchObject({ etag: version.etag, tags: { t: "u" }, headers: { "content-type": "a/b" } });
    expect((await headOf(store, "a")).properties.metadata).toEqual({ x: "1", "tidemark-source-etag": "abc-9", "tidemark-part-size": String(PARTS.partSize) });
    expect(bench.intents.begun).toMatchObject([{ kind: "multipart", key: "p/a" }]);
    expect(bench.intents.ended).toEqual([1]);
  });

  test("sends as many parts at a time as slots are free, and no more", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("", {}, PARTS);
    let free = 2;
    const slots: RequestSlots = { ...freeSlots, tryAcquire: () => free > 0 && (free -= 1) >= 0, release: () => void (free += 1) };
    bench.server.faults.add({ match: { operation: "UploadPart" }, effect: { kind: "slow", delayMs: 20 } });
    await store.write("a", body(pattern(900 * KIB)), bench.writing({ slots }));
    expect(bench.server.requests.mostInFlight).toBe(3);
    expect(free).toBe(2);
  });

  test("is not begun where the destination is not as expected", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("", {}, PARTS);
    bench.server.put(BUCKET, "a", "theirs");
    await expect(store.write("a", body(LARGE), bench.writing())).rejects.toMatchObject({ fate: "stale" });
    expect(bench.intents.begun).toEqual([]);
  });

  test("is aborted where somebody wrote while it went up", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("", {}, PARTS);
    bench.server.faults.add({
      match: { operation: "UploadPart", nth: 1 },
      effect: { kind: "hold", until: () => Promise.resolve(bench.server.put(BUCKET, "a", "theirs")) },
    });
    await expect(store.write("a", body(LARGE), bench.writing())).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
    expect(bench.server.uploads(BUCKET)).toEqual([]);
    expect(bench.server.get(BUCKET, "a").toString()).toBe("theirs");
    expect(bench.intents.ended).toEqual([1]);
  });

  test("is aborted when a part fails for good", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("", {}, PARTS);
    bench.server.faults.add({ match: { operation: "UploadPart", nth: 3 }, effect: { kind: "error", code: "AccessDenied" } });
    await expect(store.write("a", body(LARGE), bench.writing())).rejects.toMatchObject({ fate: "refused", code: "ACCESS_DENIED" });
    expect(bench.server.uploads(BUCKET)).toEqual([]);
    expect(bench.server.keys(BUCKET)).toEqual([]);
  });

  test("is aborted when the run is stopped", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("", {}, PARTS);
    const stop = new AbortController();
    bench.server.faults.add({
      match: { operation: "UploadPart", nth: 2 },
      effect: { kind: "hold", until: () => Promise.resolve(stop.abort(new Error("stopped"))) },
    });
    await expect(store.write("a", body(LARGE), bench.writing({ signal: stop.signal }))).rejects.toMatchObject({ fate: "cancelled" });
    await expect.poll(() => bench.server.uploads(BUCKET)).toEqual([]);
    expect(bench.intents.ended).toEqual([1]);
  });

  test("whose abort fails keeps its intent on record", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("", {}, PARTS);
    bench.server.faults.add({ match: { operation: "UploadPart", nth: 1 }, effect: { kind: "error", code: "AccessDenied" } });
    const abort = bench.server.faults.add({ match: { operation: "AbortMultipartUpload" }, effect: { kind: "error", code: "AccessDenied" } });
    await expect(store.write("a", body(LARGE), bench.writing())).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    expect(bench.intents.ended).toEqual([]);
    abort.remove();
    expect(await store.recover(bench.intents.begun, [], new AbortController().signal)).toEqual([1]);
    expect(bench.server.uploads(BUCKET)).toEqual([]);
  });

  test("a lost response to its beginning leaves no second upload", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("", {}, PARTS);
    bench.server.faults.add({ match: { operation: "CreateMultipartUpload", times: 1 }, effect: { kind: "lost-response" } });
    await store.write("a", body(LARGE), bench.writing());
    expect(bench.server.get(BUCKET, "a").equals(LARGE)).toBe(true);
    expect(bench.server.uploads(BUCKET)).toEqual([]);
  });

  test.each([{ kind: "lost-response" }, { kind: "error-inside-200", code: "InternalError", done: true }] as const)(
    "$kind to its completion is a success once it is looked at",
    async (effect) => {
      await using bench = await Bench.start();
      const store = await bench.write("", {}, PARTS);
      bench.server.faults.add({ match: { operation: "CompleteMultipartUpload", times: 1 }, effect });
      const { version } = await store.write("a", body(LARGE), bench.writing());
      expect(version.etag).toBe(bench.server.object(BUCKET, "a")?.etag);
      expect(bench.intents.ended).toEqual([1]);
    },
  );

  test("an error inside a 200 is an error, and tried again", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("", {}, PARTS);
    bench.server.faults.add({
      match: { operation: "CompleteMultipartUpload", times: 1 },
      effect: { kind: "error-inside-200", code: "InternalError", done: false },
    });
    bench.server.faults.add({ match: { operation: "CompleteMultipartUpload" }, effect: { kind: "keep-alive", spaces: 100 } });
    await store.write("a", body(LARGE), bench.writing());
    expect(bench.server.requests.count("CompleteMultipartUpload")).toBe(2);
    expect(bench.server.get(BUCKET, "a").equals(LARGE)).toBe(true);
  });

  test("a completion in doubt takes nothing away, and keeps its intent", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("", {}, PARTS);
    bench.server.faults.add({ match: { operation: "CompleteMultipartUpload", times: 1 }, effect: { kind: "lost-response" } });
    bench.server.faults.add({ match: { operation: "HeadObject", nth: 2 }, effect: { kind: "error", code: "AccessDenied" } });
    await expect(store.write("a", body(LARGE), bench.writing())).rejects.toMatchObject({ fate: "inDoubt", code: "IN_DOUBT" });
    expect(bench.intents.ended).toEqual([]);
    expect(bench.server.requests.count("AbortMultipartUpload")).toBe(0);
  });

  test("sends a damaged part again", async () => {
    await using bench = await Bench.start();
    const store = await bench.write("", {}, PARTS);
    bench.server.faults.add({ match: { operation: "UploadPart", nth: 2 }, effect: { kind: "corrupt-stored" } });
    await store.write("a", body(LARGE), bench.writing());
    expect(bench.server.get(BUCKET, "a").equals(LARGE)).toBe(true);
    expect(bench.codes("retry")).toEqual(["PART_DAMAGED"]);
  });

  test.each([
    ["for good", [], []],
    ["so that what it replaced is back, where versions are kept", [BUCKET], ["a"]],
  ])("that the store holds damaged is taken away, since it is marked as a copy of its source: %s", async (_how, versioning, left) => {
    await using bench = await Bench.start({ versioning });
    const store = await bench.write("", {}, PARTS);
    bench.server.put(BUCKET, "a", "old");
    const { version } = await headOf(store, "a");
    bench.server.faults.add({ match: { operation: "UploadPart", nth: 2 }, effect: { kind: "corrupt-stored", etag: "sent" } });
    const options = bench.writing({ verify: "bytes", sourceEtag: "abc-9", expect: { kind: "version", version } });
    await expect(store.write("a", body(LARGE), options)).rejects.toMatchObject({ fate: "failed", code: "INTEGRITY_MISMATCH" });
    expect(bench.server.keys(BUCKET)).toEqual(left);
    for (const key of left) expect(bench.server.get(BUCKET, key).toString()).toBe("old");
    expect(bench.intents.ended).toEqual([1]);
  });

  test.each(["none", "size", "checksum", "bytes"] as const)("verifies by %s", async (verify) => {
    await using bench = await Bench.start();
    const store = await bench.write("", {}, { multipartAbove: 2 * KIB * KIB, partSize: 3 * KIB * KIB });
    const large = pattern(7 * KIB * KIB);
    await store.write("a", body(large), bench.writing({ verify }));
    expect(bench.server.get(BUCKET, "a").equals(large)).toBe(true);
  });
});

describe("what killed runs left", () => {
  const signal = new AbortController().signal;

  async function begin(bench: Bench, key: string): Promise<void> {
    const store = await bench.write("", {}, PARTS);
    bench.server.faults.add({ match: { operation: "UploadPart" }, effect: { kind: "error", code: "AccessDenied" } });
    bench.server.faults.add({ match: { operation: "AbortMultipartUpload", times: 1 }, effect: { kind: "error", code: "AccessDenied" } });
    await expect(store.write(key, body(LARGE), bench.writing())).rejects.toThrow();
    bench.server.faults.clear();
  }

  test.each([true, false])("is found by its exact key and aborted (server lists by exact key: %s)", async (listsUploadsByExactKey) => {
    await using bench = await Bench.start({ listsUploadsByExactKey });
    await begin(bench, "a");
    await begin(bench, "a/longer");
    const store = await bench.write();
    const intents = bench.intents.begun.filter(({ key }) => key === "a");
    expect(await store.recover(intents, [], signal)).toEqual([1]);
    expect(bench.server.uploads(BUCKET)).toMatchObject([{ key: "a/longer" }]);
  });

  test("is left alone and reported where more than one upload could be it", async () => {
    await using bench = await Bench.start();
    await begin(bench, "a");
    await begin(bench, "a");
    const store = await bench.write();
    const [first] = bench.intents.begun;
    expect(first && (await store.recover([first], [], signal))).toEqual([1]);
    expect(bench.server.uploads(BUCKET)).toHaveLength(2);
    expect(bench.codes("notice")).toEqual(["UPLOAD_NOT_OURS"]);
  });

  test("is not an upload that was begun before", async () => {
    const start = Date.now();
    await using bench = await Bench.start();
    await begin(bench, "a");
    const store = await bench.write();
    const [intent] = bench.intents.begun;
    expect(intent && (await store.recover([{ ...intent, at: start + 60_000 }], [], signal))).toEqual([1]);
    expect(bench.server.uploads(BUCKET)).toHaveLength(1);
  });

  test("is found although the clocks differ by an hour", async () => {
    await using bench = await Bench.start({ now: () => new Date(Date.now() + 3_600_000) });
    await begin(bench, "a");
    const store = await bench.write();
    expect(await store.recover(bench.intents.begun, [], signal)).toEqual([1]);
    expect(bench.server.uploads(BUCKET)).toEqual([]);
  });

  test("of another bucket, or of another kind, is none of ours", async () => {
    await using bench = await Bench.start();
    await begin(bench, "a");
    const store = await bench.write("", { bucket: "other" });
    expect(await store.recover([...bench.intents.begun, { id: 9, kind: "temporary", key: "a", detail: "{}", at: 0 }], [], signal)).toEqual([]);
  });
});

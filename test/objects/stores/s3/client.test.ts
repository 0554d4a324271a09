import { describe, expect, test } from "vitest";
import { Secret } from "../../../../src/core/secret.ts";
import { startS3Server } from "../../../support/s3-server/index.ts";
import { BUCKET, Bench, body, contentOf, entries, freeSlots, headOf } from "./support.ts";

describe("requests", () => {
  test("go on although the clocks differ by an hour", async () => {
    await using bench = await Bench.start({ now: () => new Date(Date.now() - 3_600_000) });
    bench.server.put(BUCKET, "a", "x");
    const store = await bench.write();
    expect((await headOf(store, "a")).version.size).toBe(1);
    expect((await contentOf(store, "a")).toString()).toBe("x");
    expect(bench.codes("retry")).toEqual([]);
  });

  test.each(["PermanentRedirect", "AuthorizationHeaderMalformed"] as const)("follow a bucket to its region by %s, and remember it", async (elsewhere) => {
    await using bench = await Bench.start({ buckets: [{ name: BUCKET, region: "eu-north-1", elsewhere }] });
    bench.server.put(BUCKET, "a", "x");
    const store = await bench.read();
    expect(await entries(store)).toHaveLength(1);
    await entries(store);
    expect(bench.server.requests.list.filter(({ status }) => status !== 200)).toHaveLength(1);
  });

  test("carry a session token", async () => {
    await using bench = await Bench.start({ sessionToken: "token" });
    bench.server.put(BUCKET, "a", "x");
    const credentials = {
      kind: "static",
      accessKeyId: bench.server.accessKeyId,
      secretAccessKey: new Secret(bench.server.secretAccessKey, "${S}"),
      sessionToken: new Secret("token", "${T}"),
    } as const;
    expect(await entries(await bench.read("", { credentials }))).toHaveLength(1);
    await expect(entries(await bench.read())).rejects.toThrow();
  });

  test("are not signed where nobody signs in", async () => {
    await using bench = await Bench.start({ buckets: [{ name: BUCKET, public: true }, "closed"] });
    bench.server.put(BUCKET, "a", "x");
    expect((await contentOf(await bench.read("", { credentials: { kind: "anonymous" } }), "a")).toString()).toBe("x");
    await expect(entries(await bench.read("", { bucket: "closed", credentials: { kind: "anonymous" } }))).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  test("never say the secret", async () => {
    await using bench = await Bench.start();
    const secret = "hunter2-hunter2";
    const store = await bench.read("", {
      credentials: { kind: "static", accessKeyId: "tidemark", secretAccessKey: new Secret(secret, "${S}"), sessionToken: undefined },
    });
    const error: unknown = await entries(store).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CREDENTIALS_REJECTED", message: expect.stringMatching(/signing method\) \(request \S+\)\.$/) });
    expect(JSON.stringify([error, error instanceof Error ? [error.message, error.stack, error.cause] : ""])).not.toContain(secret);
  });

  test("tell both the store and the run when a server asks to slow down, and rest as long as it says", async () => {
    await using bench = await Bench.start();
    const store = await bench.write();
    await store.conditions(new AbortController().signal);
    let slowed = 0;
    bench.server.faults.add({ match: { operation: "PutObject", times: 1 }, effect: { kind: "error", code: "SlowDown", retryAfterSeconds: 1 } });
    await store.write("a", body("x"), bench.writing({ slots: { ...freeSlots, throttled: () => void (slowed += 1) } }));
    expect({ slowed, told: bench.throttles }).toEqual({ slowed: 1, told: 1 });
    expect(bench.events).toContainEqual(
      expect.objectContaining({ type: "retry", key: "a", code: "SlowDown", delayMs: expect.toSatisfy((ms: number) => ms >= 1000) }),
    );
  });

  test("share their sockets between the stores of a location, until the last is closed", async () => {
    await using server = await startS3Server({ buckets: [BUCKET] });
    await using bench = await Bench.start();
    const location = bench.location({ endpoint: server.endpoint });
    server.put(BUCKET, "a", "x");
    const { openS3ReadStore } = await import("../../../../src/objects/stores/s3/open.ts");
    const context = { emit: () => undefined, ownPaths: [] };
    const [one, two] = [await openS3ReadStore(location, "", context), await openS3ReadStore(location, "", context)];
    await one.close();
    await one.close();
    expect((await contentOf(two, "a")).toString()).toBe("x");
    await two.close();
    await expect(contentOf(two, "a")).rejects.toThrow();
  });

  test("survive a server that fails one request in five", async () => {
    await using bench = await Bench.start({ seed: 7 });
    const store = await bench.write("", {}, { multipartAbove: 4096, partSize: 2048 });
    for (const kind of ["reset-before-body", "lost-response"] as const) bench.server.faults.add({ match: { probability: 0.07 }, effect: { kind } });
    bench.server.faults.add({ match: { probability: 0.07 }, effect: { kind: "error", code: "InternalError" } });
    const sizes = Array.from({ length: 60 }, (_, i) => (i % 10 === 0 ? 9000 : i));
    await Promise.all(sizes.map((size, i) => store.write(`k${i}`, body(Buffer.alloc(size, i)), bench.writing())));
    bench.server.faults.clear();
    expect(sizes.every((size, i) => bench.server.get(BUCKET, `k${i}`).equals(Buffer.alloc(size, i)))).toBe(true);
    expect(bench.server.uploads(BUCKET)).toEqual([]);
  });
});

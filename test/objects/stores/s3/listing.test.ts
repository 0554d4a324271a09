import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { ODD_KEYS } from "../../../support/odd-keys.ts";
import { BUCKET, Bench, entries, never } from "./support.ts";

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `k${String(i).padStart(5, "0")}`);
}

/** A server that gives every request to `answer`. */
async function serve(answer: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("a listing", () => {
  test("tells every odd key beneath the prefix, in byte order", async () => {
    await using bench = await Bench.start();
    for (const key of ODD_KEYS) bench.server.put(BUCKET, `base/p/${key}`, key);
    bench.server.put(BUCKET, "base/p", "beside");
    bench.server.put(BUCKET, "base/q", "beside");
    const listed = await entries(await bench.read("p/", { prefix: "base/" }));
    const sorted = ODD_KEYS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(listed.map(({ key }) => key)).toEqual(sorted);
    expect(listed.map(({ size }) => size)).toEqual(sorted.map((key) => Buffer.byteLength(key)));
  });

  test("says which keys it may lack where the server does not encode them, and none elsewhere", async () => {
    await using bench = await Bench.start();
    bench.server.put(BUCKET, "a", "1");
    const encoding = await bench.read();
    await entries(encoding);
    expect(encoding.mayMissInListing?.("ctl\u0001x")).toBe(false);

    const page =
      "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>ctl\ufffdx</Key><LastModified>2024-05-01T10:00:00.000Z</LastModified><Size>1</Size></Contents></ListBucketResult>";
    await using plain = await serve((_, response) => void response.end(page));
    const raw = await bench.read("", { endpoint: plain.url });
    expect((await entries(raw)).map(({ problem }) => problem?.code)).toEqual(["KEY_MISSPELT"]);
    expect(raw.mayMissInListing?.("ctl\u0001x")).toBe(true);
    expect(raw.mayMissInListing?.("plain")).toBe(false);
  });

  test("leaves out the marker of the prefix itself", async () => {
    await using bench = await Bench.start();
    bench.server.put(BUCKET, "p/", "");
    bench.server.put(BUCKET, "p/a", "1");
    expect((await entries(await bench.read("p/"))).map(({ key }) => key)).toEqual(["a"]);
  });

  test("goes on page by page", async () => {
    await using bench = await Bench.start();
    const keys = numbered(2500);
    for (const key of keys) bench.server.put(BUCKET, key, "");
    expect((await entries(await bench.read())).map(({ key }) => key)).toEqual(keys);
    expect(bench.server.requests.count("ListObjectsV2")).toBe(3);
  });

  test("of a range asks for no page past it", async () => {
    await using bench = await Bench.start();
    const keys = numbered(5000);
    for (const key of keys) bench.server.put(BUCKET, key, "");
    const listed = await entries(await bench.read(), { prefix: "k", after: "k00100", upTo: "k00200" });
    expect(listed.map(({ key }) => key)).toEqual(keys.slice(101, 201));
    expect(bench.server.requests.count("ListObjectsV2")).toBe(1);
  });

  test("asks for the next page while this one is worked on, and for none once its reader has gone", async () => {
    await using bench = await Bench.start();
    for (const key of numbered(5000)) bench.server.put(BUCKET, key, "");
    const pages = (await bench.read()).list({ prefix: "" }, never)[Symbol.asyncIterator]();
    await pages.next();
    await expect.poll(() => bench.server.requests.count("ListObjectsV2")).toBe(2);
    await pages.return?.();
    await expect.poll(() => bench.server.requests.inFlight).toBe(0);
    expect(bench.server.requests.count("ListObjectsV2")).toBe(2);
  });

  test("out of order, or with repeats, is refused", async () => {
    await using bench = await Bench.start();
    for (const key of numbered(1500)) bench.server.put(BUCKET, key, "");
    const store = await bench.read();
    for (const kind of ["list-out-of-order", "list-repeats"] as const) {
      const fault = bench.server.faults.add({ match: { operation: "ListObjectsV2" }, effect: { kind } });
      await expect(entries(store)).rejects.toMatchObject({ code: "LISTING_OUT_OF_ORDER" });
      fault.remove();
    }
  });

  test("in any order comes whole where the caller sorts, filtered to its range", async () => {
    await using bench = await Bench.start();
    const keys = numbered(1500);
    for (const key of keys) bench.server.put(BUCKET, key, "");
    bench.server.faults.add({ match: { operation: "ListObjectsV2" }, effect: { kind: "list-out-of-order" } });
    const listed = await entries(await bench.read(), { prefix: "", after: "k00000", upTo: "k01499", anyOrder: true });
    expect(listed.map(({ key }) => key).toSorted()).toEqual(keys.slice(1));
  });

  test("does not count a page that was cut off, and asks again", async () => {
    await using bench = await Bench.start();
    for (const key of numbered(10)) bench.server.put(BUCKET, key, "");
    bench.server.faults.add({ match: { operation: "ListObjectsV2", times: 1 }, effect: { kind: "list-truncated-xml" } });
    bench.server.faults.add({ match: { operation: "ListObjectsV2", nth: 2 }, effect: { kind: "truncated-response", afterBytes: 100 } });
    expect(await entries(await bench.read())).toHaveLength(10);
    expect(bench.codes("retry")).toEqual(["BAD_DOCUMENT", "BODY_TRUNCATED"]);
  });

  test("says what is wrong with the place", async () => {
    await using bench = await Bench.start();
    await expect(entries(await bench.read("", { bucket: "missing" }))).rejects.toMatchObject({ code: "NO_SUCH_BUCKET" });
    bench.server.faults.add({ match: { operation: "ListObjectsV2" }, effect: { kind: "error", code: "AccessDenied" } });
    await expect(entries(await bench.read())).rejects.toMatchObject({ code: "ACCESS_DENIED", hint: expect.stringContaining("s3:ListBucket") });
  });

  test("ends when the run is stopped", async () => {
    await using bench = await Bench.start();
    bench.server.put(BUCKET, "a", "");
    const stop = new AbortController();
    bench.server.faults.add({
      match: { operation: "ListObjectsV2" },
      effect: { kind: "hold", until: () => Promise.resolve(stop.abort(new Error("stopped"))) },
    });
    const pages = (await bench.read()).list({ prefix: "" }, stop.signal)[Symbol.asyncIterator]();
    await expect(pages.next()).rejects.toThrow("stopped");
  });
});

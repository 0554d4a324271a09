import { createHash } from "node:crypto";
import { CompleteMultipartUploadCommand, CopyObjectCommand, CreateMultipartUploadCommand, PutObjectCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { checksumHasher } from "./checksums.ts";
import { errorCode, raw, sdkClient } from "./clients.ts";
import { Faults, startS3Server, type S3Server } from "./index.ts";

let server: S3Server;
let client: ReturnType<typeof sdkClient>;

beforeAll(async () => {
  server = await startS3Server({ buckets: ["b"] });
  client = sdkClient(server);
});

afterEach(() => server.faults.clear());

afterAll(async () => {
  client.destroy();
  await server.close();
});

const get = (key: string) => raw(server, { path: `/b/${key}` });
const put = (key: string, body: string) => raw(server, { method: "PUT", path: `/b/${key}`, body });
const md5 = (data: string | Uint8Array) => createHash("md5").update(data).digest("hex");

describe("a rule", () => {
  test("takes effect where operation and key are those, and until it is removed", async () => {
    const fault = server.faults.add({ match: { operation: ["GetObject", "HeadObject"], key: /^slow/ }, effect: { kind: "error", code: "SlowDown" } });
    for (const key of ["slow", "fast"]) server.put("b", key, key);
    expect([(await get("slow")).status, (await get("fast")).status, (await put("slow", "x")).status]).toEqual([503, 200, 200]);
    expect(fault.hits).toBe(1);
    fault.remove();
    expect((await get("slow")).status).toBe(200);
  });

  test("takes effect so often, or that time only", async () => {
    server.put("b", "k", "x");
    const statuses = async () => {
      const found = [];
      for (let time = 0; time < 4; time++) found.push((await get("k")).status);
      return found;
    };
    server.faults.add({ match: { key: "k", times: 2 }, effect: { kind: "error", code: "InternalError" } });
    expect(await statuses()).toEqual([500, 500, 200, 200]);
    server.faults.clear();
    server.faults.add({ match: { key: (key) => key === "k", nth: 3 }, effect: { kind: "error", code: "InternalError" } });
    expect(await statuses()).toEqual([200, 200, 500, 200]);
  });

  test("of a probability is drawn alike for the same seed", () => {
    const hits = (seed: number) => {
      const faults = new Faults(seed);
      faults.add({ match: { probability: 0.2 }, effect: { kind: "error", code: "SlowDown" } });
      return Array.from({ length: 1000 }, () => faults.draw({ operation: "GetObject", bucket: "b", key: "k" }).find("error") !== undefined);
    };
    expect(hits(7)).toEqual(hits(7));
    expect(hits(7)).not.toEqual(hits(8));
    const count = hits(7).filter(Boolean).length;
    expect(count).toBeGreaterThan(150);
    expect(count).toBeLessThan(250);
  });
});

describe("an answer", () => {
  test("may ask to slow down, and for how long", async () => {
    server.faults.add({ effect: { kind: "error", code: "SlowDown", retryAfterSeconds: 3 } });
    const response = await put("refused", "x");
    expect([response.status, errorCode(response), response.headers["retry-after"]]).toEqual([503, "SlowDown", "3"]);
    expect(server.object("b", "refused")).toBeUndefined();
  });

  test("may be any other error", async () => {
    server.faults.add({ match: { times: 1 }, effect: { kind: "error", code: "RequestTimeout" } });
    expect((await get("k")).status).toBe(400);
    server.faults.add({ effect: { kind: "answer", status: 429, code: "TooManyRequests" } });
    const response = await get("k");
    expect([response.status, errorCode(response)]).toEqual([429, "TooManyRequests"]);
  });

  test("may be cut off", async () => {
    server.put("b", "k", "0123456789");
    server.faults.add({ match: { times: 1 }, effect: { kind: "truncated-response", afterBytes: 4 } });
    await expect(get("k")).rejects.toMatchObject({ code: "ECONNRESET", partial: Buffer.from("0123") });
    // What a reset leaves of the bytes before it is the system's affair.
    server.faults.add({ match: { times: 1 }, effect: { kind: "reset-in-response", afterBytes: 4 } });
    await expect(get("k")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect((await get("k")).text).toBe("0123456789");
  });

  test("may come in pieces", async () => {
    server.put("b", "k", "0123456789");
    server.faults.add({ effect: { kind: "trickle", bytes: 3, delayMs: 1 } });
    expect((await get("k")).text).toBe("0123456789");
  });

  test("may be damaged", async () => {
    server.put("b", "k", "0123456789");
    server.faults.add({ effect: { kind: "corrupt-response" } });
    const response = await get("k");
    expect([response.text, response.headers["etag"]]).toEqual(["0123446789", `"${md5("0123456789")}"`]);
  });

  test("may tell wrong checksums", async () => {
    const hasher = checksumHasher("CRC32");
    hasher.update(Buffer.from("x"));
    const crc32 = hasher.digest().toString("base64");
    server.faults.add({ effect: { kind: "wrong-checksum" } });
    const response = await raw(server, { method: "PUT", path: "/b/k", body: "x", headers: { "x-amz-checksum-crc32": crc32 } });
    expect(response.status).toBe(200);
    expect(response.headers["etag"]).toMatch(/^"[0-9a-f]{32}"$/);
    expect(response.headers["etag"]).not.toBe(`"${md5("x")}"`);
    expect(response.headers["x-amz-checksum-crc32"]).not.toBe(crc32);
    expect(server.object("b", "k")?.etag).toBe(md5("x"));
  });
});

describe("a connection", () => {
  test("may break before anything is done", async () => {
    server.faults.add({ effect: { kind: "reset-before-body" } });
    await expect(put("before", "x")).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/), partial: undefined });
    expect(server.object("b", "before")).toBeUndefined();
    expect(server.requests.list.at(-1)).toMatchObject({ operation: "PutObject", status: undefined });
  });

  test("may break when all is done", async () => {
    server.faults.add({ effect: { kind: "lost-response" } });
    await expect(put("after", "x")).rejects.toMatchObject({ code: "ECONNRESET", partial: undefined });
    expect(server.get("b", "after").toString()).toBe("x");
  });
});

test("what is stored may be damaged, and its ETag tell or hide it", async () => {
  server.faults.add({ match: { times: 1 }, effect: { kind: "corrupt-stored" } });
  expect((await put("k", "0123456789")).headers["etag"]).toBe(`"${md5("0123446789")}"`);
  server.faults.add({ effect: { kind: "corrupt-stored", etag: "sent" } });
  expect((await put("k", "0123456789")).headers["etag"]).toBe(`"${md5("0123456789")}"`);
  expect(server.get("b", "k").toString()).toBe("0123446789");
});

describe("a listing", () => {
  const listed = async () => [...(await raw(server, { path: "/b?list-type=2&prefix=list/" })).text.matchAll(/<Key>list\/(\w+)<\/Key>/g)].map(([, key]) => key);

  beforeAll(() => {
    for (const key of "abcdef") server.put("b", `list/${key}`, key);
  });

  test("may be out of order", async () => {
    server.faults.add({ effect: { kind: "list-out-of-order" } });
    expect(await listed()).toEqual([..."bacdfe"]);
  });

  test("may repeat itself", async () => {
    server.faults.add({ effect: { kind: "list-repeats" } });
    expect(await listed()).toEqual([..."aabcdef"]);
    const second = await raw(server, { path: "/b?list-type=2&prefix=list/&start-after=list/c" });
    expect(second.text.match(/list\/\w(?=<\/Key>)/g)).toEqual(["list/c", "list/d", "list/d", "list/e", "list/f"]);
  });

  test("may end in the middle of its document", async () => {
    server.faults.add({ effect: { kind: "list-truncated-xml" } });
    const { status, text } = await raw(server, { path: "/b?list-type=2&prefix=list/" });
    expect([status, text.includes("</ListBucketResult>")]).toEqual([200, false]);
  });
});

test("a read may be of what was there before", async () => {
  server.put("b", "stale", "old");
  server.put("b", "stale", "new");
  server.faults.add({ effect: { kind: "stale-read" } });
  expect(await get("stale")).toMatchObject({ text: "old", headers: { etag: `"${md5("old")}"` } });
  server.put("b", "fresh", "new");
  expect((await get("fresh")).status).toBe(404);
});

test("the server's clock may be off, and its Date says so", async () => {
  server.put("b", "k", "x");
  server.faults.add({ effect: { kind: "clock-skew", skewMs: 20 * 60_000 } });
  const response = await get("k");
  expect([response.status, errorCode(response)]).toEqual([403, "RequestTimeTooSkewed"]);
  const ahead = Date.parse(response.headers.date ?? "") - Date.now();
  const corrected = await raw(server, { path: "/b/k", signingDate: new Date(Date.now() + ahead) });
  expect(corrected.status).toBe(200);
});

describe("a condition may be ignored", () => {
  test("of a put", async () => {
    server.put("b", "k", "old");
    server.faults.add({ effect: { kind: "ignore-conditions", conditions: ["put-if-none-match"] } });
    const input = { Bucket: "b", Key: "k", Body: "new" };
    await expect(client.send(new PutObjectCommand({ ...input, IfMatch: '"other"' }))).rejects.toMatchObject({ name: "PreconditionFailed" });
    await client.send(new PutObjectCommand({ ...input, IfNoneMatch: "*" }));
    expect(server.get("b", "k").toString()).toBe("new");
  });

  test("of a copy", async () => {
    server.put("b", "from", "new");
    server.put("b", "k", "old");
    server.faults.add({ effect: { kind: "ignore-conditions", conditions: ["copy-if-none-match", "copy-source-if-match"] } });
    const input = { Bucket: "b", Key: "k", CopySource: "b/from", IfNoneMatch: "*", CopySourceIfMatch: '"other"' };
    await expect(client.send(new CopyObjectCommand({ ...input, CopySourceIfUnmodifiedSince: new Date(0) }))).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    expect(server.get("b", "k").toString()).toBe("old");
    await client.send(new CopyObjectCommand(input));
    expect(server.get("b", "k").toString()).toBe("new");
  });

  test("of a delete", async () => {
    server.put("b", "k", "x");
    server.faults.add({ effect: { kind: "ignore-conditions", conditions: ["delete-if-match"] } });
    expect((await raw(server, { method: "DELETE", path: "/b/k", headers: { "if-match": '"other"' } })).status).toBe(204);
  });
});

describe("a status of 200 may hold an error", () => {
  const copy = () => raw(server, { method: "PUT", path: "/b/to", headers: { "x-amz-copy-source": "b/from" } });

  test.each([false, true])("of a copy, whether it was done (%s) or not", async (done) => {
    server.put("b", "from", "x");
    server.remove("b", "to");
    server.faults.add({ effect: { kind: "error-inside-200", code: "InternalError", done } });
    const response = await copy();
    expect([response.status, errorCode(response), server.object("b", "to") !== undefined]).toEqual([200, "InternalError", done]);
  });

  test("after whitespace that kept the connection alive", async () => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: "b", Key: "kept" }));
    const upload = { Bucket: "b", Key: "kept", UploadId };
    const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: "x" }));
    server.faults.add({ effect: { kind: "keep-alive", spaces: 1000 } });
    const complete = (etag: string | undefined) =>
      client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [{ ETag: etag, PartNumber: 1 }] } }));
    await expect(complete('"other"')).rejects.toMatchObject({ name: "InvalidPart" });
    expect(await complete(ETag)).toMatchObject({ ETag: `"${md5(Buffer.from(md5("x"), "hex"))}-1"` });
    const late = await copy().then(({ text }) => text);
    expect(late).toMatch(/^<\?xml[^>]*\?>\n {1000}<CopyObjectResult/);
  });
});

test("a request may be held until the test has done something", async () => {
  server.put("b", "k", "old");
  const arrived = Promise.withResolvers<string | undefined>();
  const released = Promise.withResolvers<void>();
  server.faults.add({
    match: { times: 1 },
    effect: {
      kind: "hold",
      until: ({ key }) => {
        arrived.resolve(key);
        return released.promise;
      },
    },
  });
  const response = get("k");
  expect(await arrived.promise).toBe("k");
  server.put("b", "k", "new");
  expect(server.requests.inFlight).toBe(1);
  released.resolve();
  expect((await response).text).toBe("new");
});

test("a slow answer is an answer", async () => {
  server.put("b", "k", "x");
  const fault = server.faults.add({ effect: { kind: "slow", delayMs: 1 } });
  expect([(await get("k")).text, fault.hits]).toEqual(["x", 1]);
});

test("requests are written down", async () => {
  server.requests.reset();
  await put("logged", "x");
  await get("not-there");
  expect(server.requests.list).toEqual([
    { method: "PUT", operation: "PutObject", bucket: "b", key: "logged", status: 200, code: undefined },
    { method: "GET", operation: "GetObject", bucket: "b", key: "not-there", status: 404, code: "NoSuchKey" },
  ]);
  expect([server.requests.count(), server.requests.count("PutObject"), server.requests.counts()]).toEqual([2, 1, { PutObject: 1, GetObject: 1 }]);
});

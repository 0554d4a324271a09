import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHECKSUM_ALGORITHMS, checksumHasher, checksumHeader } from "./checksums.ts";
import { errorCode, raw, sdkClient } from "./clients.ts";
import { startS3Server, type S3Server } from "./index.ts";

// The check values of the catalogue of CRCs (https://reveng.sourceforge.io/crc-catalogue/), and of the SHAs as node:crypto has them.
const CHECK_VALUES = {
  CRC32: "cbf43926",
  CRC32C: "e3069283",
  CRC64NVME: "ae8b14860a799888",
  SHA1: createHash("sha1").update("123456789").digest("hex"),
  SHA256: createHash("sha256").update("123456789").digest("hex"),
};

test.each(CHECKSUM_ALGORITHMS)("%s of the usual nine digits, in one go and in pieces", (algorithm) => {
  for (const pieces of [["123456789"], ["1", "", "2345678", "9"]]) {
    const hasher = checksumHasher(algorithm);
    for (const piece of pieces) hasher.update(Buffer.from(piece));
    expect(hasher.digest().toString("hex")).toBe(CHECK_VALUES[algorithm]);
  }
});

let server: S3Server;
let client: ReturnType<typeof sdkClient>;

beforeAll(async () => {
  server = await startS3Server({ buckets: ["b"] });
  client = sdkClient(server);
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

// CRC64NVME is computed by the SDK only with a package that is not among ours.
describe.each(CHECKSUM_ALGORITHMS.filter((algorithm) => algorithm !== "CRC64NVME"))("%s of the SDK", (algorithm) => {
  test("in a header is checked, kept and told", async () => {
    const put = await client.send(new PutObjectCommand({ Bucket: "b", Key: "header", Body: "content", ChecksumAlgorithm: algorithm }));
    const hasher = checksumHasher(algorithm);
    hasher.update(Buffer.from("content"));
    const value = hasher.digest().toString("base64");
    expect(put).toMatchObject({ [`Checksum${algorithm}`]: value, ChecksumType: "FULL_OBJECT" });
    expect(await client.send(new HeadObjectCommand({ Bucket: "b", Key: "header", ChecksumMode: "ENABLED" }))).toMatchObject({
      [`Checksum${algorithm}`]: value,
    });
    const { headers } = await raw(server, { method: "HEAD", path: "/b/header" });
    expect(headers).not.toHaveProperty(checksumHeader(algorithm));
  });

  test("in a trailer is checked, kept and told", async () => {
    const bytes = Buffer.alloc(300_000, "content");
    await client.send(
      new PutObjectCommand({
        Bucket: "b",
        Key: "trailer",
        Body: Readable.from([bytes.subarray(0, 100_001), bytes.subarray(100_001)]),
        ContentLength: bytes.length,
        ChecksumAlgorithm: algorithm,
      }),
    );
    expect(server.get("b", "trailer").equals(bytes)).toBe(true);
    expect(server.object("b", "trailer")?.headers).not.toHaveProperty("content-encoding");
    const got = await client.send(new GetObjectCommand({ Bucket: "b", Key: "trailer", ChecksumMode: "ENABLED" }));
    const hasher = checksumHasher(algorithm);
    hasher.update(bytes);
    expect(got).toMatchObject({ [`Checksum${algorithm}`]: hasher.digest().toString("base64") });
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  });
});

function inChunks(trailer: string, { data = "content", length }: { readonly data?: string; readonly length?: number } = {}) {
  const body = `${(length ?? data.length).toString(16)}\r\n${data}\r\n0\r\n${trailer}\r\n`;
  return raw(server, {
    method: "PUT",
    path: "/b/chunks",
    body,
    payloadHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    headers: { "x-amz-decoded-content-length": String(data.length), "x-amz-trailer": "x-amz-checksum-crc64nvme", "content-encoding": "aws-chunked,gzip" },
  });
}

describe("an upload in unsigned chunks", () => {
  const hasher = checksumHasher("CRC64NVME");
  hasher.update(Buffer.from("content"));
  const trailer = `x-amz-checksum-crc64nvme:${hasher.digest().toString("base64")}\r\n`;

  test("is taken with the checksum in its trailer", async () => {
    expect(await inChunks(trailer)).toMatchObject({ status: 200 });
    expect(server.object("b", "chunks")).toMatchObject({ headers: { "content-encoding": "gzip" } });
    expect(server.get("b", "chunks").toString()).toBe("content");
  });

  test.each([
    ["a wrong checksum", trailer, { data: "c0ntent" }, "BadDigest"],
    ["a checksum that is none", "x-amz-checksum-crc64nvme:AA==\r\n", {}, "InvalidRequest"],
    ["no trailer although one was announced", "", {}, "MalformedTrailerError"],
    ["a chunk shorter than it says", trailer, { length: 9 }, "IncompleteBody"],
    ["a chunk longer than it says", trailer, { length: 6 }, "InvalidRequest"],
    ["chunks that go on after the end", `${trailer}\r\nmore`, {}, "MalformedTrailerError"],
  ])("is refused with %s", async (_, sent, options, code) => {
    const response = await inChunks(sent, options);
    expect([response.status, errorCode(response)]).toEqual([400, code]);
  });
});

test.each([
  ["a Content-MD5 of something else", { "content-md5": createHash("md5").update("other").digest("base64") }, "BadDigest"],
  ["a Content-MD5 that is none", { "content-md5": "MD5" }, "InvalidDigest"],
  ["a checksum of something else", { "x-amz-checksum-crc32": "AAAAAA==" }, "BadDigest"],
  ["two checksums", { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "AAAA" }, "InvalidRequest"],
])("%s is refused, and nothing is kept", async (_, headers, code) => {
  const response = await raw(server, { method: "PUT", path: "/b/refused", body: "content", headers });
  expect([response.status, errorCode(response)]).toEqual([400, code]);
  expect(server.object("b", "refused")).toBeUndefined();
});

test("the right Content-MD5 is taken", async () => {
  const headers = { "content-md5": createHash("md5").update("content").digest("base64") };
  expect(await raw(server, { method: "PUT", path: "/b/md5", body: "content", headers })).toMatchObject({ status: 200 });
});

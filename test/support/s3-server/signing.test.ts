import { GetObjectCommand, HeadBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorCode, exchange, presigned, raw, sdkClient } from "./clients.ts";
import { startS3Server, type S3Server } from "./index.ts";

let server: S3Server;

beforeAll(async () => {
  server = await startS3Server({
    buckets: [
      "b",
      { name: "open", public: true },
      { name: "moved", region: "eu-west-1", elsewhere: "PermanentRedirect" },
      { name: "far", region: "eu-central-1" },
    ],
  });
  server.put("b", "k", "content");
  server.put("open", "k", "content");
});

afterAll(() => server.close());

describe("a request is refused", () => {
  test("with the wrong password", async () => {
    const client = sdkClient(server, { credentials: { accessKeyId: server.accessKeyId, secretAccessKey: "wrong" } });
    await expect(client.send(new GetObjectCommand({ Bucket: "b", Key: "k" }))).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
      $metadata: { httpStatusCode: 403 },
    });
    client.destroy();
  });

  test("with an unknown user", async () => {
    const client = sdkClient(server, { credentials: { accessKeyId: "nobody", secretAccessKey: server.secretAccessKey } });
    await expect(client.send(new GetObjectCommand({ Bucket: "b", Key: "k" }))).rejects.toMatchObject({ name: "InvalidAccessKeyId" });
    client.destroy();
  });

  test("with a token that the server did not give", async () => {
    const client = sdkClient(server, { credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey, sessionToken: "stray" } });
    await expect(client.send(new GetObjectCommand({ Bucket: "b", Key: "k" }))).rejects.toMatchObject({ name: "InvalidToken" });
    client.destroy();
  });

  test("unsigned", async () => {
    const response = await raw(server, { path: "/b/k", signed: false });
    expect([response.status, errorCode(response)]).toEqual([403, "AccessDenied"]);
  });

  test("with a header that somebody added on the way", async () => {
    const response = await raw(server, { method: "PUT", path: "/b/added", unsignedHeaders: { "x-amz-meta-evil": "1" } });
    expect([response.status, errorCode(response)]).toEqual([403, "AccessDenied"]);
    expect(response.text).toContain("<HeadersNotSigned>x-amz-meta-evil</HeadersNotSigned>");
  });

  test("with a body that is not the one signed", async () => {
    const response = await raw(server, { method: "PUT", path: "/b/other", body: "other", payloadHash: "0".repeat(64) });
    expect([response.status, errorCode(response)]).toEqual([400, "XAmzContentSHA256Mismatch"]);
    expect(server.object("b", "other")).toBeUndefined();
  });

  test.each([-16, 16])("of a clock that is %i minutes off", async (minutes) => {
    const response = await raw(server, { path: "/b/k", signingDate: new Date(Date.now() + minutes * 60_000) });
    expect([response.status, errorCode(response)]).toEqual([403, "RequestTimeTooSkewed"]);
    expect(response.text).toContain("<MaxAllowedSkewMilliseconds>900000<");
  });

  test("without a length", async () => {
    const response = await raw(server, {
      method: "PUT",
      path: "/b/endless",
      payloadHash: "UNSIGNED-PAYLOAD",
      body: "x",
      headers: { "transfer-encoding": "chunked" },
    });
    expect([response.status, errorCode(response)]).toEqual([411, "MissingContentLength"]);
  });
});

test("a clock that is 14 minutes off is near enough", async () => {
  const response = await raw(server, { path: "/b/k", signingDate: new Date(Date.now() - 14 * 60_000) });
  expect(response.status).toBe(200);
});

test("anybody reads a public bucket, and nobody writes it unsigned", async () => {
  expect((await raw(server, { path: "/open/k", signed: false })).text).toBe("content");
  expect((await raw(server, { path: "/open?list-type=2", signed: false })).status).toBe(200);
  expect((await raw(server, { method: "PUT", path: "/open/k2", signed: false, headers: { "content-length": "0" } })).status).toBe(403);
});

describe("a presigned URL", () => {
  test("is as good as a header", async () => {
    const path = await presigned(server, "GET", "/b/k");
    expect((await raw(server, { path, signed: false })).text).toBe("content");
  });

  test("is of no use for another key", async () => {
    const path = await presigned(server, "GET", "/b/other");
    const response = await raw(server, { path: path.replace("/b/other", "/b/k"), signed: false });
    expect(errorCode(response)).toBe("SignatureDoesNotMatch");
  });

  test("expires", async () => {
    const path = await presigned(server, "GET", "/b/k", { expiresIn: 60, signingDate: new Date(Date.now() - 61_000) });
    const response = await raw(server, { path, signed: false });
    expect([response.status, response.text]).toEqual([403, expect.stringContaining("Request has expired")]);
  });
});

describe("a bucket of another region", () => {
  test("says where it is to who signed for the wrong one", async () => {
    const response = await raw(server, { path: "/far/k" });
    expect(response).toMatchObject({ status: 400, headers: { "x-amz-bucket-region": "eu-central-1" } });
    expect(response.text).toMatch(/<Code>AuthorizationHeaderMalformed<.*<Region>eu-central-1</s);
  });

  test("redirects", async () => {
    const response = await raw(server, { path: "/moved/k" });
    expect(response).toMatchObject({ status: 301, headers: { "x-amz-bucket-region": "eu-west-1" } });
    expect(errorCode(response)).toBe("PermanentRedirect");
    const client = sdkClient(server, { followRegionRedirects: true });
    expect((await client.send(new ListObjectsV2Command({ Bucket: "moved" }))).KeyCount).toBe(0);
    client.destroy();
  });

  test("serves who signs for it", async () => {
    const client = sdkClient(server, { region: "eu-central-1" });
    expect((await client.send(new HeadBucketCommand({ Bucket: "far" }))).BucketRegion).toBe("eu-central-1");
    client.destroy();
  });
});

/** The example of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html, signatures and all. */
describe("the documented upload in signed chunks", () => {
  const SIGNATURES = [
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
  ];

  function upload(documented: S3Server, [first, second, last]: readonly string[]) {
    const chunk = (length: number, signature: string | undefined) => `${length.toString(16)};chunk-signature=${signature}\r\n${"a".repeat(length)}\r\n`;
    const body = chunk(65536, first) + chunk(1024, second) + chunk(0, last);
    const signed = "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class";
    return exchange(
      documented.port,
      "PUT",
      "/examplebucket/chunkObject.txt",
      {
        host: "s3.amazonaws.com",
        "x-amz-date": "20130524T000000Z",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": "66560",
        "content-length": "66824",
        authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signed},Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9`,
      },
      body,
    );
  }

  async function documented() {
    return startS3Server({
      buckets: ["examplebucket"],
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      now: () => new Date("2013-05-24T00:00:00Z"),
    });
  }

  test("is taken", async () => {
    await using server = await documented();
    expect(await upload(server, SIGNATURES)).toMatchObject({ status: 200 });
    expect(server.object("examplebucket", "chunkObject.txt")).toMatchObject({
      storageClass: "REDUCED_REDUNDANCY",
      headers: { "content-type": "binary/octet-stream" },
    });
    expect(server.get("examplebucket", "chunkObject.txt").equals(Buffer.alloc(66560, "a"))).toBe(true);
  });

  test.each([0, 1, 2])("is refused where the signature of chunk %i is another", async (at) => {
    await using server = await documented();
    const response = await upload(server, SIGNATURES.with(at, "0".repeat(64)));
    expect([response.status, errorCode(response)]).toEqual([403, "SignatureDoesNotMatch"]);
    expect(server.keys("examplebucket")).toEqual([]);
  });
});

test("the documented upload in signed chunks with a trailer is taken, and refused with another", async () => {
  await using documented = await startS3Server({
    buckets: ["examplebucket"],
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    now: () => new Date("2013-05-24T00:00:00Z"),
  });
  const send = (checksum: string) => {
    const chunk = (length: number, signature: string) =>
      `${length.toString(16)};chunk-signature=${signature}\r\n${"a".repeat(length)}${length === 0 ? "" : "\r\n"}`;
    const body =
      chunk(65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2") +
      chunk(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7") +
      chunk(0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992") +
      `x-amz-checksum-crc32c:${checksum}\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n`;
    const signed = "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer";
    const headers = {
      host: "s3.amazonaws.com",
      "x-amz-date": "20130524T000000Z",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
      "content-encoding": "aws-chunked",
      "x-amz-decoded-content-length": "66560",
      "x-amz-trailer": "x-amz-checksum-crc32c",
      "content-length": String(body.length),
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signed},Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e`,
    };
    return exchange(documented.port, "PUT", "/examplebucket/chunkObject.txt", headers, body);
  };
  expect(await send("sOO8/Q==")).toMatchObject({ status: 200, headers: { "x-amz-checksum-crc32c": "sOO8/Q==" } });
  expect(errorCode(await send("AAAAAA=="))).toBe("SignatureDoesNotMatch");
});

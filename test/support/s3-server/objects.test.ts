import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
} from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { Agent } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ODD_KEYS } from "../odd-keys.ts";
import { LOCALHOST_TLS } from "../tls.ts";
import { errorCode, raw, sdkClient } from "./clients.ts";
import { startS3Server, type S3Server } from "./index.ts";

let server: S3Server;
let client: ReturnType<typeof sdkClient>;

beforeAll(async () => {
  server = await startS3Server({ buckets: ["b", "other", "kept"], versioning: ["kept"] });
  client = sdkClient(server);
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

async function read(key: string, input: Partial<ConstructorParameters<typeof GetObjectCommand>[0]> = {}) {
  const found = await client.send(new GetObjectCommand({ Bucket: "b", Key: key, ...input }));
  return { ...found, bytes: Buffer.from((await found.Body?.transformToByteArray()) ?? []) };
}

describe("an object", () => {
  test.each([...ODD_KEYS, "k/".repeat(512)])("of the key %j goes in and comes out", async (key) => {
    await client.send(new PutObjectCommand({ Bucket: "b", Key: key, Body: `of ${key}` }));
    expect(server.get("b", key).toString()).toBe(`of ${key}`);
    expect((await read(key)).bytes.toString()).toBe(`of ${key}`);
    const copy = `copy of ${key}`.slice(0, 200);
    await client.send(new CopyObjectCommand({ Bucket: "other", Key: copy, CopySource: `b/${encodeURIComponent(key)}` }));
    expect(server.get("other", copy).toString()).toBe(`of ${key}`);
  });

  test("comes back with all that was said of it", async () => {
    const said = {
      Metadata: { mtime: "1700000000.123456789", unit: "kg" },
      ContentType: "text/plain",
      CacheControl: "no-cache",
      ContentDisposition: "inline",
      ContentLanguage: "en",
      ContentEncoding: "identity",
      StorageClass: "STANDARD_IA",
      ServerSideEncryption: "AES256",
    } as const;
    const put = await client.send(new PutObjectCommand({ Bucket: "b", Key: "all", Body: "x", Tagging: "a=1&b=two%20words", ...said }));
    expect(put).toMatchObject({ ETag: `"${createHash("md5").update("x").digest("hex")}"`, ServerSideEncryption: "AES256" });
    const head = await client.send(new HeadObjectCommand({ Bucket: "b", Key: "all" }));
    expect(head).toMatchObject({ ...said, ContentLength: 1, ETag: put.ETag, TagCount: 2 });
    expect(head.LastModified?.getMilliseconds()).toBe(0);
    expect(server.object("b", "all")).toMatchObject({ metadata: said.Metadata, tags: { a: "1", b: "two words" }, storageClass: "STANDARD_IA" });
  });

  test("above a megabyte is kept in a file, and is the same", async () => {
    const bytes = Buffer.alloc(3 * 1024 * 1024 + 7, "0123456789");
    await client.send(new PutObjectCommand({ Bucket: "b", Key: "large", Body: bytes }));
    expect((await read("large")).bytes.equals(bytes)).toBe(true);
    expect((await read("large", { Range: "bytes=1048570-1048585" })).bytes.equals(bytes.subarray(1048570, 1048586))).toBe(true);
  });

  test("is read in ranges", async () => {
    server.put("b", "range", "0123456789");
    const cases = { "bytes=2-4": "234", "bytes=7-": "789", "bytes=-3": "789", "bytes=8-99": "89" };
    for (const [range, text] of Object.entries(cases)) expect((await read("range", { Range: range })).bytes.toString()).toBe(text);
    expect((await read("range", { Range: "bytes=2-4" })).ContentRange).toBe("bytes 2-4/10");
    await expect(read("range", { Range: "bytes=10-" })).rejects.toMatchObject({ name: "InvalidRange", $metadata: { httpStatusCode: 416 } });
  });

  test("that is not there is an error with a body that says so", async () => {
    const response = await raw(server, { path: "/b/no%26ne" });
    expect(response.status).toBe(404);
    expect(response.text).toContain(
      "<Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>no&amp;ne</Key><Resource>/b/no&amp;ne</Resource><RequestId>",
    );
    expect(response.headers).toMatchObject({ "content-type": "application/xml", "x-amz-request-id": expect.any(String), "x-amz-id-2": expect.any(String) });
    const head = await raw(server, { method: "HEAD", path: "/b/none" });
    expect(head).toMatchObject({ status: 404, text: "" });
  });

  test.each([
    ["a key of 1025 bytes", { path: `/b/${"k".repeat(1025)}` }, 400, "KeyTooLongError"],
    ["an escape that is no UTF-8", { path: "/b/%ff", signed: false }, 400, "InvalidURI"],
    ["metadata above 2 KiB", { path: "/b/m", headers: { "x-amz-meta-a": "v".repeat(2048) } }, 400, "MetadataTooLarge"],
    ["an unknown storage class", { path: "/b/m", headers: { "x-amz-storage-class": "COLD" } }, 400, "InvalidStorageClass"],
    ["eleven tags", { path: "/b/m", headers: { "x-amz-tagging": [..."abcdefghijk"].map((name) => `${name}=1`).join("&") } }, 400, "InvalidTag"],
    ["no such bucket", { path: "/nowhere/k" }, 404, "NoSuchBucket"],
    ["what is not served", { path: "/b/k?acl" }, 501, "NotImplemented"],
  ])("is refused with %s", async (_, request, status, code) => {
    const response = await raw(server, { method: "PUT", ...request });
    expect([response.status, errorCode(response)]).toEqual([status, code]);
  });

  test("in an archive must be restored before it is read", async () => {
    server.put("b", "frozen", "x", { storageClass: "DEEP_ARCHIVE" });
    await expect(read("frozen")).rejects.toMatchObject({ name: "InvalidObjectState" });
    expect(await client.send(new HeadObjectCommand({ Bucket: "b", Key: "frozen" }))).toMatchObject({ StorageClass: "DEEP_ARCHIVE" });
  });
});

describe("a copy", () => {
  test("takes metadata and tags along, but not the storage class", async () => {
    server.put("b", "from", "x", { metadata: { a: "1" }, headers: { "cache-control": "no-cache" }, tags: { t: "2" }, storageClass: "STANDARD_IA" });
    const copied = await client.send(new CopyObjectCommand({ Bucket: "other", Key: "to", CopySource: "b/from" }));
    expect(copied.CopyObjectResult?.ETag).toBe(`"${server.object("b", "from")?.etag}"`);
    expect(server.object("other", "to")).toMatchObject({
      metadata: { a: "1" },
      headers: { "cache-control": "no-cache" },
      tags: { t: "2" },
      storageClass: "STANDARD",
    });
  });

  test("replaces them where it is asked to", async () => {
    server.put("b", "from", "x", { metadata: { a: "1" }, tags: { t: "2" } });
    const directives = { MetadataDirective: "REPLACE", TaggingDirective: "REPLACE" } as const;
    await client.send(
      new CopyObjectCommand({
        Bucket: "b",
        Key: "from",
        CopySource: "b/from",
        ...directives,
        Metadata: { b: "3" },
        Tagging: "u=4",
        StorageClass: "ONEZONE_IA",
      }),
    );
    expect(server.object("b", "from")).toMatchObject({ metadata: { b: "3" }, tags: { u: "4" }, storageClass: "ONEZONE_IA" });
  });

  test("onto itself that changes nothing is refused", async () => {
    server.put("b", "self", "x");
    await expect(client.send(new CopyObjectCommand({ Bucket: "b", Key: "self", CopySource: "b/self" }))).rejects.toMatchObject({ name: "InvalidRequest" });
  });

  test("of an object that came in parts has the MD5 as its ETag", async () => {
    server.put("b", "parts", "0123456789", { partBytes: 4 });
    expect(server.object("b", "parts")?.etag).toMatch(/^[0-9a-f]{32}-3$/);
    await client.send(new CopyObjectCommand({ Bucket: "b", Key: "whole", CopySource: "b/parts" }));
    expect(server.object("b", "whole")?.etag).toBe(createHash("md5").update("0123456789").digest("hex"));
  });
});

describe("deleting", () => {
  test("is done also where nothing was", async () => {
    server.put("b", "gone", "x");
    for (let time = 0; time < 2; time++) expect((await client.send(new DeleteObjectCommand({ Bucket: "b", Key: "gone" }))).$metadata.httpStatusCode).toBe(204);
    expect(server.object("b", "gone")).toBeUndefined();
  });

  test("of many tells what happened to each", async () => {
    for (const key of ["d1", "d2", `d<&>"`]) server.put("b", key, key);
    const result = await client.send(
      new DeleteObjectsCommand({ Bucket: "b", Delete: { Objects: [{ Key: "d1" }, { Key: "d2", ETag: "other" }, { Key: `d<&>"` }] } }),
    );
    expect(result.Deleted?.map(({ Key }) => Key)).toEqual(["d1", `d<&>"`]);
    expect(result.Errors).toMatchObject([{ Key: "d2", Code: "PreconditionFailed" }]);
    expect(server.keys("b").filter((key) => key.startsWith("d") && !key.startsWith("dot"))).toEqual(["d2"]);
  });

  test("of many needs a digest of the document", async () => {
    const response = await raw(server, { method: "POST", path: "/b?delete", body: "<Delete><Object><Key>a</Key></Object></Delete>" });
    expect([response.status, errorCode(response)]).toEqual([400, "InvalidRequest"]);
  });
});

test("tags are read, replaced and removed", async () => {
  server.put("b", "tagged", "x", { tags: { a: "1" } });
  const target = { Bucket: "b", Key: "tagged" };
  expect((await client.send(new GetObjectTaggingCommand(target))).TagSet).toEqual([{ Key: "a", Value: "1" }]);
  await client.send(new PutObjectTaggingCommand({ ...target, Tagging: { TagSet: [{ Key: "<b>", Value: "&" }] } }));
  expect((await client.send(new GetObjectTaggingCommand(target))).TagSet).toEqual([{ Key: "<b>", Value: "&" }]);
  await client.send(new DeleteObjectTaggingCommand(target));
  expect((await client.send(new GetObjectTaggingCommand(target))).TagSet).toEqual([]);
});

test("versions stay until each is deleted", async () => {
  const target = { Bucket: "kept", Key: "v" };
  const first = await client.send(new PutObjectCommand({ ...target, Body: "1" }));
  const second = await client.send(new PutObjectCommand({ ...target, Body: "2" }));
  const deleted = await client.send(new DeleteObjectCommand(target));
  expect(deleted).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
  await expect(client.send(new HeadObjectCommand(target))).rejects.toMatchObject({ name: "NotFound" });
  const old = await client.send(new GetObjectCommand({ ...target, VersionId: first.VersionId }));
  expect([await old.Body?.transformToString(), old.VersionId]).toEqual(["1", first.VersionId]);
  await expect(client.send(new GetObjectCommand({ ...target, VersionId: deleted.VersionId }))).rejects.toMatchObject({ name: "MethodNotAllowed" });

  const list = await client.send(new ListObjectVersionsCommand({ Bucket: "kept" }));
  expect(list.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
    [second.VersionId, false],
    [first.VersionId, false],
  ]);
  expect(list.DeleteMarkers).toMatchObject([{ Key: "v", VersionId: deleted.VersionId, IsLatest: true }]);
  const pages = [];
  let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: "kept", MaxKeys: 1, ...from }));
    pages.push(...(page.Versions ?? []), ...(page.DeleteMarkers ?? []));
    if (page.IsTruncated !== true) break;
    from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
  expect(pages.map(({ VersionId }) => VersionId)).toEqual([deleted.VersionId, second.VersionId, first.VersionId]);

  await client.send(new DeleteObjectCommand({ ...target, VersionId: deleted.VersionId }));
  expect(server.get("kept", "v").toString()).toBe("2");
  await client.send(new PutBucketVersioningCommand({ Bucket: "kept", VersioningConfiguration: { Status: "Suspended" } }));
  for (const body of ["3", "4"]) await client.send(new PutObjectCommand({ ...target, Body: body }));
  expect(server.versions("kept").map(({ versionId }) => versionId)).toEqual([first.VersionId, second.VersionId, "null"]);
});

test("buckets are made, found, listed and removed", async () => {
  await client.send(new CreateBucketCommand({ Bucket: "new-one" }));
  await expect(client.send(new CreateBucketCommand({ Bucket: "new-one" }))).rejects.toMatchObject({ name: "BucketAlreadyOwnedByYou" });
  await expect(client.send(new CreateBucketCommand({ Bucket: "A_B" }))).rejects.toMatchObject({ name: "InvalidBucketName" });
  expect((await client.send(new ListBucketsCommand())).Buckets?.map(({ Name }) => Name)).toEqual(["b", "kept", "new-one", "other"]);
  expect(await client.send(new HeadBucketCommand({ Bucket: "new-one" }))).toMatchObject({ BucketRegion: "us-east-1" });
  expect((await client.send(new GetBucketLocationCommand({ Bucket: "new-one" }))).LocationConstraint).toBeUndefined();
  server.put("new-one", "k", "x");
  await expect(client.send(new DeleteBucketCommand({ Bucket: "new-one" }))).rejects.toMatchObject({ name: "BucketNotEmpty" });
  server.remove("new-one", "k");
  await client.send(new DeleteBucketCommand({ Bucket: "new-one" }));
  await expect(client.send(new HeadBucketCommand({ Bucket: "new-one" }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
});

test("a bucket is found by the Host header too", async () => {
  server.put("b", "hosted/key", "x");
  const response = await raw(server, { path: "/hosted/key", headers: { host: `b.localhost:${server.port}` } });
  expect([response.status, response.text]).toEqual([200, "x"]);
});

test("over TLS it is the same to who trusts its certificate", async () => {
  await using secure = await startS3Server({ buckets: ["b"], tls: LOCALHOST_TLS });
  secure.put("b", "k", "x");
  const trusting = sdkClient(secure, { requestHandler: { httpsAgent: new Agent({ ca: LOCALHOST_TLS.cert }) } });
  const found = await trusting.send(new GetObjectCommand({ Bucket: "b", Key: "k" }));
  expect(await found.Body?.transformToString()).toBe("x");
  trusting.destroy();
  const wary = sdkClient(secure);
  await expect(wary.send(new HeadObjectCommand({ Bucket: "b", Key: "k" }))).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  wary.destroy();
});

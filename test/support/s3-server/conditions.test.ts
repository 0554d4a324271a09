import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { raw, sdkClient } from "./clients.ts";
import { startS3Server, type S3Server } from "./index.ts";

const MODIFIED = new Date("2024-05-01T12:00:00Z");
const BEFORE = new Date(MODIFIED.getTime() - 1000);

let server: S3Server;
let client: ReturnType<typeof sdkClient>;
let etag: string;

beforeAll(async () => {
  server = await startS3Server({ buckets: ["b", "versioned"], versioning: ["versioned"] });
  client = sdkClient(server);
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

beforeEach(() => {
  etag = `"${server.put("b", "there", "old", { lastModified: MODIFIED }).etag}"`;
  server.remove("b", "absent");
});

const failed = { $metadata: { httpStatusCode: 412 }, name: "PreconditionFailed" };

describe("put", () => {
  const put = (key: string, input: object) => client.send(new PutObjectCommand({ Bucket: "b", Key: key, Body: "new", ...input }));

  test("only where nothing is", async () => {
    await put("absent", { IfNoneMatch: "*" });
    await expect(put("absent", { IfNoneMatch: "*" })).rejects.toMatchObject(failed);
    await expect(put("there", { IfNoneMatch: "*" })).rejects.toMatchObject(failed);
    expect(server.get("b", "there").toString()).toBe("old");
  });

  test("only over that version", async () => {
    await expect(put("there", { IfMatch: '"other"' })).rejects.toMatchObject(failed);
    await expect(put("absent", { IfMatch: etag })).rejects.toMatchObject({ name: "NoSuchKey" });
    await put("there", { IfMatch: etag });
    expect(server.get("b", "there").toString()).toBe("new");
  });

  test("knows no other If-None-Match than *", async () => {
    await expect(put("there", { IfNoneMatch: etag })).rejects.toMatchObject({ name: "NotImplemented" });
  });

  test("takes a delete marker for nothing", async () => {
    server.put("versioned", "k", "old");
    server.remove("versioned", "k");
    await client.send(new PutObjectCommand({ Bucket: "versioned", Key: "k", Body: "new", IfNoneMatch: "*" }));
    expect(server.get("versioned", "k").toString()).toBe("new");
  });

  test("of two at once only one wins", async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => put("absent", { IfNoneMatch: "*", Body: `writer ${i}` })));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("get and head", () => {
  const get = (input: object) => client.send(new GetObjectCommand({ Bucket: "b", Key: "there", ...input })).then(({ Body }) => Body?.transformToString());

  test("only that version", async () => {
    expect(await get({ IfMatch: etag })).toBe("old");
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject(failed);
    await expect(client.send(new HeadObjectCommand({ Bucket: "b", Key: "there", IfMatch: '"other"' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 412 },
    });
    expect(await get({ IfUnmodifiedSince: MODIFIED })).toBe("old");
    await expect(get({ IfUnmodifiedSince: BEFORE })).rejects.toMatchObject(failed);
    expect(await get({ IfMatch: etag, IfUnmodifiedSince: BEFORE })).toBe("old");
  });

  test("only another version", async () => {
    const unchanged = { $metadata: { httpStatusCode: 304 } };
    await expect(get({ IfNoneMatch: etag })).rejects.toMatchObject(unchanged);
    expect(await get({ IfNoneMatch: '"other"' })).toBe("old");
    await expect(get({ IfModifiedSince: MODIFIED })).rejects.toMatchObject(unchanged);
    expect(await get({ IfModifiedSince: BEFORE })).toBe("old");
    const response = await raw(server, { path: "/b/there", headers: { "if-none-match": etag } });
    expect(response).toMatchObject({ status: 304, text: "", headers: { etag } });
  });
});

describe("copy", () => {
  const copy = (key: string, input: object) => client.send(new CopyObjectCommand({ Bucket: "b", Key: key, CopySource: "b/there", ...input }));

  test("only from that version", async () => {
    await copy("absent", { CopySourceIfMatch: etag, CopySourceIfUnmodifiedSince: BEFORE });
    for (const input of [
      { CopySourceIfMatch: '"other"' },
      { CopySourceIfNoneMatch: etag },
      { CopySourceIfModifiedSince: MODIFIED },
      { CopySourceIfUnmodifiedSince: BEFORE },
    ]) {
      await expect(copy("absent", input)).rejects.toMatchObject(failed);
    }
  });

  test("only over nothing, or over that version", async () => {
    await copy("absent", { IfNoneMatch: "*" });
    await expect(copy("absent", { IfNoneMatch: "*" })).rejects.toMatchObject(failed);
    await expect(copy("absent", { IfMatch: '"other"' })).rejects.toMatchObject(failed);
    await copy("absent", { IfMatch: etag });
  });
});

describe("delete", () => {
  const remove = (key: string, IfMatch: string) => client.send(new DeleteObjectCommand({ Bucket: "b", Key: key, IfMatch }));

  test("only that version", async () => {
    await expect(remove("there", '"other"')).rejects.toMatchObject(failed);
    await expect(remove("absent", etag)).rejects.toMatchObject({ name: "NoSuchKey" });
    await remove("there", etag);
    expect(server.object("b", "there")).toBeUndefined();
  });
});

import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type CreateMultipartUploadCommandInput,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checksumHasher } from "./checksums.ts";
import { sdkClient } from "./clients.ts";
import { startS3Server, type S3Server } from "./index.ts";

let server: S3Server;
let client: ReturnType<typeof sdkClient>;

beforeAll(async () => {
  server = await startS3Server({ buckets: ["b", "uploads"], limits: { minPartBytes: 10, maxPutBytes: 3_000_000 } });
  // Without checksums of its own, so that a test says which there are.
  client = sdkClient(server, { requestChecksumCalculation: "WHEN_REQUIRED" });
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

async function begin(key: string, input: Partial<CreateMultipartUploadCommandInput> = {}) {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: "b", Key: key, ...input }));
  return { Bucket: "b", Key: key, UploadId };
}

type Begun = Awaited<ReturnType<typeof begin>>;

async function part(upload: Begun, number: number, body: string | Uint8Array) {
  const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber: number, Body: body }));
  return { ETag, PartNumber: number };
}

function complete(upload: Begun, parts: readonly { ETag: string | undefined; PartNumber: number }[], input: object = {}) {
  return client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [...parts] }, ...input }));
}

const md5 = (data: string | Uint8Array) => createHash("md5").update(data).digest();

describe("an upload in parts", () => {
  test("becomes one object with the ETag of its parts and the properties of its beginning", async () => {
    const first = Buffer.alloc(1_500_000, "first");
    const upload = await begin("whole", { Metadata: { a: "1" }, Tagging: "t=2", StorageClass: "STANDARD_IA", ContentType: "text/plain" });
    const second = await part(upload, 7, "second");
    const done = await complete(upload, [await part(upload, 2, first), second]);
    const etag = `${md5(Buffer.concat([md5(first), md5("second")])).toString("hex")}-2`;
    expect(done).toMatchObject({ ETag: `"${etag}"`, Bucket: "b", Key: "whole" });
    expect(server.object("b", "whole")).toMatchObject({ etag, metadata: { a: "1" }, tags: { t: "2" }, storageClass: "STANDARD_IA", partSizes: [1_500_000, 6] });
    expect(server.get("b", "whole").equals(Buffer.concat([first, Buffer.from("second")]))).toBe(true);
    expect(server.uploads("b")).toEqual([]);

    const range = await client.send(new GetObjectCommand({ Bucket: "b", Key: "whole", Range: "bytes=1499998-1500002" }));
    expect(await range.Body?.transformToString()).toBe(`${first.subarray(-2).toString()}sec`);
    const last = await client.send(new GetObjectCommand({ Bucket: "b", Key: "whole", PartNumber: 2 }));
    expect([await last.Body?.transformToString(), last.PartsCount, last.ContentRange]).toEqual(["second", 2, "bytes 1500000-1500005/1500006"]);
  });

  test("takes a part again, and the last one counts", async () => {
    const upload = await begin("again");
    await part(upload, 1, "not this one");
    await complete(upload, [await part(upload, 1, "this one")]);
    expect(server.get("b", "again").toString()).toBe("this one");
  });

  test.each([
    ["parts out of order", [2, 1], "InvalidPartOrder"],
    ["a part twice", [1, 1], "InvalidPartOrder"],
    ["a part that never came", [1, 3], "InvalidPart"],
    ["a small part before the last", [0, 1], "EntityTooSmall"],
    ["no parts", [], "MalformedXML"],
  ])("is not completed with %s", async (_, numbers, code) => {
    const upload = await begin("bad");
    // Part numbers begin at 1; here 0 stands for the small one.
    const sent = [await part(upload, 1, "tiny"), await part(upload, 2, "large enough"), await part(upload, 3, "also large enough")];
    const chosen = numbers.map((number) => (number === 3 ? { ETag: '"0"', PartNumber: 4 } : sent[number === 0 ? 0 : number]));
    await expect(
      complete(
        upload,
        chosen.map((found) => found ?? { ETag: '"0"', PartNumber: 1 }),
      ),
    ).rejects.toMatchObject({ name: code });
    expect(server.object("b", "bad")).toBeUndefined();
    await client.send(new AbortMultipartUploadCommand(upload));
  });

  test("is not completed with another ETag", async () => {
    const upload = await begin("etag");
    await part(upload, 1, "content");
    await expect(complete(upload, [{ ETag: `"${"0".repeat(32)}"`, PartNumber: 1 }])).rejects.toMatchObject({ name: "InvalidPart" });
    await client.send(new AbortMultipartUploadCommand(upload));
  });

  test("keeps to the conditions of its end, and goes on when they fail", async () => {
    const upload = await begin("conditional");
    const only = await part(upload, 1, "new");
    const { etag } = server.put("b", "conditional", "old");
    await expect(complete(upload, [only], { IfNoneMatch: "*" })).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(complete(upload, [only], { IfMatch: `"${"0".repeat(32)}"` })).rejects.toMatchObject({ name: "PreconditionFailed" });
    expect(server.get("b", "conditional").toString()).toBe("old");
    await complete(upload, [only], { IfMatch: `"${etag}"` });
    expect(server.get("b", "conditional").toString()).toBe("new");
  });

  test("that was aborted or completed is no more", async () => {
    const aborted = await begin("over");
    await client.send(new AbortMultipartUploadCommand(aborted));
    await expect(part(aborted, 1, "late")).rejects.toMatchObject({ name: "NoSuchUpload" });
    const completed = await begin("over");
    const only = await part(completed, 1, "x");
    await complete(completed, [only]);
    await expect(complete(completed, [only])).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  test.each([0, 10_001])("has no part %i", async (number) => {
    const upload = await begin("numbers");
    await expect(part(upload, number, "x")).rejects.toMatchObject({ name: "InvalidArgument" });
    await client.send(new AbortMultipartUploadCommand(upload));
  });

  test("lists its parts in pages", async () => {
    const upload = await begin("listed");
    for (const number of [5, 1, 3]) await part(upload, number, `part ${number}`);
    const first = await client.send(new ListPartsCommand({ ...upload, MaxParts: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "3", Parts: [{ PartNumber: 1, Size: 6 }, { PartNumber: 3 }] });
    const second = await client.send(new ListPartsCommand({ ...upload, PartNumberMarker: first.NextPartNumberMarker }));
    expect(second).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 5 }] });
    await client.send(new AbortMultipartUploadCommand(upload));
  });
});

describe("a part copied from another object", () => {
  test("is its range, under its conditions", async () => {
    const { etag } = server.put("b", "source", "0123456789abcdefghij");
    const upload = await begin("copied");
    const copy = (number: number, range: string, input: object = {}) =>
      client.send(new UploadPartCopyCommand({ ...upload, PartNumber: number, CopySource: "b/source", CopySourceRange: range, ...input }));
    const first = await copy(1, "bytes=0-9", { CopySourceIfMatch: `"${etag}"` });
    const second = await copy(2, "bytes=10-19");
    await expect(copy(3, "bytes=0-9", { CopySourceIfMatch: '"other"' })).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(copy(3, "bytes=10-20")).rejects.toMatchObject({ name: "InvalidArgument" });
    expect(first.CopyPartResult?.ETag).toBe(`"${md5("0123456789").toString("hex")}"`);
    await complete(upload, [
      { ETag: first.CopyPartResult?.ETag, PartNumber: 1 },
      { ETag: second.CopyPartResult?.ETag, PartNumber: 2 },
    ]);
    expect(server.get("b", "copied").toString()).toBe("0123456789abcdefghij");
  });
});

describe("a checksum of an upload", () => {
  const [first, second] = ["first part", "second"];

  async function upload(type: "COMPOSITE" | "FULL_OBJECT") {
    const begun = await begin(type, { ChecksumAlgorithm: "CRC32", ChecksumType: type });
    const parts = [];
    for (const [at, body] of [first, second].entries()) {
      const sent = await client.send(new UploadPartCommand({ ...begun, PartNumber: at + 1, Body: body, ChecksumAlgorithm: "CRC32" }));
      parts.push({ ETag: sent.ETag, PartNumber: at + 1, ChecksumCRC32: sent.ChecksumCRC32 });
    }
    return complete(begun, parts);
  }

  const crc32 = (data: string | Buffer) => {
    const hasher = checksumHasher("CRC32");
    hasher.update(Buffer.from(data));
    return hasher.digest();
  };

  test("composite, of the checksums of its parts", async () => {
    expect(await upload("COMPOSITE")).toMatchObject({
      ChecksumCRC32: `${crc32(Buffer.concat([crc32(first), crc32(second)])).toString("base64")}-2`,
      ChecksumType: "COMPOSITE",
    });
  });

  test("of the full object", async () => {
    expect(await upload("FULL_OBJECT")).toMatchObject({ ChecksumCRC32: crc32(first + second).toString("base64"), ChecksumType: "FULL_OBJECT" });
    expect(await client.send(new HeadObjectCommand({ Bucket: "b", Key: "FULL_OBJECT", ChecksumMode: "ENABLED" }))).toMatchObject({
      ChecksumCRC32: crc32(first + second).toString("base64"),
    });
  });
});

describe("uploads in work", () => {
  test("are listed by prefix, in pages", async () => {
    const started = [];
    for (const key of ["p/a", "p/a", "p/b", "q/c", "\uff5e", "\u{1f600}"]) {
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: "uploads", Key: key }));
      started.push(`${key} ${UploadId}`);
    }
    const found: string[] = [];
    let from: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
    for (;;) {
      const page = await client.send(new ListMultipartUploadsCommand({ Bucket: "uploads", MaxUploads: 1, ...from }));
      for (const upload of page.Uploads ?? []) found.push(`${upload.Key} ${upload.UploadId}`);
      if (page.IsTruncated !== true) break;
      from = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
    expect(found.toSorted()).toEqual(started.toSorted());
    expect(found.map((row) => row.split(" ")[0])).toEqual(["p/a", "p/a", "p/b", "q/c", "\uff5e", "\u{1f600}"]);
    const beneath = await client.send(new ListMultipartUploadsCommand({ Bucket: "uploads", Prefix: "p/" }));
    expect(beneath.Uploads).toHaveLength(3);
    const folders = await client.send(new ListMultipartUploadsCommand({ Bucket: "uploads", Delimiter: "/" }));
    expect(folders.CommonPrefixes).toEqual([{ Prefix: "p/" }, { Prefix: "q/" }]);
  });

  test("are listed by their whole key only, by a server that is so", async () => {
    await using minio = await startS3Server({ buckets: ["b"], listsUploadsByExactKey: true });
    const own = sdkClient(minio);
    await own.send(new CreateMultipartUploadCommand({ Bucket: "b", Key: "p/a" }));
    expect((await own.send(new ListMultipartUploadsCommand({ Bucket: "b", Prefix: "p/" }))).Uploads).toBeUndefined();
    expect((await own.send(new ListMultipartUploadsCommand({ Bucket: "b", Prefix: "p/a" }))).Uploads).toHaveLength(1);
    own.destroy();
  });
});

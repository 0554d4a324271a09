import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { AbortMultipartUploadCommand, CreateMultipartUploadCommand, PutObjectCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../temp.ts";
import { presigned, raw, sdkClient } from "./clients.ts";
import { startS3Server } from "./index.ts";

describe("in a folder", () => {
  const dataFiles = async (folder: string) => (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".data"));

  test("there is the data of each object and of the one before it, and no more", async () => {
    await using folder = await temporaryFolder();
    await using onDisk = await startS3Server({ buckets: ["b"], folder: folder.path });
    for (let time = 0; time < 5; time++) onDisk.put("b", "k", `content ${time}`);
    expect(await dataFiles(folder.path)).toHaveLength(2);
    expect(onDisk.get("b", "k").toString()).toBe("content 4");
  });

  test("a refused body and an aborted upload leave nothing", async () => {
    await using folder = await temporaryFolder();
    await using onDisk = await startS3Server({ buckets: ["b"], folder: folder.path });
    const own = sdkClient(onDisk);
    const put = (body: string) => own.send(new PutObjectCommand({ Bucket: "b", Key: "k", Body: body, IfNoneMatch: "*" }));
    await put("first");
    await expect(put("second")).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(own.send(new PutObjectCommand({ Bucket: "b", Key: "k", Body: "x", ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }))).rejects.toMatchObject({
      name: "BadDigest",
    });
    const { UploadId } = await own.send(new CreateMultipartUploadCommand({ Bucket: "b", Key: "k" }));
    const upload = { Bucket: "b", Key: "k", UploadId };
    await own.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: "part" }));
    expect(await dataFiles(folder.path)).toHaveLength(2);
    await own.send(new AbortMultipartUploadCommand(upload));
    expect(await dataFiles(folder.path)).toHaveLength(1);
    own.destroy();
  });

  test("a body that breaks off leaves nothing", async () => {
    await using folder = await temporaryFolder();
    await using onDisk = await startS3Server({ buckets: ["b"], folder: folder.path });
    const path = await presigned(onDisk, "PUT", "/b/k");
    const socket = connect(onDisk.port, "127.0.0.1");
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: 127.0.0.1:${onDisk.port}\r\nContent-Length: 1000\r\n\r\nthe beginning`);
    await vi.waitFor(async () => expect(await dataFiles(folder.path)).toHaveLength(1));
    socket.destroy();
    await vi.waitFor(() => expect(onDisk.requests.inFlight).toBe(0));
    expect(await dataFiles(folder.path)).toEqual([]);
    expect(onDisk.requests.list).toMatchObject([{ operation: "PutObject", status: undefined }]);
  });

  test("an object that is overwritten while it is sent is sent as it was", async () => {
    await using folder = await temporaryFolder();
    await using onDisk = await startS3Server({ buckets: ["b"], folder: folder.path });
    onDisk.put("b", "k", "old");
    const until = () => {
      for (const content of ["new", "newer", "newest"]) onDisk.put("b", "k", content);
      return Promise.resolve();
    };
    onDisk.faults.add({ match: { times: 1 }, effect: { kind: "hold", at: "after", until } });
    expect((await raw(onDisk, { path: "/b/k" })).text).toBe("old");
    expect(await dataFiles(folder.path)).toHaveLength(2);
  });
});

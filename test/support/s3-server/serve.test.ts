import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";

test("serves other processes until it is told to stop", async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "serve.ts"), "--bucket", "one", "--versioned", "two", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const { endpoint, region, accessKeyId, secretAccessKey } = JSON.parse(line) as Record<"endpoint" | "region" | "accessKeyId" | "secretAccessKey", string>;
    const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
    for (const Bucket of ["one", "two"]) await client.send(new HeadBucketCommand({ Bucket }));
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([0, null]);
    client.destroy();
  } finally {
    child.kill("SIGKILL");
  }
});

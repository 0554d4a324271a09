import { afterAll, beforeAll } from "vitest";
import { makeBucket } from "../support/buckets.ts";
import { startS3Server, type S3Server } from "../support/s3-server/index.ts";
import { sharedProcesses } from "./shared-processes.ts";

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

sharedProcesses("S3", async () => {
  const bucket = await makeBucket(server);
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  return {
    place: { kind: "s3", endpoint, region, accessKeyId, secretAccessKey, bucket: bucket.location.bucket },
    // Time alone has it lapse.
    sever: async () => {},
    [Symbol.asyncDispose]: async () => bucket.close(),
  };
});

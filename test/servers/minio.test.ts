import { afterAll, beforeAll, describe } from "vitest";
import { S3_TRAITS, s3UnderTest } from "../objects/s3-under-test.ts";
import { storeConformance } from "../objects/store-conformance.ts";
import { type RunningServer, serverProgram, startMinio } from "../support/servers.ts";

const program = serverProgram("minio");

describe.skipIf(program === undefined)("MinIO", () => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await startMinio(program ?? "");
  });
  afterAll(() => server.stop());

  storeConformance("s3", { ...S3_TRAITS, refusedKeys: ["b//c", "dot/./x", "dot/../y"], lostKeys: ["/lead", "a/b", "a/b/c", "same/x"] }, () =>
    s3UnderTest(server),
  );
});

import { afterAll, beforeAll, describe } from "vitest";
import { S3_TRAITS, s3UnderTest } from "../objects/s3-under-test.ts";
import { storeConformance } from "../objects/store-conformance.ts";
import { type RunningServer, serverProgram, startVersitygw } from "../support/servers.ts";

const program = serverProgram("versitygw");

describe.skipIf(program === undefined)("versitygw", () => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await startVersitygw(program ?? "");
  });
  afterAll(() => server.stop());

  storeConformance(
    "s3",
    { ...S3_TRAITS, lostKeys: ["/lead", "b//c", "dot/./x", "dot/../y", "ctl\u0001x"], clashingKeys: ["a/", "a/b", "a/b/c", "same/x"] },
    () => s3UnderTest(server),
  );
});

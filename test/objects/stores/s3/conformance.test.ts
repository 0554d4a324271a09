import { afterAll, beforeAll } from "vitest";
import { type S3Server, startS3Server } from "../../../support/s3-server/index.ts";
import { S3_TRAITS, s3UnderTest } from "../../s3-under-test.ts";
import { storeConformance } from "../../store-conformance.ts";

let server: S3Server;

beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

storeConformance("s3", S3_TRAITS, () => s3UnderTest(server));

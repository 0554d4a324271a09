import { describe, expect, test, vi } from "vitest";
import type { S3Location } from "../../../../src/core/sync-plan.ts";
import { resolveEndpoint } from "../../../../src/objects/stores/s3/endpoint.ts";

const location: S3Location = {
  type: "s3",
  name: "place",
  bucket: "bucket",
  prefix: "",
  region: "eu-north-1",
  endpoint: undefined,
  pathStyle: false,
  credentials: { kind: "anonymous" },
  ca: undefined,
  proxy: undefined,
  timeouts: { connectMs: 1, idleMs: 1 },
  maxSockets: 1,
  requesterPays: false,
  ordered: undefined,
  encryption: undefined,
};

describe("an endpoint", () => {
  test("of AWS is where the SDK says", async () => {
    expect(await resolveEndpoint(location, undefined)).toMatchObject({
      origin: "https://bucket.s3.eu-north-1.amazonaws.com",
      basePath: "/",
      region: "eu-north-1",
      service: "s3",
    });
    expect(await resolveEndpoint({ ...location, bucket: "dotted.bucket" }, undefined)).toMatchObject({
      origin: "https://s3.eu-north-1.amazonaws.com",
      basePath: "/dotted.bucket/",
    });
    expect(await resolveEndpoint(location, "us-west-2")).toMatchObject({ origin: "https://bucket.s3.us-west-2.amazonaws.com", region: "us-west-2" });
  });

  test("of AWS where nobody names a region is in us-east-1, and a redirect puts that right", async () => {
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"]) vi.stubEnv(name, undefined);
    for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/nowhere");
    try {
      const nowhere = { ...location, region: undefined };
      expect(await resolveEndpoint(nowhere, undefined)).toMatchObject({ origin: "https://bucket.s3.us-east-1.amazonaws.com", region: "us-east-1" });
      expect(await resolveEndpoint(nowhere, "us-west-2")).toMatchObject({ region: "us-west-2" });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("of an access point is in the point's region", async () => {
    const bucket = "arn:aws:s3:us-west-2:123456789012:accesspoint/point";
    expect(await resolveEndpoint({ ...location, bucket }, undefined)).toMatchObject({
      origin: "https://point-123456789012.s3-accesspoint.us-west-2.amazonaws.com",
      region: "us-west-2",
    });
  });

  test("that wants signatures of another kind is refused", async () => {
    await expect(resolveEndpoint({ ...location, bucket: "bucket--eun1-az1--x-s3" }, undefined)).rejects.toMatchObject({ code: "BUCKET_KIND_UNSUPPORTED" });
  });

  test.each([
    [true, "http://s3.example:9000", "http://s3.example:9000", "/bucket/"],
    [false, "http://s3.example:9000", "http://bucket.s3.example:9000", "/"],
    [false, "http://127.0.0.1:9000", "http://127.0.0.1:9000", "/bucket/"],
  ])("of the user's is taken as it is (path style %s of %s)", async (pathStyle, endpoint, origin, basePath) => {
    expect(await resolveEndpoint({ ...location, endpoint, pathStyle }, undefined)).toMatchObject({ origin, basePath, region: "eu-north-1" });
  });

  test("of the user's may lie beneath a path", async () => {
    expect(await resolveEndpoint({ ...location, endpoint: "https://gate.example/s3", pathStyle: true }, undefined)).toMatchObject({
      origin: "https://gate.example",
      basePath: "/s3/bucket/",
    });
  });
});

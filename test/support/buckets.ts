import { CreateBucketCommand, ListMultipartUploadsCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3Location } from "../../src/core/sync-plan.ts";
import { s3Location } from "./sync-plans.ts";

export interface S3Endpoint {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A bucket of its own, as a location of a plan. */
export interface TestBucket {
  readonly location: S3Location;
  /** Keys of multipart uploads that were begun and not ended. */
  uploads(): Promise<readonly string[]>;
  readonly client: S3Client;
  close(): void;
}

let made = 0;

/** Makes a new bucket. The client is the AWS SDK's: not the code under test. */
export async function makeBucket(server: S3Endpoint): Promise<TestBucket> {
  const bucket = `test-${process.pid}-${Date.now().toString(36)}-${++made}`;
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    client,
    location: s3Location(server, bucket),
    async uploads() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return Uploads.map(({ Key = "" }) => Key);
    },
    close: () => client.destroy(),
  };
}

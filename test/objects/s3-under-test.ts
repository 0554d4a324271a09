import { CreateMultipartUploadCommand } from "@aws-sdk/client-s3";
import { openS3ReadStore, openS3WriteStore } from "../../src/objects/stores/s3/open.ts";
import { makeBucket, type S3Endpoint } from "../support/buckets.ts";
import type { StoreTraits, StoreUnderTest } from "./store-conformance.ts";

const MIB = 1024 * 1024;

/** What a complete S3 store does; servers say what they do not. */
export const S3_TRAITS: StoreTraits = {
  markers: "objects",
  metadata: true,
  racesDecided: true,
  tooLong: "k".repeat(1025),
  large: 12 * MIB,
};

/** A store over a new bucket. Parts are as small as S3 allows, so that large objects have some. */
export async function s3UnderTest(server: S3Endpoint): Promise<StoreUnderTest> {
  const bucket = await makeBucket(server);
  const context = { emit: () => {}, ownPaths: [] };
  const [store, reader] = await Promise.all([
    openS3WriteStore(bucket.location, "", { ...context, run: "test" }, { multipartAbove: 5 * MIB, partSize: 5 * MIB }),
    openS3ReadStore(bucket.location, "", context),
  ]);
  return {
    store,
    reader,
    leftovers: () => bucket.uploads(),
    async killWhileWriting(key) {
      const at = Date.now();
      await bucket.client.send(new CreateMultipartUploadCommand({ Bucket: bucket.location.bucket, Key: key }));
      return [{ id: 0, kind: "multipart", key, detail: JSON.stringify({ bucket: bucket.location.bucket }), at }];
    },
    async close() {
      await Promise.all([store.close(), reader.close()]);
      bucket.close();
    },
  };
}

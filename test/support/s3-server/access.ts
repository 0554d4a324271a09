import type { Identity } from "./auth.ts";
import { S3Error } from "./errors.ts";
import type { Operation } from "./operations.ts";
import type { S3Request } from "./request.ts";
import type { ServerState } from "./state.ts";

/** What anybody may do in a public bucket. */
const PUBLIC_OPERATIONS: ReadonlySet<Operation> = new Set<Operation>([
  "HeadBucket",
  "GetBucketLocation",
  "ListObjects",
  "ListObjectsV2",
  "GetObject",
  "HeadObject",
]);

/**
 * Lets in who may do this, and sends those who signed for another region on to the bucket's own.
 * @throws S3Error
 */
export function admit(server: ServerState, request: S3Request): Identity {
  const bucket = server.buckets.get(request.bucket ?? "");
  const identity = server.authenticator.verify(request);
  const region = bucket?.region ?? server.region;
  if (identity.anonymous && (bucket === undefined || !bucket.public || !PUBLIC_OPERATIONS.has(request.operation))) throw new S3Error("AccessDenied");
  // Anywhere may be asked where a bucket is.
  if (identity.anonymous || identity.region === region || request.operation === "GetBucketLocation") return identity;
  const headers = { "x-amz-bucket-region": region };
  if (bucket?.elsewhere === "PermanentRedirect") {
    throw new S3Error("PermanentRedirect", { headers, details: { Endpoint: request.header("host") ?? "", Bucket: bucket.name } });
  }
  throw new S3Error("AuthorizationHeaderMalformed", {
    message: `The authorization header is malformed; the region '${identity.region ?? ""}' is wrong; expecting '${region}'`,
    details: { Region: region },
    headers,
  });
}

export type Operation =
  | "ListBuckets"
  | "CreateBucket"
  | "HeadBucket"
  | "DeleteBucket"
  | "GetBucketLocation"
  | "GetBucketVersioning"
  | "PutBucketVersioning"
  | "ListObjects"
  | "ListObjectsV2"
  | "ListObjectVersions"
  | "ListMultipartUploads"
  | "DeleteObjects"
  | "PutObject"
  | "GetObject"
  | "HeadObject"
  | "DeleteObject"
  | "CopyObject"
  | "GetObjectTagging"
  | "PutObjectTagging"
  | "DeleteObjectTagging"
  | "CreateMultipartUpload"
  | "UploadPart"
  | "UploadPartCopy"
  | "CompleteMultipartUpload"
  | "AbortMultipartUpload"
  | "ListParts"
  /** Anything else: answered with 405 or 501. */
  | "Unsupported";

export interface Addressed {
  readonly method: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: ReadonlyMap<string, string>;
  readonly isCopy: boolean;
}

/** Parts of the API that are not served; asked for, they must not be taken for the plain operation. */
const OTHER_SUBRESOURCES = [
  ..."accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging metrics notification object-lock".split(
    " ",
  ),
  ..."ownershipControls policy policyStatus publicAccessBlock replication requestPayment restore retention select tagging torrent website".split(" "),
];

/** Which operation of the API a request asks for. */
export function operationOf({ method, bucket, key, query, isCopy }: Addressed): Operation {
  if (bucket === undefined) return method === "GET" ? "ListBuckets" : "Unsupported";
  if (key === undefined) return bucketOperation(method, query);
  if (query.has("tagging")) return ({ GET: "GetObjectTagging", PUT: "PutObjectTagging", DELETE: "DeleteObjectTagging" } as const)[method] ?? "Unsupported";
  if (OTHER_SUBRESOURCES.some((name) => query.has(name))) return "Unsupported";
  const inUpload = query.has("uploadId");
  switch (method) {
    case "GET":
      return inUpload ? "ListParts" : "GetObject";
    case "HEAD":
      return "HeadObject";
    case "PUT":
      if (inUpload) return isCopy ? "UploadPartCopy" : "UploadPart";
      return isCopy ? "CopyObject" : "PutObject";
    case "POST":
      if (query.has("uploads")) return "CreateMultipartUpload";
      return inUpload ? "CompleteMultipartUpload" : "Unsupported";
    case "DELETE":
      return inUpload ? "AbortMultipartUpload" : "DeleteObject";
    default:
      return "Unsupported";
  }
}

function bucketOperation(method: string, query: ReadonlyMap<string, string>): Operation {
  if (query.has("location")) return method === "GET" ? "GetBucketLocation" : "Unsupported";
  if (query.has("versioning")) return ({ GET: "GetBucketVersioning", PUT: "PutBucketVersioning" } as const)[method] ?? "Unsupported";
  if (OTHER_SUBRESOURCES.some((name) => query.has(name))) return "Unsupported";
  switch (method) {
    case "GET":
      if (query.has("versions")) return "ListObjectVersions";
      if (query.has("uploads")) return "ListMultipartUploads";
      return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
    case "HEAD":
      return "HeadBucket";
    case "PUT":
      return "CreateBucket";
    case "DELETE":
      return "DeleteBucket";
    case "POST":
      return query.has("delete") ? "DeleteObjects" : "Unsupported";
    default:
      return "Unsupported";
  }
}

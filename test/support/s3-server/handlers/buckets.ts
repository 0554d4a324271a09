import { Bucket } from "../bucket.ts";
import { receiveText } from "../body.ts";
import { S3Error } from "../errors.ts";
import { bucketOf, OWNER, wholeSecond, type Call, type Reply } from "../state.ts";
import { sortByBytes } from "../sorted-keys.ts";
import { childText, element, leaf, parseXml, root, S3_NAMESPACE, XML_DECLARATION, escapeXml } from "../xml.ts";

export function listBuckets({ server, request }: Call): Reply {
  const prefix = request.query.get("prefix") ?? "";
  const names = sortByBytes([...server.buckets.keys()]).filter((name) => name.startsWith(prefix));
  const buckets = names.flatMap((name) => {
    const bucket = server.buckets.get(name);
    return bucket === undefined
      ? []
      : [element("Bucket", leaf("Name", name), leaf("CreationDate", bucket.created.toISOString()), leaf("BucketRegion", bucket.region))];
  });
  return {
    status: 200,
    body: root("ListAllMyBucketsResult", element("Owner", leaf("ID", OWNER.id), leaf("DisplayName", OWNER.name)), element("Buckets", ...buckets)),
  };
}

export async function createBucket({ server, request, payload }: Call): Promise<Reply> {
  const name = request.bucket ?? "";
  if (!/^(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || /^\d+(\.\d+){3}$/.test(name))
    throw new S3Error("InvalidBucketName", { details: { BucketName: name } });
  const text = request.header("content-length") === undefined ? "" : await receiveText(request, payload, server.spool);
  const asked = text === "" ? undefined : childText(parseXml(text, "CreateBucketConfiguration"), "LocationConstraint");
  if (asked !== undefined && asked !== server.region) throw new S3Error("IllegalLocationConstraintException");
  if (server.buckets.has(name)) throw new S3Error("BucketAlreadyOwnedByYou", { details: { BucketName: name } });
  server.buckets.set(name, new Bucket({ name }, server.region, wholeSecond(request.now)));
  return { status: 200, headers: { location: `/${name}` } };
}

export function headBucket(call: Call): Reply {
  return { status: 200, headers: { "x-amz-bucket-region": bucketOf(call).region } };
}

export function deleteBucket(call: Call): Reply {
  const bucket = bucketOf(call);
  if (!bucket.isEmpty) throw new S3Error("BucketNotEmpty", { details: { BucketName: bucket.name } });
  call.server.buckets.delete(bucket.name);
  return { status: 204 };
}

export function getBucketLocation(call: Call): Reply {
  const { region } = bucketOf(call);
  // The oldest region is told by saying nothing.
  return {
    status: 200,
    body: `${XML_DECLARATION}<LocationConstraint xmlns="${S3_NAMESPACE}">${region === "us-east-1" ? "" : escapeXml(region)}</LocationConstraint>`,
  };
}

export function getBucketVersioning(call: Call): Reply {
  return { status: 200, body: root("VersioningConfiguration", leaf("Status", bucketOf(call).versioning)) };
}

export async function putBucketVersioning(call: Call): Promise<Reply> {
  const bucket = bucketOf(call);
  const status = childText(parseXml(await receiveText(call.request, call.payload, call.server.spool), "VersioningConfiguration"), "Status");
  if (status !== "Enabled" && status !== "Suspended") throw new S3Error("MalformedXML");
  bucket.versioning = status;
  return { status: 200 };
}

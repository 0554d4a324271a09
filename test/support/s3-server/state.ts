import type { Authenticator, PayloadSigning } from "./auth.ts";
import { Bucket } from "./bucket.ts";
import type { Content, Spool } from "./content.ts";
import { S3Error } from "./errors.ts";
import type { StoredObject } from "./model.ts";
import type { S3Request } from "./request.ts";

/** Sizes in bytes, so that a test can reach a limit with little data. */
export interface Limits {
  /** Of every part but the last. Default 5 MiB. */
  readonly minPartBytes: number;
  /** Of one PUT, one part, one CopyObject. Default 5 GiB. */
  readonly maxPutBytes: number;
}

export interface ServerState {
  readonly region: string;
  readonly limits: Limits;
  readonly buckets: Map<string, Bucket>;
  readonly authenticator: Authenticator;
  readonly spool: Spool;
  /** As MinIO does: uploads are listed for a whole key only, not for a prefix of one. */
  readonly listsUploadsByExactKey: boolean;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is XML. A content goes out whole; its length is told also where HEAD keeps it back. */
  readonly body?: string | Content;
}

export interface Call {
  readonly server: ServerState;
  readonly request: S3Request;
  readonly payload: PayloadSigning;
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

export const OWNER = { id: "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", name: "tidemark" };

/** @throws S3Error `NoSuchBucket` */
export function bucketOf({ server, request }: Call, name = request.bucket): Bucket {
  const bucket = server.buckets.get(name ?? "");
  if (bucket === undefined) throw new S3Error("NoSuchBucket", { details: { BucketName: name ?? "" } });
  return bucket;
}

/** The key of an operation that has one; the routing sees to it. */
export function keyOf({ request }: Call): string {
  if (request.key === undefined) throw new Error(`${request.operation} without a key`);
  return request.key;
}

/**
 * The object a reader asked for.
 * @throws S3Error `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` where the version is a delete marker
 */
export function findObject(bucket: Bucket, key: string, versionId: string | undefined): StoredObject {
  const found = versionId === undefined ? bucket.newest(key) : bucket.version(key, versionId);
  if (found === undefined)
    throw versionId === undefined
      ? new S3Error("NoSuchKey", { details: { Key: key } })
      : new S3Error("NoSuchVersion", { details: { Key: key, VersionId: versionId } });
  if (!("deleted" in found)) return found;
  const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": found.versionId };
  if (versionId === undefined) throw new S3Error("NoSuchKey", { details: { Key: key }, headers });
  throw new S3Error("MethodNotAllowed", { details: { Method: "GET", ResourceType: "DeleteMarker" }, headers: { ...headers, allow: "DELETE" } });
}

/** S3 keeps whole seconds. */
export function wholeSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}

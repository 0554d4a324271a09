import type { ObjectHead } from "../../store.ts";
import { encodeKey } from "./addressing.ts";
import { customerKeyHeaders } from "./location-headers.ts";
import type { Scope } from "./scope.ts";
import { quotedEtag } from "./version-pin.ts";

/** What a copy reads from, and under which condition. */
export function copySourceHeaders(from: Scope, key: string, source: ObjectHead): Record<string, string> {
  const { etag, versionId } = source.version;
  return {
    "x-amz-copy-source": `${from.bucket.startsWith("arn:") ? `${encodeKey(from.bucket)}/object/` : `/${from.bucket}/`}${encodeKey(from.root + key)}${versionId === undefined ? "" : `?versionId=${encodeURIComponent(versionId)}`}`,
    ...(etag === undefined || etag === "" ? {} : { "x-amz-copy-source-if-match": quotedEtag(etag) }),
    ...customerKeyHeaders(from.client.location, true),
  };
}

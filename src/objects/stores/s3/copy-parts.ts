import type { CopyOptions, ObjectHead, ObjectProperties, WriteResult } from "../../store.ts";
import { copySourceHeaders } from "./copy-source.ts";
import { explain, sourceChanged } from "./errors.ts";
import { S3Failure } from "./failure.ts";
import { customerKeyHeaders, writeEncryptionHeaders } from "./location-headers.ts";
import { type PartPlan, partSizeFor, planParts, runParts } from "./part-pool.ts";
import { markHeaders, propertyHeaders, storageClassName } from "./properties.ts";
import { mustBeResult } from "./result-body.ts";
import type { Scope } from "./scope.ts";
import { readTags } from "./tags.ts";
import { asUpload, type UploadedPart } from "./upload.ts";
import { bareEtag } from "./version-pin.ts";
import { xmlText } from "./xml.ts";

/** Copies past CopyObject's limit: parts in parallel, and all that a part copy leaves behind (metadata, headers, tags) by hand. */
export async function copyInParts(to: Scope, from: Scope, key: string, source: ObjectHead, options: CopyOptions): Promise<WriteResult> {
  const { size } = options;
  const partSize = partSizeFor(size, to.limits.copyPartSize);
  const properties = await (options.properties === undefined ? allOf(from, key, source, options.signal) : options.properties(source));
  const headers: Record<string, string> = {
    ...propertyHeaders(properties),
    ...writeEncryptionHeaders(to.client.location),
    ...markHeaders(options.sourceEtag, partSize),
  };
  const storageClass = storageClassName(options.storageClass);
  if (storageClass !== undefined) headers["x-amz-storage-class"] = storageClass;
  const version = await asUpload(to, key, headers, size, options, (uploadId) =>
    runParts(planParts(size, partSize), options.slots, options.signal, (part, signal) => copyPart(to, from, key, uploadId, part, source, options, signal)),
  );
  return { version };
}

/** Everything but the storage class, as CopyObject keeps it. */
async function allOf(from: Scope, key: string, { properties, version }: ObjectHead, signal: AbortSignal): Promise<ObjectProperties> {
  const tags = properties.tags ?? (await readTags(from, key, version, signal));
  return { ...properties, tags, storageClass: undefined };
}

async function copyPart(
  to: Scope,
  from: Scope,
  key: string,
  uploadId: string,
  part: PartPlan,
  source: ObjectHead,
  options: CopyOptions,
  signal: AbortSignal,
): Promise<UploadedPart> {
  try {
    const answer = await to.client.send({
      method: "PUT",
      key: to.root + key,
      query: { partNumber: String(part.number), uploadId },
      headers: {
        ...copySourceHeaders(from, key, source),
        ...customerKeyHeaders(to.client.location),
        "x-amz-copy-source-range": `bytes=${part.start}-${part.end}`,
        "content-length": "0",
      },
      allow: [412],
      patient: true,
      inspect: mustBeResult("CopyPartResult"),
      slots: options.slots,
      context: to.context,
      signal,
    });
    if (answer.status === 412) throw sourceChanged(from, key, "its content has another ETag");
    to.context.emit({ type: "transferred", key, bytes: part.end - part.start + 1 });
    return { number: part.number, etag: bareEtag(xmlText(answer.body.toString("utf8"), "ETag")) };
  } catch (error) {
    throw error instanceof S3Failure ? explain(to, error, key, "copy") : error;
  }
}

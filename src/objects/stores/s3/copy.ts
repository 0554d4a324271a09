import { ItemError } from "../../../core/errors.ts";
import type { CopyOptions, ObjectHead, WriteResult } from "../../store.ts";
import { failureOf, type S3Answer } from "./client.ts";
import { conditionHeaders } from "./conditions.ts";
import { learnFrom, refusesExisting } from "./copy-condition.ts";
import { copyInParts } from "./copy-parts.ts";
import { copySourceHeaders } from "./copy-source.ts";
import { cancelled, destinationChanged, explain, sourceChanged, sourceGone } from "./errors.ts";
import { S3Failure } from "./failure.ts";
import { writeEncryptionHeaders } from "./location-headers.ts";
import { expectBefore, lookForOurs } from "./look.ts";
import { propertyHeaders, storageClassName } from "./properties.ts";
import { headAnswer } from "./read.ts";
import { mustBeResult } from "./result-body.ts";
import { nameOf, type Scope } from "./scope.ts";
import { bareEtag, md5Etag, versionDifference } from "./version-pin.ts";
import { xmlText } from "./xml.ts";

/** Whether the server of one can read the other's objects by itself. */
export function canCopyBetween(to: Scope, from: Scope): boolean {
  const a = to.client.location;
  const b = from.client.location;
  return a.endpoint === b.endpoint && sameIdentity(to, from) && (b.encryption?.kind === "customer") === (a.encryption?.kind === "customer");
}

function sameIdentity(to: Scope, from: Scope): boolean {
  const a = to.client.location.credentials;
  const b = from.client.location.credentials;
  if (a === b) return true;
  if (a.kind === "static" && b.kind === "static")
    return (
      a.accessKeyId === b.accessKeyId && a.secretAccessKey.reveal() === b.secretAccessKey.reveal() && a.sessionToken?.reveal() === b.sessionToken?.reveal()
    );
  if (a.kind === "profile" && b.kind === "profile") return a.profile === b.profile;
  if (a.kind === "assumeRole" && b.kind === "assumeRole") return a.roleArn === b.roleArn && a.externalId === b.externalId;
  return a.kind === b.kind && a.kind === "chain";
}

/** Copies on the server, from the pinned source version, under the destination's expectation. */
export async function copyObject(to: Scope, from: Scope, key: string, options: CopyOptions): Promise<WriteResult> {
  const { signal, version } = options;
  if (signal.aborted) throw cancelled(to, key, signal.reason);
  const source = await headAnswer(from, key, signal);
  if (source === undefined) throw sourceGone(from, key);
  const difference = versionDifference(version, source.head.version);
  if (difference !== undefined) throw sourceChanged(from, key, difference);
  const inParts = options.size > to.limits.copyPartsAbove;
  if (inParts || options.expect.kind === "version" || !refusesExisting(to)) await expectBefore(to, key, options.expect, signal);
  if (inParts) return copyInParts(to, from, key, source.head, options);
  return copyWhole(to, from, key, source, options);
}

interface Source {
  readonly head: ObjectHead;
  readonly headers: Readonly<Record<string, string>>;
}

async function copyWhole(to: Scope, from: Scope, key: string, source: Source, options: CopyOptions): Promise<WriteResult> {
  const { signal } = options;
  const headers: Record<string, string> = {
    ...copySourceHeaders(from, key, source.head),
    ...writeEncryptionHeaders(to.client.location),
    ...conditionHeaders(options.expect),
    "content-length": "0",
  };
  if (options.properties === undefined) headers["x-amz-metadata-directive"] = "COPY";
  else {
    const properties = await options.properties(source.head);
    Object.assign(headers, propertyHeaders(properties));
    headers["x-amz-metadata-directive"] = "REPLACE";
    if (properties.tags !== undefined) headers["x-amz-tagging-directive"] = "REPLACE";
  }
  const storageClass = storageClassName(options.storageClass);
  if (storageClass !== undefined) headers["x-amz-storage-class"] = storageClass;

  const since = Date.now();
  const expected = md5Etag(source.head.version.etag ?? "", source.headers);
  const send = (): Promise<S3Answer> =>
    to.client.send({
      method: "PUT",
      key: to.root + key,
      headers,
      allow: [404, 409, 412],
      patient: true,
      inspect: mustBeResult("CopyObjectResult"),
      slots: options.slots,
      context: to.context,
      signal,
    });
  let answer: S3Answer;
  try {
    answer = await send();
    if (options.expect.kind === "absent") answer = await learnFrom(to, answer, send);
  } catch (error) {
    const lost = error instanceof S3Failure ? error.maybeApplied : signal.aborted;
    const found = lost ? await lookForOurs(to, key, { size: options.size, md5: expected }, since, error, signal) : undefined;
    if (found !== undefined) return { version: found };
    if (signal.aborted) throw cancelled(to, key, error);
    throw error instanceof S3Failure ? explain(to, error, key, "copy") : error;
  }
  if (answer.status >= 300) return refusedCopy(to, from, key, answer, { size: options.size, md5: expected }, since, options);

  const document = answer.body.toString("utf8");
  const etag = bareEtag(xmlText(document, "ETag") ?? "");
  const claimed = md5Etag(etag, answer.headers);
  if (options.verify !== "none" && expected !== undefined && claimed !== undefined && claimed !== expected) {
    throw new ItemError("failed", "INTEGRITY_MISMATCH", `${nameOf(to, key)}: the server's copy has ETag ${etag} instead of ${expected}.`, {
      hint: "Apply again; where it stays, look at the object on the source.",
    });
  }
  const modified = xmlText(document, "LastModified");
  const versionId = answer.headers["x-amz-version-id"];
  return {
    version: {
      size: options.size,
      etag,
      ...(modified === undefined ? {} : { modified }),
      ...(versionId === undefined || versionId === "null" ? {} : { versionId }),
    },
  };
}

async function refusedCopy(
  to: Scope,
  from: Scope,
  key: string,
  answer: S3Answer,
  sent: { readonly size: number; readonly md5: string | undefined },
  since: number,
  options: CopyOptions,
): Promise<WriteResult> {
  const failure = failureOf(answer);
  if (failure.code === "NoSuchBucket" || (answer.status === 409 && failure.code !== "ConditionalRequestConflict")) throw explain(to, failure, key, "copy");
  if (answer.maybeApplied) {
    const found = await lookForOurs(to, key, sent, since, failure, options.signal);
    if (found !== undefined) return { version: found };
  }
  // One status stands for both ends' conditions: a look at the source tells which.
  const source = (await headAnswer(from, key, options.signal))?.head;
  if (source === undefined) throw sourceGone(from, key);
  const difference = versionDifference(options.version, source.version);
  throw difference === undefined ? destinationChanged(to, key, "the store refused the condition") : sourceChanged(from, key, difference);
}

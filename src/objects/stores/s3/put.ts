import { ItemError } from "../../../core/errors.ts";
import type { BodySource, ObjectProperties, WriteOptions, WriteResult } from "../../store.ts";
import { failureOf, type S3Answer } from "./client.ts";
import { conditionHeaders, enforced } from "./conditions.ts";
import { cancelled, destinationChanged, explain } from "./errors.ts";
import { isCutOff, S3Failure } from "./failure.ts";
import { integrityMismatch, verifyStored } from "./integrity.ts";
import { writeEncryptionHeaders } from "./location-headers.ts";
import { expectBefore, lookForOurs } from "./look.ts";
import { writeInParts } from "./multipart.ts";
import { learnsChecksums, Outgoing } from "./outgoing.ts";
import { propertyHeaders } from "./properties.ts";
import type { Scope } from "./scope.ts";
import { WHOLE_LIMIT } from "./transport.ts";
import { bareEtag } from "./version-pin.ts";

/** How often an object is sent again because what arrived, or what was read, was not what was meant. */
const SEND_ATTEMPTS = 3;

/** Writes one object, all or nothing, under its expectation. Large ones go up in parts. */
export async function writeObject(scope: Scope, key: string, source: BodySource, options: WriteOptions): Promise<WriteResult> {
  if (options.signal.aborted) throw cancelled(scope, key, options.signal.reason);
  if (source.size > scope.limits.multipartAbove) return writeInParts(scope, key, source, options);
  // An early refusal would come while a large body is still on its way, and be lost with the connection.
  if (options.expect.kind === "version" || source.size > WHOLE_LIMIT || !(await enforced(scope, options.signal)).putIfAbsent) {
    await expectBefore(scope, key, options.expect, options.signal);
  }
  let ours: string | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      const sent = await putOnce(scope, key, source, options, ours);
      if (sent.wrongEtag === undefined) {
        await verifyStored(scope, key, sent, source, options);
        return { version: sent.version };
      }
      ours = sent.wrongEtag;
      if (attempt >= SEND_ATTEMPTS) throw integrityMismatch(scope, key, attempt);
      scope.context.emit({ type: "retry", key, attempt, code: "INTEGRITY_MISMATCH", delayMs: 0 });
    } catch (error) {
      if (learnsChecksums(scope, error instanceof ItemError ? error.cause : error)) continue;
      if (!isCutOff(error) || attempt >= SEND_ATTEMPTS) throw error;
      scope.context.emit({ type: "retry", key, attempt, code: "BODY_TRUNCATED", delayMs: 0 });
    }
  }
}

interface Sent extends WriteResult {
  readonly size: number;
  readonly md5: string | undefined;
  /** The store says it holds something else than was sent; this is its ETag. */
  readonly wrongEtag: string | undefined;
}

/** One PUT, and what is asked of it afterwards. */
interface Attempt {
  readonly scope: Scope;
  readonly key: string;
  readonly size: number;
  readonly outgoing: Outgoing;
  readonly since: number;
  readonly signal: AbortSignal;
  /** Whether an object there may be ours although no answer said so. */
  readonly mayBeOurs: boolean;
}

/** @param ours ETag of a damaged object of ours, to be written over */
async function putOnce(scope: Scope, key: string, source: BodySource, options: WriteOptions, ours: string | undefined): Promise<Sent> {
  const { signal } = options;
  const opened = await source.open(undefined, signal);
  const { size } = opened;
  const outgoing = Outgoing.of(scope, opened, () => source.open(undefined, signal), options.verify);
  try {
    return await sendOnce(
      { scope, key, size, outgoing, since: Date.now(), signal, mayBeOurs: ours !== undefined },
      await source.properties(opened),
      options,
      ours,
    );
  } finally {
    outgoing.discard();
  }
}

async function sendOnce(attempt: Attempt, properties: ObjectProperties, options: WriteOptions, ours: string | undefined): Promise<Sent> {
  const { scope, key, size, outgoing, signal } = attempt;
  const headers = {
    ...joined(propertyHeaders(properties), outgoing.headers),
    ...writeEncryptionHeaders(scope.client.location),
    ...conditionHeaders(options.expect, ours),
  };
  let answer: S3Answer;
  try {
    answer = await scope.client.send({
      method: "PUT",
      key: scope.root + key,
      headers,
      body: outgoing.body,
      allow: [404, 409, 412],
      slots: options.slots,
      context: scope.context,
      signal,
    });
  } catch (error) {
    return await afterLoss(attempt, error);
  }
  if (answer.status >= 300) return await refusedCondition(attempt, answer);
  const etag = bareEtag(answer.headers["etag"]);
  const wrongEtag = options.verify !== "none" && outgoing.differsFrom(answer.headers) ? etag : undefined;
  const versionId = answer.headers["x-amz-version-id"];
  return { version: { size, etag, ...(versionId === undefined || versionId === "null" ? {} : { versionId }) }, size, md5: outgoing.md5, wrongEtag };
}

/** An encoding of the content's own stays beside the one of its way there. */
function joined(properties: Record<string, string>, body: Readonly<Record<string, string>>): Record<string, string> {
  const [own, way] = [properties["content-encoding"], body["content-encoding"]];
  return { ...properties, ...body, ...(own !== undefined && way !== undefined ? { "content-encoding": `${way},${own}` } : {}) };
}

/** A 412 (or 404, 409) is a change by somebody else only where it cannot be our own write, whose answer was lost. */
async function refusedCondition(attempt: Attempt, answer: S3Answer): Promise<Sent> {
  const { scope, key } = attempt;
  const failure = failureOf(answer);
  if (answer.status === 404 && failure.code !== "NoSuchKey") throw explain(scope, failure, key, "write");
  if (answer.status === 409 && failure.code !== "ConditionalRequestConflict") throw explain(scope, failure, key, "write");
  const found = answer.maybeApplied || attempt.mayBeOurs ? await look(attempt, failure) : undefined;
  if (found !== undefined) return found;
  throw destinationChanged(
    scope,
    key,
    answer.status === 412 ? "the store refused the condition" : answer.status === 404 ? "it is gone" : "somebody else is writing it",
  );
}

async function afterLoss(attempt: Attempt, error: unknown): Promise<Sent> {
  const { scope, key, signal } = attempt;
  // An ItemError is the source's: the body did not even leave whole.
  const lost = error instanceof S3Failure ? error.maybeApplied : signal.aborted && !(error instanceof ItemError);
  const found = lost ? await look(attempt, error) : undefined;
  if (found !== undefined) return found;
  if (signal.aborted) throw cancelled(scope, key, error);
  throw error instanceof S3Failure ? explain(scope, error, key, "write") : error;
}

async function look({ scope, key, size, outgoing, since, signal }: Attempt, cause: unknown): Promise<Sent | undefined> {
  const version = await lookForOurs(scope, key, { size, md5: outgoing.md5 }, since, cause, signal);
  return version && { version, size, md5: outgoing.md5, wrongEtag: undefined };
}

import { randomUUID } from "node:crypto";
import type { Conditions, Expectation } from "../../store.ts";
import type { S3Client } from "./client.ts";
import { S3Failure } from "./failure.ts";
import type { Scope } from "./scope.ts";
import { quotedEtag } from "./version-pin.ts";

/** @param ours ETag of a damaged object of ours, which is to be written over whatever was expected before */
export function conditionHeaders(expect: Expectation, ours?: string): Record<string, string> {
  if (ours !== undefined) return { "if-match": quotedEtag(ours) };
  if (expect.kind === "absent") return { "if-none-match": "*" };
  const { etag } = expect.version;
  return etag === undefined || etag === "" ? {} : { "if-match": quotedEtag(etag) };
}

const probes = new WeakMap<S3Client, Promise<Conditions>>();

/** Which conditions the endpoint enforces: asked once, when first needed. */
export function enforced(scope: Scope, signal: AbortSignal): Promise<Conditions> {
  const { client } = scope;
  let probe = probes.get(client);
  if (probe === undefined) {
    probe = runProbe(scope, signal);
    probes.set(client, probe);
    probe.catch(() => probes.delete(client));
  }
  return probe;
}

/**
 * A PUT with `If-Match` on a key that does not exist: who reads conditions says 412 or 404, and
 * nothing was written. Who overlooks them writes an empty object, which is taken away again with its
 * version. `If-None-Match` cannot be tried so; who reads the one on a PUT reads the other.
 *
 * Copies and deletes cannot be tried without leaving something: their conditions are sent all the
 * same, and looked at just before.
 */
async function runProbe(scope: Scope, signal: AbortSignal): Promise<Conditions> {
  const put = await putIsConditional(scope, signal);
  return { putIfAbsent: put, putIfMatch: put, copyIfAbsent: false, copySourceIfMatch: false, deleteIfMatch: false };
}

async function putIsConditional(scope: Scope, signal: AbortSignal): Promise<boolean> {
  const key = `${scope.root}tidemark-probe-${randomUUID()}`;
  const { context, client } = scope;
  try {
    const answer = await client.send({
      method: "PUT",
      key,
      headers: { "if-match": quotedEtag("00000000000000000000000000000000"), "content-length": "0" },
      allow: [404, 412],
      context,
      signal,
    });
    if (answer.status === 412) return true;
    if (answer.status === 404) return answer.body.includes("<Code>NoSuchKey</Code>");
    const versionId = answer.headers["x-amz-version-id"];
    await client.send({ method: "DELETE", key, query: versionId === undefined ? undefined : { versionId }, allow: [404], context, signal });
    return false;
  } catch (error) {
    // Whatever keeps us from asking is told by the write that needs it.
    if (error instanceof S3Failure) return false;
    throw error;
  }
}

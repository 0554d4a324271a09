import { randomUUID } from "node:crypto";
import { TidemarkError } from "../../../core/errors.ts";
import type { StoreCheck } from "../../store.ts";
import type { S3Answer } from "./client.ts";
import { enforced } from "./conditions.ts";
import { explain } from "./errors.ts";
import { S3Failure } from "./failure.ts";
import { scanPage } from "./list-scanner.ts";
import { customerKeyHeaders, writeEncryptionHeaders } from "./location-headers.ts";
import type { Scope } from "./scope.ts";
import { abortUpload } from "./upload.ts";
import { uploadsOf } from "./upload-list.ts";
import { xmlText } from "./xml.ts";

/** A person waits for the answer. */
const ATTEMPTS = 3;
/** S3 refuses requests that are further off than 15 minutes. */
const CLOCK_WARN_MS = 60_000;

/** Looks at all that a run needs of a bucket. Leaves nothing there: no object, no version, no delete marker, no upload. */
export async function* checkStore(scope: Scope, access: "read" | "write", signal: AbortSignal): AsyncGenerator<StoreCheck> {
  const place = scope.display;
  let firstKey: string | undefined;
  try {
    const answer = await scope.client.send({
      method: "GET",
      query: { "list-type": "2", "encoding-type": "url", "max-keys": "1", prefix: scope.root },
      attempts: ATTEMPTS,
      context: scope.context,
      signal,
    });
    firstKey = scanPage(answer.body.toString("utf8")).entries[0]?.key;
    yield pass("REACH", `${place} answers.`);
    yield pass("CREDENTIALS", scope.client.credentials.anonymous ? "Nobody signs in: the requests are anonymous." : "The credentials are accepted.");
    yield pass("LIST", `${place} can be listed.`);
    yield clock(answer);
  } catch (error) {
    const said = say(scope, error, "list");
    if (said.code === "CREDENTIALS_REJECTED" || said.code === "CREDENTIALS_MISSING" || said.code === "CLOCK_SKEWED") {
      yield fail("CREDENTIALS", said);
      return;
    }
    if (said.code !== "ACCESS_DENIED") {
      yield fail("REACH", said);
      return;
    }
    yield pass("REACH", `${place} answers.`);
    yield fail("LIST", said);
  }
  yield await read(scope, firstKey, signal);
  if (access === "read") return;
  yield await write(scope, signal);
  yield await conditions(scope, signal);
  yield* versioning(scope, signal);
}

function clock({ headers }: S3Answer): StoreCheck {
  const offMs = Date.parse(headers["date"] ?? "") - Date.now();
  if (Number.isNaN(offMs) || Math.abs(offMs) < CLOCK_WARN_MS) return pass("CLOCK", "The clocks agree.");
  return {
    code: "CLOCK",
    status: "pass",
    message: `This machine's clock and the server's are ${Math.round(Math.abs(offMs) / 1000)} s apart; requests are dated by the server's.`,
    hint: "Set this machine's clock: `modifiedAfter` and `ifNewer` go by it.",
  };
}

async function read(scope: Scope, firstKey: string | undefined, signal: AbortSignal): Promise<StoreCheck> {
  try {
    await scope.client.send({
      method: "HEAD",
      key: firstKey ?? `${scope.root}tidemark-probe-${randomUUID()}`,
      headers: customerKeyHeaders(scope.client.location),
      allow: [404],
      attempts: ATTEMPTS,
      context: scope.context,
      signal,
    });
    return pass("READ", `Objects of ${scope.display} can be read.`);
  } catch (error) {
    return fail("READ", say(scope, error, "read"));
  }
}

async function write(scope: Scope, signal: AbortSignal): Promise<StoreCheck> {
  // Always the same key: what a check that was killed left behind can be found, also where a server lists uploads by exact key only.
  const key = `${scope.root}tidemark-probe`;
  try {
    const answer = await scope.client.send({
      method: "POST",
      key,
      query: { uploads: "" },
      headers: { ...writeEncryptionHeaders(scope.client.location), "content-length": "0" },
      attempts: ATTEMPTS,
      context: scope.context,
      signal,
    });
    const uploadId = xmlText(answer.body.toString("utf8"), "UploadId");
    if (uploadId !== undefined && !(await abortUpload(scope, key, uploadId, signal))) {
      return fail(
        "WRITE",
        new TidemarkError("WRITE", `${scope.display}: an upload could be begun and not aborted.`, {
          hint: `Grant s3:AbortMultipartUpload to the credentials of location ${scope.client.location.name}.`,
        }),
      );
    }
    await abortLeftovers(scope, key, signal);
    return pass("WRITE", `Objects of ${scope.display} can be written.`);
  } catch (error) {
    const said = say(scope, error, "write");
    if (said.code === "NOT_SUPPORTED")
      return {
        code: "WRITE",
        status: "pass",
        message: `${scope.display} knows no multipart uploads, so writing cannot be tried without leaving something.`,
        hint: undefined,
      };
    return fail("WRITE", said);
  }
}

/** Another check's probe may be among them: it does not need it any more than we do. */
async function abortLeftovers(scope: Scope, key: string, signal: AbortSignal): Promise<void> {
  try {
    for (const { id } of await uploadsOf(scope, key, 0, signal)) await abortUpload(scope, key, id, signal);
  } catch {
    // Listing uploads is a permission of its own, and only tidying up needs it.
  }
}

async function conditions(scope: Scope, signal: AbortSignal): Promise<StoreCheck> {
  const held = await enforced(scope, signal);
  const open = [
    ...(held.putIfAbsent && held.putIfMatch ? [] : ["writes"]),
    ...(held.copyIfAbsent ? [] : ["server-side copies"]),
    ...(held.deleteIfMatch ? [] : ["deletions"]),
  ];
  if (open.length === 0) return pass("CONDITIONS", "The server enforces every condition.");
  return pass("CONDITIONS", `Before ${open.join(", ")} the destination is looked at, since the server may not enforce their conditions by itself.`);
}

async function* versioning(scope: Scope, signal: AbortSignal): AsyncGenerator<StoreCheck> {
  try {
    const answer = await scope.client.send({ method: "GET", query: { versioning: "" }, attempts: 1, context: scope.context, signal });
    const status = xmlText(answer.body.toString("utf8"), "Status");
    yield pass(
      "VERSIONING",
      status === "Enabled"
        ? "The bucket keeps versions: what is overwritten or deleted can be had back."
        : "The bucket keeps no versions: what is overwritten or deleted is gone.",
    );
  } catch (error) {
    // Only said for information: nothing depends on the permission to ask.
    if (!(error instanceof S3Failure)) throw error;
  }
}

function pass(code: string, message: string): StoreCheck {
  return { code, status: "pass", message, hint: undefined };
}

function fail(code: string, said: TidemarkError): StoreCheck {
  return { code, status: "fail", message: `${said.message} [${said.code}]`, hint: said.hint };
}

function say(scope: Scope, error: unknown, deed: "list" | "read" | "write"): TidemarkError {
  if (error instanceof S3Failure) return explain(scope, error, undefined, deed);
  if (error instanceof TidemarkError) return error;
  throw error;
}

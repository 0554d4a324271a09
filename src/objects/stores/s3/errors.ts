import { ItemError, TidemarkError } from "../../../core/errors.ts";
import { isThrottle, type S3Failure } from "./failure.ts";
import { nameOf, type Scope } from "./scope.ts";

interface Explanation {
  readonly fate: "failed" | "refused";
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

type Deed = "list" | "read" | "write" | "delete" | "copy" | "reach";

const PERMISSIONS: Readonly<Record<Deed, string>> = {
  list: "s3:ListBucket",
  read: "s3:GetObject",
  write: "s3:PutObject",
  delete: "s3:DeleteObject",
  copy: "s3:GetObject on the source and s3:PutObject on the destination",
  reach: "s3:ListBucket",
};

/**
 * Says a failed request so that the user knows what to do.
 *
 * @param key beneath the store's root; undefined where it is about the whole place: then not an ItemError
 */
export function explain(scope: Scope, failure: S3Failure, key: string | undefined, deed: Deed): TidemarkError {
  const said = explanation(scope, failure, key, deed);
  const message = sentence(said.message, failure.requestId);
  const options = { hint: said.hint, cause: failure };
  return key === undefined ? new TidemarkError(said.code, message, options) : new ItemError(said.fate, said.code, message, options);
}

/** What the server said stands in ours, and may end as a sentence of its own. */
function sentence(said: string, requestId: string | undefined): string {
  const whole = said.replace(/\.\)\.$/, ").");
  return requestId === undefined ? whole : `${whole.replace(/\.$/, "")} (request ${requestId}).`;
}

function explanation(scope: Scope, failure: S3Failure, key: string | undefined, deed: Deed): Explanation {
  const what = key === undefined ? scope.display : nameOf(scope, key);
  const { location } = scope.client;
  const failed = (code: string, message: string, hint: string): Explanation => ({ fate: "failed", code, message, hint });
  const refused = (code: string, message: string, hint: string): Explanation => ({ fate: "refused", code, message, hint });
  switch (failure.code) {
    case "NoSuchBucket":
      return failed(
        "NO_SUCH_BUCKET",
        `There is no bucket ${scope.bucket} at ${scope.display}.`,
        `Create it, or correct bucket and region of location ${location.name}.`,
      );
    case "InvalidAccessKeyId":
    case "SignatureDoesNotMatch":
    case "InvalidToken":
    case "ExpiredToken":
    case "InvalidSecurity":
    case "InvalidClientTokenId":
    case "XAdminUserNotFound":
      return failed(
        "CREDENTIALS_REJECTED",
        `${what}: the server does not accept the credentials of location ${location.name} (${failure.code}: ${failure.message}).`,
        credentialsHint(failure.code),
      );
    case "RequestTimeTooSkewed":
      return failed("CLOCK_SKEWED", `${what}: the clock of this machine and the server's differ too much.`, "Set this machine's clock.");
    case "AccessDenied":
    case "AllAccessDisabled":
    case "AccountProblem":
    case "HTTP_403":
    case "HTTP_401":
    case "UnauthorizedAccess":
      return refused(
        "ACCESS_DENIED",
        `${what}: the server does not let us ${deed} here (${failure.message}).`,
        `Grant ${PERMISSIONS[deed]} to the credentials of location ${location.name}${key === undefined ? "" : ", and see whether a bucket policy or object lock forbids it"}.`,
      );
    case "InvalidObjectState":
      return refused("OBJECT_ARCHIVED", `${what} is in an archive and cannot be read.`, "Restore it first.");
    case "InvalidStorageClass":
      return refused(
        "STORAGE_CLASS_REFUSED",
        `${what}: the store does not know the storage class that was asked for.`,
        "Set `storageClass` to one that this store has, or leave it out.",
      );
    case "KeyTooLongError":
    case "KeyTooLong":
    case "InvalidObjectName":
    case "XMinioInvalidObjectName":
    case "XMinioInvalidResourceName":
    case "InvalidURI":
      return refused("KEY_REFUSED", `${what}: the store cannot hold an object of that name (${failure.message}).`, "Rename it, or exclude it from the sync.");
    case "ObjectParentIsFile":
    case "XMinioParentIsObject":
    case "ExistingObjectIsDirectory":
    case "XMinioObjectExistsAsDirectory":
    case "DirectoryObjectContainsData":
      return refused(
        "KEY_REFUSED",
        `${what}: the store keeps objects as files, and there another object is in its way (${failure.message}).`,
        "Exclude one of the two, or use a store whose keys are independent.",
      );
    case "EntityTooLarge":
      return refused("OBJECT_TOO_LARGE", `${what} is larger than the store takes (${failure.message}).`, "Exclude it, or raise the store's limit.");
    case "MetadataTooLarge":
      return refused("METADATA_TOO_LARGE", `${what} has more metadata than the store takes.`, "S3 takes 2 KB; leave metadata out of `preserve` for it.");
    case "InvalidTag":
    case "BadRequest":
      return refused("TAGS_REFUSED", `${what}: the store does not take its tags (${failure.message}).`, "Leave tags out of `preserve`.");
    case "QuotaExceeded":
    case "XMinioStorageFull":
    case "XMinioAdminBucketQuotaExceeded":
    case "InsufficientStorage":
    case "NoSpaceLeftOnDevice":
    case "HTTP_507":
      return failed("STORE_FULL", `${what}: the store has no room left.`, "Make room there, then apply again.");
    case "NotImplemented":
    case "MethodNotAllowed":
      return refused("NOT_SUPPORTED", `${what}: the store cannot do that (${failure.message}).`, "See the store's documentation.");
    case "BODY_TRUNCATED":
      return failed("BODY_TRUNCATED", `${what}: ${failure.message}, again and again.`, "The connection or the server cuts bodies off; apply again.");
    default:
  }
  if (isThrottle(failure))
    return failed(
      "THROTTLED",
      `${what}: the server asked to slow down until attempts ran out (${failure.code}).`,
      "Apply again, with a lower `concurrency` or a `rate`.",
    );
  if (failure.status === 301 || failure.status === 307)
    return failed(
      "WRONG_REGION",
      `Bucket ${scope.bucket} is in another region, and the server does not say which.`,
      `Set the region of location ${location.name}.`,
    );
  if (failure.status === 0)
    return failed(
      unreachableCode(failure.code),
      `${what}: ${location.endpoint ?? "the server"} could not be talked to (${failure.code}: ${failure.message}).`,
      unreachableHint(failure.code, location.name),
    );
  if (failure.status >= 500)
    return failed(
      "SERVER_ERROR",
      `${what}: the server failed (${failure.status} ${failure.code}: ${failure.message}).`,
      "Apply again; where it stays, see the server's log.",
    );
  return failed(
    "REQUEST_FAILED",
    `${what}: the server refused the request (${failure.status} ${failure.code}: ${failure.message}).`,
    "See the store's documentation for this code.",
  );
}

function credentialsHint(code: string): string {
  if (code === "SignatureDoesNotMatch") return "The secret key does not belong to the access key; correct it.";
  if (code === "ExpiredToken") return "Sign in again, or fetch new credentials.";
  return "Correct the access key, and see that it belongs to this server.";
}

function unreachableCode(code: string): string {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "HOST_UNKNOWN";
  return isCertificate(code) ? "CERTIFICATE_REJECTED" : "UNREACHABLE";
}

function isCertificate(code: string): boolean {
  return code.includes("CERT") || code.includes("SIGNED") || code.includes("VERIFY_LEAF") || code.startsWith("ERR_TLS");
}

function unreachableHint(code: string, location: string): string {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `See that the endpoint's host name of location ${location} is right and can be resolved here.`;
  if (isCertificate(code)) return `Name the certificate authority by caFile of location ${location}.`;
  if (code === "ECONNREFUSED") return "Nothing listens there: see that the server runs, and that port and scheme are right.";
  return "See that the server runs and that no firewall is between; raise `timeouts` where it is slow.";
}

/** The stop that a user asked for, as an item's fate. */
export function cancelled(scope: Scope, key: string, cause: unknown): ItemError {
  return new ItemError("cancelled", "CANCELLED", `${nameOf(scope, key)} was not finished: the run was stopped.`, { hint: "Apply again to go on.", cause });
}

export function sourceChanged(scope: Scope, key: string, why: string): ItemError {
  return new ItemError("stale", "SOURCE_CHANGED", `${nameOf(scope, key)} changed since it was reviewed: ${why}.`, { hint: "Plan again." });
}

export function sourceGone(scope: Scope, key: string): ItemError {
  return new ItemError("stale", "SOURCE_GONE", `${nameOf(scope, key)} is gone since it was reviewed.`, { hint: "Plan again." });
}

export function destinationChanged(scope: Scope, key: string, why: string): ItemError {
  return new ItemError("stale", "DESTINATION_CHANGED", `${nameOf(scope, key)} changed since it was reviewed: ${why}.`, { hint: "Plan again." });
}

export function inDoubt(scope: Scope, key: string, cause: unknown): ItemError {
  return new ItemError("inDoubt", "IN_DOUBT", `${nameOf(scope, key)}: the answer was lost, and looking at the destination failed too.`, {
    hint: "Apply again: it looks first.",
    cause,
  });
}

import { ItemError } from "../../../core/errors.ts";

/** A request that did not succeed: what the server said, or how the connection ended. */
export class S3Failure extends Error {
  override readonly name = "S3Failure";
  /** 0 where there was no response. */
  readonly status: number;
  /** S3's own code, or the connection's, e.g. `SlowDown`, `ECONNRESET`. */
  readonly code: string;
  readonly requestId: string | undefined;
  /** Response headers; empty where there was no response. */
  readonly headers: Readonly<Record<string, string>>;
  /** The error document, for the few that carry more than a code. */
  readonly document: string;
  /** An attempt may have taken effect although no success was heard of. */
  maybeApplied = false;

  constructor(
    status: number,
    code: string,
    message: string,
    details: { readonly headers?: Readonly<Record<string, string>>; readonly document?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.status = status;
    this.code = code;
    this.headers = details.headers ?? {};
    this.requestId = this.headers["x-amz-request-id"];
    this.document = details.document ?? "";
  }
}

const THROTTLES = new Set([
  "SlowDown",
  "ServiceUnavailable",
  "Throttling",
  "ThrottlingException",
  "TooManyRequests",
  "RequestLimitExceeded",
  "RequestThrottled",
  "SlowDownRead",
  "SlowDownWrite",
  "TooManyRequestsException",
]);
const PASSING = new Set([
  "RequestTimeout",
  "InternalError",
  "ServerBusy",
  "OperationAborted",
  "IncompleteBody",
  "BadDigest",
  "RequestTimeTooSkewed",
  "BODY_TRUNCATED",
  "BAD_DOCUMENT",
]);
/** The connection never stood, so nothing was sent. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT", "EADDRNOTAVAIL", "EMFILE"]);
const BROKEN = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_INFO",
  "ECONNABORTED",
  "UND_ERR_RESPONSE",
  "HPE_INVALID_CONSTANT",
]);

export function isThrottle(failure: S3Failure): boolean {
  return failure.status === 429 || THROTTLES.has(failure.code) || (failure.status === 503 && failure.code !== "InternalError");
}

/** Whether the same request may well succeed in a moment. */
export function isPassing(failure: S3Failure): boolean {
  if (isThrottle(failure) || PASSING.has(failure.code)) return true;
  if (failure.status === 0) return NOT_SENT.has(failure.code) || BROKEN.has(failure.code);
  return failure.status === 500 || failure.status === 502 || failure.status === 504 || failure.status === 408;
}

/** Whether the server may have done it all the same. */
export function mayHaveApplied(failure: S3Failure): boolean {
  if (failure.status === 0) return !NOT_SENT.has(failure.code);
  return failure.status === 500 || failure.status === 502 || failure.status === 504 || failure.status === 200;
}

/** A body that ended early at its source: opening it again may help. */
export function isCutOff(error: unknown): boolean {
  return error instanceof ItemError && error.fate === "failed" && (error.code === "BODY_TRUNCATED" || error.code === "UNREACHABLE");
}

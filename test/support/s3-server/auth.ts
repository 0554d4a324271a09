import { createHmac, createSecretKey, hash, timingSafeEqual, type KeyObject } from "node:crypto";
import { S3Error } from "./errors.ts";
import { headerText, type S3Request } from "./request.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Must then come with every request. */
  readonly sessionToken: string | undefined;
}

/** What the client signed of the body. */
export type PayloadSigning =
  | { readonly kind: "unsigned" }
  | { readonly kind: "digest"; readonly sha256: string }
  | { readonly kind: "chunked"; readonly trailer: boolean; readonly signer: ChunkSigner | undefined };

export interface Identity {
  readonly anonymous: boolean;
  /** The region the client signed for. */
  readonly region: string | undefined;
  readonly payload: PayloadSigning;
}

interface Claim {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly timestamp: string;
  readonly presigned: boolean;
}

const MAX_SKEW_MILLISECONDS = 15 * 60_000;
const MAX_EXPIRY_SECONDS = 7 * 24 * 3600;
const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/**
 * Verifies AWS Signature Version 4, in the header or in the query of a presigned URL:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
export class Authenticator {
  readonly #credentials: Credentials;
  readonly #keys = new Map<string, KeyObject>();

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /** @throws S3Error as S3 turns away what is not signed as it must be. An anonymous request passes; the caller decides. */
  verify(request: S3Request): Identity {
    const claim = readClaim(request);
    if (claim === undefined) return { anonymous: true, region: undefined, payload: unsignedPayload(request) };
    checkTime(claim, request);
    if (claim.accessKeyId !== this.#credentials.accessKeyId) throw new S3Error("InvalidAccessKeyId", { details: { AWSAccessKeyId: claim.accessKeyId } });
    const token = claim.presigned ? request.query.get("X-Amz-Security-Token") : request.header("x-amz-security-token");
    if (token !== this.#credentials.sessionToken) throw new S3Error("InvalidToken");
    checkSignedHeaders(claim, request);

    const payloadHash = claim.presigned ? (request.header("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD") : request.header("x-amz-content-sha256");
    if (payloadHash === undefined) throw new S3Error("InvalidRequest", { message: "Missing required header for this request: x-amz-content-sha256" });
    const canonical = canonicalRequest(claim, request, payloadHash);
    const stringToSign = ["AWS4-HMAC-SHA256", claim.timestamp, claim.scope, sha256(canonical)].join("\n");
    const key = this.#signingKey(claim.day, claim.region);
    if (!sameText(hmac(key, stringToSign).toString("hex"), claim.signature)) {
      const details = { AWSAccessKeyId: claim.accessKeyId, StringToSign: stringToSign, SignatureProvided: claim.signature, CanonicalRequest: canonical };
      throw new S3Error("SignatureDoesNotMatch", { details });
    }
    const signer = new ChunkSigner(key, claim);
    return { anonymous: false, region: claim.region, payload: payloadSigning(payloadHash, signer) };
  }

  #signingKey(day: string, region: string): KeyObject {
    const name = `${day}/${region}`;
    let key = this.#keys.get(name);
    if (key === undefined) {
      const start: Buffer = Buffer.from(`AWS4${this.#credentials.secretAccessKey}`);
      // Kept as a key object, which costs a sixth of a Buffer at each use.
      key = createSecretKey([day, region, "s3", "aws4_request"].reduce(hmac, start));
      this.#keys.set(name, key);
    }
    return key;
  }
}

/** Follows the chain of signatures through the chunks of one body. */
export class ChunkSigner {
  readonly #key: KeyObject;
  readonly #timestamp: string;
  readonly #scope: string;
  #previous: string;

  constructor(key: KeyObject, { timestamp, scope, signature }: Pick<Claim, "timestamp" | "scope" | "signature">) {
    this.#key = key;
    this.#timestamp = timestamp;
    this.#scope = scope;
    this.#previous = signature;
  }

  /** @throws S3Error `SignatureDoesNotMatch` */
  verifyChunk(digest: string, signature: string): void {
    this.#verify("AWS4-HMAC-SHA256-PAYLOAD", [EMPTY_SHA256, digest], signature);
  }

  /** @param trailer the trailing headers as `name:value\n` */
  verifyTrailer(trailer: string, signature: string): void {
    this.#verify("AWS4-HMAC-SHA256-TRAILER", [sha256(trailer)], signature);
  }

  #verify(kind: string, digests: readonly string[], signature: string): void {
    const expected = hmac(this.#key, [kind, this.#timestamp, this.#scope, this.#previous, ...digests].join("\n")).toString("hex");
    if (!sameText(expected, signature)) throw new S3Error("SignatureDoesNotMatch", { details: { SignatureProvided: signature } });
    this.#previous = signature;
  }
}

function readClaim(request: S3Request): Claim | undefined {
  const header = request.header("authorization");
  if (header !== undefined) return headerClaim(header, request);
  if (request.query.has("X-Amz-Algorithm") || request.query.has("X-Amz-Signature")) return queryClaim(request);
  return undefined;
}

function headerClaim(header: string, request: S3Request): Claim {
  const fields = /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})$/.exec(header);
  if (fields === null) throw new S3Error("AuthorizationHeaderMalformed");
  const [, credential = "", signedHeaders = "", signature = ""] = fields;
  const timestamp = request.header("x-amz-date") ?? basicTimestamp(request.header("date"));
  if (timestamp === undefined) throw new S3Error("AccessDenied", { message: "AWS authentication requires a valid Date or x-amz-date header" });
  return claimOf(credential, signedHeaders, signature, timestamp, false, "AuthorizationHeaderMalformed");
}

function queryClaim({ query }: S3Request): Claim {
  const [algorithm, credential, signedHeaders, signature, timestamp, expires] = [
    "Algorithm",
    "Credential",
    "SignedHeaders",
    "Signature",
    "Date",
    "Expires",
  ].map((name) => query.get(`X-Amz-${name}`));
  if (
    algorithm !== "AWS4-HMAC-SHA256" ||
    credential === undefined ||
    signedHeaders === undefined ||
    signature === undefined ||
    timestamp === undefined ||
    expires === undefined
  ) {
    throw new S3Error("AuthorizationQueryParametersError");
  }
  if (!/^\d+$/.test(expires) || Number(expires) > MAX_EXPIRY_SECONDS) {
    throw new S3Error("AuthorizationQueryParametersError", {
      message: "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    });
  }
  return claimOf(credential, signedHeaders, signature, timestamp, true, "AuthorizationQueryParametersError");
}

function claimOf(
  credential: string,
  signedHeaders: string,
  signature: string,
  timestamp: string,
  presigned: boolean,
  malformed: "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError",
): Claim {
  const [accessKeyId, day, region, service, end, more] = credential.split("/");
  if (accessKeyId === undefined || day === undefined || region === undefined || service !== "s3" || end !== "aws4_request" || more !== undefined)
    throw new S3Error(malformed);
  if (!timestamp.startsWith(day)) throw new S3Error(malformed, { message: "Invalid credential date. Date is not the same as X-Amz-Date." });
  return { accessKeyId, day, region, scope: `${day}/${region}/s3/aws4_request`, signedHeaders: signedHeaders.split(";"), signature, timestamp, presigned };
}

function checkTime(claim: Claim, request: S3Request): void {
  const fields = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.timestamp);
  if (fields === null) throw new S3Error("AccessDenied", { message: "AWS authentication requires a valid Date or x-amz-date header" });
  const [, year, month, date, hour, minute, second] = fields.map(Number);
  const signed = Date.UTC(year ?? 0, (month ?? 1) - 1, date, hour, minute, second);
  const now = request.now.getTime();
  if (claim.presigned) {
    const expires = signed + Number(request.query.get("X-Amz-Expires")) * 1000;
    if (signed - now > MAX_SKEW_MILLISECONDS) throw new S3Error("AccessDenied", { message: "Request is not valid yet" });
    if (now > expires)
      throw new S3Error("AccessDenied", {
        message: "Request has expired",
        details: { Expires: new Date(expires).toISOString(), ServerTime: request.now.toISOString() },
      });
  } else if (Math.abs(signed - now) > MAX_SKEW_MILLISECONDS) {
    const details = { RequestTime: claim.timestamp, ServerTime: request.now.toISOString(), MaxAllowedSkewMilliseconds: String(MAX_SKEW_MILLISECONDS) };
    throw new S3Error("RequestTimeTooSkewed", { details });
  }
}

/** `host` and every x-amz- header must be signed, or anybody on the way could add some. */
function checkSignedHeaders(claim: Claim, { message }: S3Request): void {
  const signed = new Set(claim.signedHeaders);
  const missing = Object.keys(message.headers).filter((name) => (name === "host" || name.startsWith("x-amz-")) && !signed.has(name));
  // A presigned URL tells the hash in no place, so the header that repeats it may stay outside.
  const unsigned = claim.presigned ? missing.filter((name) => name !== "x-amz-content-sha256") : missing;
  if (unsigned.length > 0)
    throw new S3Error("AccessDenied", {
      message: "There were headers present in the request which were not signed",
      details: { HeadersNotSigned: unsigned.join(", ") },
    });
}

function canonicalRequest(claim: Claim, { method, message, path, query }: S3Request, payloadHash: string): string {
  const pairs: string[] = [];
  for (const [name, value] of query) if (name !== "X-Amz-Signature") pairs.push(`${encodeStrictly(name)}=${encodeStrictly(value)}`);
  const headers = claim.signedHeaders.map((name) => {
    const value = message.headers[name];
    return `${name}:${headerText(Array.isArray(value) ? value.join(",") : (value ?? ""))
      .trim()
      .replace(/ {2,}/g, " ")}\n`;
  });
  return [method, encodeStrictly(path).replaceAll("%2F", "/"), pairs.sort().join("&"), headers.join(""), claim.signedHeaders.join(";"), payloadHash].join("\n");
}

/** All but the unreserved characters of RFC 3986. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function payloadSigning(contentSha256: string, signer: ChunkSigner): PayloadSigning {
  switch (contentSha256) {
    case "UNSIGNED-PAYLOAD":
      return { kind: "unsigned" };
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return { kind: "chunked", trailer: true, signer: undefined };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
      return { kind: "chunked", trailer: false, signer };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return { kind: "chunked", trailer: true, signer };
    default:
      if (/^[0-9a-f]{64}$/.test(contentSha256)) return { kind: "digest", sha256: contentSha256 };
      throw new S3Error("InvalidArgument", { message: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-*, or a valid sha256 value." });
  }
}

function unsignedPayload(request: S3Request): PayloadSigning {
  const chunked = request.header("x-amz-content-sha256") === "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  return chunked ? { kind: "chunked", trailer: true, signer: undefined } : { kind: "unsigned" };
}

function basicTimestamp(date: string | undefined): string | undefined {
  const time = Date.parse(date ?? "");
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function hmac(key: Buffer | KeyObject, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string): string {
  return hash("sha256", text);
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

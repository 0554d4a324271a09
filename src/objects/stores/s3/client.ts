import type { Readable } from "node:stream";
import type { RequestSlots } from "../../../core/request-slots.ts";
import type { S3Location } from "../../../core/sync-plan.ts";
import type { StoreContext } from "../../store.ts";
import { encodeKey, queryText } from "./addressing.ts";
import { Credentials } from "./credentials.ts";
import { type Endpoint, resolveEndpoint } from "./endpoint.ts";
import { isPassing, isThrottle, mayHaveApplied, S3Failure } from "./failure.ts";
import { baseHeaders } from "./location-headers.ts";
import { backoffMs, MAX_ATTEMPTS, pause } from "./retry.ts";
import { type Identity, Signer } from "./signer.ts";
import { openTransport, type Transport, type WireResponse } from "./transport.ts";
import { xmlText } from "./xml.ts";

export interface S3Call {
  readonly method: "GET" | "PUT" | "HEAD" | "POST" | "DELETE";
  /** Full key; undefined: the bucket itself. */
  readonly key?: string | undefined;
  readonly query?: Record<string, string> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A function is called for each attempt, so that a stream can be sent again. */
  readonly body?: Uint8Array | (() => Promise<Readable | Uint8Array>) | undefined;
  /** Statuses beside 2xx that are an answer and no failure. */
  readonly allow?: readonly number[] | undefined;
  readonly stream?: boolean | undefined;
  /** Says a failure of a body that was handed out as a stream. */
  readonly streamError?: ((error: Error) => Error) | undefined;
  /** The server may take minutes before it answers. */
  readonly patient?: boolean | undefined;
  /** Looks into a 200: S3 reports failures inside some of them. */
  readonly inspect?: ((response: WireResponse) => void) | undefined;
  /** No more than so many; default 10. */
  readonly attempts?: number | undefined;
  readonly slots?: RequestSlots | undefined;
  readonly context: StoreContext;
  readonly signal: AbortSignal;
}

export interface S3Answer extends WireResponse {
  /** An attempt before this one may have taken effect: a 412 or 404 may be our own doing. */
  readonly maybeApplied: boolean;
}

/** A clock further off than this is what a bare 403 without a body most likely means. */
const SKEW_SUSPECT_MS = 5 * 60_000;
/** Without any answer for this long, requests are no longer tried again. */
const GONE_MS = 60_000;

/** Signed requests to one bucket: sockets, credentials, clock and what was learned of the endpoint, shared by all stores of a location. */
export class S3Client {
  readonly location: S3Location;
  readonly credentials: Credentials;
  /** What the endpoint turned out to be. */
  readonly learned = { checksums: true, checksumNeeded: false, checksumsSent: false };
  #transport: Transport | undefined;
  readonly #headers: Readonly<Record<string, string>>;
  #signer: Signer | undefined;
  #endpoint: Endpoint | undefined;
  #resolving: Promise<Endpoint> | undefined;
  #region: string | undefined;
  /** Server's clock minus ours. */
  #skewMs = 0;
  /** When the first of the attempts since the last answer failed without one, milliseconds. */
  #silentSince: number | undefined;
  #restUntil = 0;

  constructor(location: S3Location) {
    this.location = location;
    this.credentials = new Credentials(location);
    this.#headers = baseHeaders(location);
  }

  get skewMs(): number {
    return this.#skewMs;
  }

  async endpoint(): Promise<Endpoint> {
    if (this.#endpoint !== undefined) return this.#endpoint;
    this.#resolving ??= this.#resolve();
    try {
      return await this.#resolving;
    } finally {
      this.#resolving = undefined;
    }
  }

  async #resolve(): Promise<Endpoint> {
    this.#transport ??= await openTransport(this.location);
    this.#endpoint = await resolveEndpoint(this.location, this.#region);
    this.#signer = new Signer(this.#endpoint.service);
    return this.#endpoint;
  }

  /**
   * Sends until it succeeds, fails for good, or attempts run out.
   *
   * @throws S3Failure, with `maybeApplied` set where an attempt may have taken effect
   */
  async send(call: S3Call): Promise<S3Answer> {
    const attempts = call.attempts ?? MAX_ATTEMPTS;
    let maybeApplied = false;
    let corrected = 0;
    for (let attempt = 1; ; attempt++) {
      const rest = this.#restUntil - Date.now();
      if (rest > 0) await pause(rest, call.signal);
      let failure: S3Failure;
      try {
        const response = await this.#attempt(call);
        this.#silentSince = undefined;
        if (response.status < 300 || call.allow?.includes(response.status) === true) {
          call.inspect?.(response);
          return { ...response, maybeApplied };
        }
        failure = failureOf(response);
      } catch (error) {
        if (!(error instanceof S3Failure)) throw error;
        failure = error;
      }
      // A correction (clock, region, credentials) is no attempt; two of them in a row that change nothing are one too many.
      if (corrected < 3 && this.#correct(failure)) {
        corrected += 1;
        attempt -= 1;
        continue;
      }
      maybeApplied ||= mayHaveApplied(failure);
      this.#watchSilence(failure);
      if (isThrottle(failure)) this.#throttled(call, failure);
      if (!isPassing(failure) || attempt >= attempts || this.#isGone()) {
        failure.maybeApplied = maybeApplied;
        throw failure;
      }
      const delayMs = backoffMs(attempt, failure);
      call.context.emit({ type: "retry", key: call.key ?? "", attempt, code: failure.code, delayMs: Math.round(delayMs) });
      await pause(delayMs, call.signal);
    }
  }

  async close(): Promise<void> {
    await this.#transport?.close();
  }

  async #attempt(call: S3Call): Promise<WireResponse> {
    const endpoint = this.#endpoint ?? (await this.endpoint());
    const path = call.key === undefined ? endpoint.basePath : endpoint.basePath + encodeKey(call.key);
    let headers: Record<string, string> = { host: endpoint.host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD", ...this.#headers, ...call.headers };
    if (this.credentials.anonymous) delete headers["x-amz-content-sha256"];
    else {
      const identity: Identity = this.credentials.ready ?? (await this.credentials.get());
      const at = new Date(Date.now() + this.#skewMs);
      const request = { protocol: endpoint.protocol, hostname: endpoint.hostname, method: call.method, path, query: call.query ?? {}, headers };
      const signer = (this.#signer ??= new Signer(endpoint.service));
      headers = await signer.sign(request, identity, endpoint.region, at);
    }
    const body = typeof call.body === "function" ? await call.body() : call.body;
    this.#transport ??= await openTransport(this.location);
    return this.#transport.send({
      origin: endpoint.origin,
      method: call.method,
      path: path + queryText(call.query),
      headers: wireHeaders(headers),
      body,
      stream: call.stream === true,
      streamError: call.streamError,
      patient: call.patient === true,
      signal: call.signal,
    });
  }

  /** Repairs what the server says is wrong on our side. @returns whether to try again at once */
  #correct(failure: S3Failure): boolean {
    return (
      this.#correctClock(failure) ||
      this.#correctRegion(failure) ||
      ((failure.code === "ExpiredToken" || failure.code === "TokenRefreshRequired") && this.credentials.expired())
    );
  }

  #correctClock(failure: S3Failure): boolean {
    const date = Date.parse(failure.headers["date"] ?? "");
    if (failure.status !== 403 || Number.isNaN(date)) return false;
    const skewMs = date - Date.now();
    const moved = Math.abs(skewMs - this.#skewMs);
    if (failure.code !== "RequestTimeTooSkewed" && !(failure.code === "HTTP_403" && moved > SKEW_SUSPECT_MS)) return false;
    // Dates are told to the second; a difference that small cannot be what was refused.
    if (moved < 2000) return false;
    this.#skewMs = skewMs;
    return true;
  }

  #correctRegion(failure: S3Failure): boolean {
    if (failure.status !== 301 && failure.status !== 307 && failure.status !== 400) return false;
    if (
      failure.status === 400 &&
      failure.code !== "AuthorizationHeaderMalformed" &&
      failure.code !== "HTTP_400" &&
      failure.code !== "IllegalLocationConstraintException"
    )
      return false;
    const region = failure.headers["x-amz-bucket-region"] ?? xmlText(failure.document, "Region");
    if (region === undefined || region === "" || region === this.#endpoint?.region) return false;
    this.#region = region;
    this.#endpoint = undefined;
    return true;
  }

  /** Notes since when nothing was answered at all. */
  #watchSilence({ status }: S3Failure): void {
    if (status > 0) this.#silentSince = undefined;
    else this.#silentSince ??= Date.now();
  }

  /** A server that is gone for this long is not waited for item by item: a run of thousands would take hours to say so. */
  #isGone(): boolean {
    return this.#silentSince !== undefined && Date.now() - this.#silentSince > GONE_MS;
  }

  #throttled(call: S3Call, failure: S3Failure): void {
    call.context.throttled?.();
    call.slots?.throttled();
    // What a server asks of one request it means for all of them.
    if (failure.headers["retry-after"] !== undefined) this.#restUntil = Math.max(this.#restUntil, Date.now() + backoffMs(1, failure));
  }
}

/** What an error response says. A HEAD has no document: its status stands for the code. */
export function failureOf(response: WireResponse): S3Failure {
  const document = response.body.length > 64 * 1024 ? "" : response.body.toString("utf8");
  const code = xmlText(document, "Code") ?? `HTTP_${response.status}`;
  const message = xmlText(document, "Message") ?? "";
  return new S3Failure(response.status, code, message === "" ? `HTTP ${response.status}` : message, { headers: response.headers, document });
}

const BEYOND_ASCII = /[^\u0000-\u007f]/;

/** The signature is over UTF-8, the wire takes a byte a character: text beyond ASCII goes out as the bytes of its UTF-8. */
function wireHeaders(headers: Record<string, string>): Record<string, string> {
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && BEYOND_ASCII.test(value)) headers[name] = Buffer.from(value, "utf8").toString("latin1");
  }
  return headers;
}

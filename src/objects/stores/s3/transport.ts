import { Readable } from "node:stream";
import type { Agent, Dispatcher } from "undici";
import type { S3Location } from "../../../core/sync-plan.ts";
import { S3Failure } from "./failure.ts";

/** Bodies up to this many bytes are handed out whole. */
export const WHOLE_LIMIT = 1024 * 1024;
/** Copies and completions of large objects take a server minutes before its first byte. */
const PATIENT_MS = 15 * 60_000;

export interface WireRequest {
  readonly origin: string;
  readonly method: "GET" | "PUT" | "HEAD" | "POST" | "DELETE";
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | Readable | undefined;
  /** Hands a large successful body out as a stream. */
  readonly stream: boolean;
  readonly streamError?: ((error: Error) => Error) | undefined;
  readonly patient: boolean;
  readonly signal: AbortSignal;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** Whole; empty where `stream` is set. */
  readonly body: Buffer;
  readonly stream: Readable | undefined;
}

/** Sockets of one location. */
export class Transport {
  readonly #dispatcher: Dispatcher;

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  /**
   * One request, one response; no retries.
   *
   * @throws S3Failure with status 0 where the connection failed or the body was cut off; the signal's reason where it was aborted;
   *   what the body's stream failed with
   */
  send(request: WireRequest): Promise<WireResponse> {
    return new Promise((resolve, reject) => {
      if (request.signal.aborted) {
        if (request.body instanceof Readable) request.body.destroy();
        reject(abortReason(request.signal));
        return;
      }
      const handler = new Exchange(request, resolve, reject);
      this.#dispatcher.dispatch(
        {
          origin: request.origin,
          method: request.method,
          path: request.path,
          headers: request.headers,
          body: request.body ?? null,
          // undici closes the connection after every HEAD unless told not to.
          reset: false,
          ...(request.patient ? { headersTimeout: PATIENT_MS } : {}),
        },
        handler,
      );
    });
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }
}

/** Opens the sockets of a location: through a proxy where one is set, else straight. */
export async function openTransport({ timeouts, ca, maxSockets, proxy, proxyAuthorization }: S3Location): Promise<Transport> {
  const tls = ca === undefined ? {} : { ca };
  const options: Agent.Options = {
    connections: maxSockets,
    pipelining: 1,
    connectTimeout: timeouts.connectMs,
    headersTimeout: timeouts.idleMs,
    bodyTimeout: timeouts.idleMs,
    keepAliveTimeout: 30_000,
    allowH2: false,
    connect: { ...tls, timeout: timeouts.connectMs, allowH2: false },
  };
  if (proxy === undefined && !hasEnvProxy()) {
    // All of undici is a fetch, a cache and web sockets too: 15 MB of memory that nothing here uses.
    const { default: StraightAgent } = await import("undici/lib/dispatcher/agent.js");
    return new Transport(new StraightAgent(options));
  }
  const { ProxyAgent, EnvHttpProxyAgent } = await import("undici");
  if (proxy === undefined) return new Transport(new EnvHttpProxyAgent({ ...options, requestTls: tls }));
  const token = proxyAuthorization === undefined ? {} : { token: proxyAuthorization.reveal() };
  return new Transport(new ProxyAgent({ ...options, ...token, uri: proxy, requestTls: tls }));
}

function hasEnvProxy(): boolean {
  const { env } = process;
  return [env["HTTP_PROXY"], env["http_proxy"], env["HTTPS_PROXY"], env["https_proxy"]].some((value) => value !== undefined && value !== "");
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("aborted", { cause: signal.reason });
}

/** Thousands of requests share one signal: one listener on it, a set of exchanges behind. */
const watched = new WeakMap<AbortSignal, Set<Exchange>>();

function watch(signal: AbortSignal, exchange: Exchange): Set<Exchange> {
  let exchanges = watched.get(signal);
  if (exchanges === undefined) {
    const added = new Set<Exchange>();
    exchanges = added;
    watched.set(signal, added);
    signal.addEventListener("abort", () => {
      for (const each of added) each.abort(abortReason(signal));
    });
  }
  exchanges.add(exchange);
  return exchanges;
}

/** One request and its response, on undici's lowest interface: its bodies as streams cost more than the signature. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: WireRequest;
  readonly #resolve: (response: WireResponse) => void;
  readonly #reject: (error: Error) => void;
  readonly #watchers: Set<Exchange>;
  #controller: Dispatcher.DispatchController | undefined;
  #aborted: Error | undefined;
  #status = 0;
  #headers: Record<string, string> = {};
  #expected = -1;
  #received = 0;
  #chunks: Buffer[] = [];
  #stream: Readable | undefined;

  constructor(request: WireRequest, resolve: (response: WireResponse) => void, reject: (error: Error) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#watchers = watch(request.signal, this);
  }

  abort(reason: Error): void {
    this.#aborted = reason;
    this.#controller?.abort(reason);
    this.#fail(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted !== undefined) controller.abort(this.#aborted);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return;
    this.#status = status;
    for (const name of Object.keys(headers)) {
      const value = headers[name];
      if (value !== undefined) this.#headers[name] = typeof value === "string" ? value : value.join(", ");
    }
    const length = this.#headers["content-length"];
    if (length !== undefined && this.#request.method !== "HEAD") this.#expected = Number(length);
    if (this.#request.stream && status < 300 && !(this.#expected >= 0 && this.#expected <= WHOLE_LIMIT)) {
      this.#stream = new Readable({
        highWaterMark: 256 * 1024,
        read: () => controller.resume(),
        destroy: (error, done) => {
          controller.abort(error ?? new Error("the reader stopped"));
          done(error);
        },
      });
      // Whoever reads it sees its error; where nobody does, it must not end the process.
      this.#stream.on("error", () => undefined);
      this.#resolve(this.#response());
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.byteLength;
    if (this.#stream === undefined) this.#chunks.push(chunk);
    else if (!this.#stream.push(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#expected >= 0 && this.#received !== this.#expected) {
      this.#fail(truncated(this.#received, this.#expected));
      return;
    }
    this.#watchers.delete(this);
    if (this.#stream === undefined) this.#resolve(this.#response());
    else this.#stream.push(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (error instanceof S3Failure || this.#aborted !== undefined) this.#fail(error);
    else if (this.#request.body instanceof Readable && this.#request.body.errored === error) this.#fail(error);
    else if (this.#status > 0 && this.#expected >= 0) this.#fail(truncated(this.#received, this.#expected, error));
    else this.#fail(new S3Failure(0, connectionCode(error), error.message === "" ? connectionCode(error) : error.message, { cause: error }));
  }

  #fail(error: Error): void {
    this.#watchers.delete(this);
    if (this.#request.body instanceof Readable) this.#request.body.destroy();
    if (this.#stream === undefined) this.#reject(error);
    else this.#stream.destroy(this.#request.streamError?.(error) ?? error);
  }

  #response(): WireResponse {
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    return { status: this.#status, headers: this.#headers, body, stream: this.#stream };
  }
}

function truncated(received: number, expected: number, cause?: unknown): S3Failure {
  return new S3Failure(0, "BODY_TRUNCATED", `The body ended after ${received} of ${expected} bytes`, { cause });
}

/** The innermost code: undici and AggregateError wrap what the socket said. */
function connectionCode(error: unknown): string {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
    if (each instanceof AggregateError && each.errors.length > 0) return connectionCode(each.errors[0]);
    if ("code" in each && typeof each.code === "string" && each.code !== "UND_ERR") return each.code;
  }
  return "CONNECTION";
}

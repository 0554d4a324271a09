import { createHash, createHmac } from "node:crypto";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { parseQuery } from "./request.ts";
import type { S3Server } from "./index.ts";

/** The SDK against a test server; it asks once, so that a test sees what it provoked. */
export function sdkClient(server: S3Server, config: S3ClientConfig = {}): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  return new S3Client({ endpoint, region, forcePathStyle: true, maxAttempts: 1, credentials: { accessKeyId, secretAccessKey }, ...config });
}

export interface RawRequest {
  readonly method?: string;
  /** As it goes out, with its query; percent-encoded where it must be. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Default true. */
  readonly signed?: boolean;
  /** What `x-amz-content-sha256` says. Default: the digest of the body. */
  readonly payloadHash?: string;
  /** Of the signature. Default: the server's. */
  readonly region?: string;
  /** Default: now. */
  readonly signingDate?: Date;
  /** Sent and not signed. */
  readonly unsignedHeaders?: Readonly<Record<string, string>>;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/**
 * One request that nothing polishes: what is on the wire is what the test wrote.
 * @throws Error with Node's own code (`ECONNRESET`) where the connection breaks; `partial` holds the body so far
 */
export async function raw(server: S3Server, request: RawRequest): Promise<RawResponse> {
  const { method = "GET", path, body = "" } = request;
  const headers = { ...(request.signed === false ? request.headers : await signedHeaders(server, request)), ...request.unsignedHeaders };
  return exchange(server.port, method, path, headers, body);
}

export class BrokenResponse extends Error {
  override readonly name = "BrokenResponse";
  readonly code: string | undefined;
  /** What had come of the body; undefined before the status. */
  readonly partial: Buffer | undefined;

  constructor(cause: Error, partial: Buffer | undefined) {
    super(cause.message, { cause });
    this.code = "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
    this.partial = partial;
  }
}

export function exchange(
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error) => reject(new BrokenResponse(error, Buffer.concat(chunks))));
      response.on("end", () => {
        const whole = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole, text: whole.toString() });
      });
    });
    outgoing.on("error", (error) => reject(new BrokenResponse(error, undefined)));
    outgoing.end(body);
  });
}

/** The code in the body of an error. */
export function errorCode({ text }: RawResponse): string | undefined {
  return /<Error><Code>(\w+)<\/Code>/.exec(text)?.[1];
}

async function signedHeaders(
  server: S3Server,
  { method = "GET", path, headers = {}, body = "", payloadHash, region, signingDate }: RawRequest,
): Promise<Record<string, string>> {
  const signing = signer(server, region);
  const sha256 = payloadHash ?? createHash("sha256").update(body).digest("hex");
  const [pathname = "/", query = ""] = path.split("?");
  const all = {
    host: `127.0.0.1:${server.port}`,
    ...(["PUT", "POST"].includes(method) && headers["transfer-encoding"] === undefined ? { "content-length": String(Buffer.byteLength(body)) } : {}),
    "x-amz-content-sha256": sha256,
    ...headers,
  };
  const request = new HttpRequest({ method, hostname: "127.0.0.1", path: pathname, query: Object.fromEntries(parseQuery(query)), headers: all });
  const signed = await signing.sign(request, signingDate === undefined ? {} : { signingDate });
  return signed.headers;
}

/** The path and query of a URL that carries its own signature. */
export async function presigned(
  server: S3Server,
  method: string,
  path: string,
  { expiresIn = 60, signingDate = new Date() }: { readonly expiresIn?: number; readonly signingDate?: Date } = {},
): Promise<string> {
  const request = new HttpRequest({
    method,
    hostname: "127.0.0.1",
    path,
    headers: { host: `127.0.0.1:${server.port}`, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
  });
  const { query } = await signer(server).presign(request, {
    expiresIn,
    signingDate,
    unhoistableHeaders: new Set(),
    unsignableHeaders: new Set(["x-amz-content-sha256"]),
  });
  const pairs = Object.entries(query ?? {}).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return `${path}?${pairs.join("&")}`;
}

function signer(server: S3Server, region = server.region): SignatureV4 {
  const { accessKeyId, secretAccessKey } = server;
  return new SignatureV4({ credentials: { accessKeyId, secretAccessKey }, region, service: "s3", uriEscapePath: false, sha256: NodeSha256 });
}

/** The signer takes a class of this shape. */
class NodeSha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error("a digest is taken once");
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === "string") return data;
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

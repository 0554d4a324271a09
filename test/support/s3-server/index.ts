/**
 * An S3 server for tests: strict where S3 is strict, and misbehaving on demand.
 *
 * Known to differ from S3: an object that came without a checksum has none, metadata beyond ASCII comes back
 * as the bytes that came, a second CompleteMultipartUpload finds no upload, and what is not among the
 * operations (policies, lifecycles, locks, ACLs, customer keys) is answered with 501.
 */
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { once } from "node:events";
import { Authenticator } from "./auth.ts";
import { Bucket, type BucketOptions } from "./bucket.ts";
import { Spool } from "./content.ts";
import { dispatch } from "./dispatch.ts";
import { Faults } from "./faults.ts";
import { Inspector } from "./inspector.ts";
import { RequestLog } from "./request-log.ts";
import { wholeSecond, type Limits, type ServerState } from "./state.ts";

export type { BucketOptions } from "./bucket.ts";
export type { ConditionKind, Effect, Fault, FaultMatch, FaultRule, Target } from "./faults.ts";
export { Faults } from "./faults.ts";
export type { HeldObject, ObjectProps } from "./inspector.ts";
export type { Operation } from "./operations.ts";
export type { LoggedRequest, RequestLog } from "./request-log.ts";

export interface S3ServerOptions {
  /** Made at the start; a name, or a bucket with its own ways. */
  readonly buckets?: readonly (string | BucketOptions)[] | undefined;
  /** Names of the buckets above that keep versions. */
  readonly versioning?: readonly string[] | undefined;
  /** Object data is kept in files below it. Default: memory, and temporary files for bodies above 1 MiB. */
  readonly folder?: string | undefined;
  /** Default `tidemark`. */
  readonly accessKeyId?: string | undefined;
  /** Default `secretsecret`. */
  readonly secretAccessKey?: string | undefined;
  /** Must come with every request where it is set. */
  readonly sessionToken?: string | undefined;
  /** Default `us-east-1`. */
  readonly region?: string | undefined;
  /** Default: any that is free. */
  readonly port?: number | undefined;
  /** PEM. Served over HTTPS then. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** The server's clock. */
  readonly now?: (() => Date) | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** List uploads for a whole key only, as MinIO does. Default false. */
  readonly listsUploadsByExactKey?: boolean | undefined;
  /** Whether `requests` lists them. Default true. */
  readonly keepsRequests?: boolean | undefined;
  /** Of the generator that faults of a probability draw from. Default 1. */
  readonly seed?: number | undefined;
}

export interface S3Server extends Inspector, AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Cuts all connections and removes the temporary files. */
  close(): Promise<void>;
}

const GIBIBYTE = 1024 ** 3;
const MEBIBYTE = 1024 ** 2;

/** Starts a server on 127.0.0.1. Nothing outlives `close`, but the given folder. */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const { region = "us-east-1", accessKeyId = "tidemark", secretAccessKey = "secretsecret", now = () => new Date() } = options;
  const state: ServerState = {
    region,
    limits: { minPartBytes: 5 * MEBIBYTE, maxPutBytes: 5 * GIBIBYTE, ...options.limits },
    buckets: new Map(),
    authenticator: new Authenticator({ accessKeyId, secretAccessKey, sessionToken: options.sessionToken }),
    spool: new Spool(options.folder),
    listsUploadsByExactKey: options.listsUploadsByExactKey ?? false,
  };
  for (const given of options.buckets ?? []) {
    const bucket: BucketOptions = typeof given === "string" ? { name: given } : given;
    const versioning = options.versioning?.includes(bucket.name) === true ? "Enabled" : bucket.versioning;
    state.buckets.set(bucket.name, new Bucket({ ...bucket, versioning }, region, wholeSecond(now())));
  }
  const faults = new Faults(options.seed);
  const log = new RequestLog({ keeps: options.keepsRequests ?? true });
  const server = options.tls === undefined ? createServer({ keepAliveTimeout: 60_000 }) : createTlsServer({ ...options.tls, keepAliveTimeout: 60_000 });
  server.on("request", (message, response) => {
    // A client that goes away in the middle is no mistake; what else may fail is answered inside.
    void dispatch({ server: state, faults, log, now }, message, response).catch(() => response.destroy());
  });
  const port = await listen(server, options.port ?? 0);
  const scheme = options.tls === undefined ? "http" : "https";
  const close = async () => {
    // Closing twice is no mistake: `await using` does it after a test that closed the server itself.
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
    state.spool.close();
  };
  return Object.assign(new Inspector(state, now), {
    endpoint: `${scheme}://127.0.0.1:${port}`,
    port,
    region,
    accessKeyId,
    secretAccessKey,
    faults,
    requests: log,
    close,
    [Symbol.asyncDispose]: close,
  });
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

import { Readable } from "node:stream";
import type { TidemarkEvent } from "../../../../src/core/events.ts";
import type { RequestSlots } from "../../../../src/core/request-slots.ts";
import { Secret } from "../../../../src/core/secret.ts";
import type { S3Location } from "../../../../src/core/sync-plan.ts";
import type {
  BodySource,
  CopyOptions,
  Expectation,
  ObjectEntry,
  ObjectHead,
  ObjectProperties,
  ReadStore,
  WriteOptions,
  WriteStore,
} from "../../../../src/objects/store.ts";
import { openS3ReadStore, openS3WriteStore } from "../../../../src/objects/stores/s3/open.ts";
import type { Limits } from "../../../../src/objects/stores/s3/scope.ts";
import type { IntentLog } from "../../../../src/state/state-store.ts";
import { type S3Server, type S3ServerOptions, startS3Server } from "../../../support/s3-server/index.ts";

export const BUCKET = "bucket";
export const never = new AbortController().signal;
const WHOLE_LIMIT = 1024 * 1024;

/** A server, and the stores a test opened on it; all gone when it goes out of scope. */
export class Bench implements AsyncDisposable {
  readonly server: S3Server;
  readonly events: TidemarkEvent[] = [];
  readonly intents = new IntentList();
  throttles = 0;
  readonly #stores: ReadStore[] = [];

  static async start(options: S3ServerOptions = {}): Promise<Bench> {
    return new Bench(await startS3Server({ buckets: [BUCKET, "other"], limits: { minPartBytes: 1 }, ...options }));
  }

  private constructor(server: S3Server) {
    this.server = server;
  }

  location(change: Partial<S3Location> = {}): S3Location {
    return {
      type: "s3",
      name: "place",
      bucket: BUCKET,
      prefix: "",
      region: "us-east-1",
      endpoint: this.server.endpoint,
      pathStyle: true,
      credentials: {
        kind: "static",
        accessKeyId: this.server.accessKeyId,
        secretAccessKey: new Secret(this.server.secretAccessKey, "${S3_SECRET}"),
        sessionToken: undefined,
      },
      ca: undefined,
      proxy: undefined,
      timeouts: { connectMs: 5000, idleMs: 20_000 },
      maxSockets: 32,
      requesterPays: false,
      ordered: undefined,
      encryption: undefined,
      ...change,
    };
  }

  async write(prefix = "", change: Partial<S3Location> = {}, limits: Partial<Limits> = {}): Promise<WriteStore> {
    return this.#kept(await openS3WriteStore(this.location(change), prefix, this.#context(), limits));
  }

  async read(prefix = "", change: Partial<S3Location> = {}): Promise<ReadStore> {
    return this.#kept(await openS3ReadStore(this.location(change), prefix, this.#context()));
  }

  writing(change: Partial<WriteOptions> = {}): WriteOptions {
    return { expect: absent, slots: freeSlots, intents: this.intents, verify: "etag", sourceEtag: undefined, signal: never, ...change };
  }

  copying(source: ObjectHead, change: Partial<CopyOptions> = {}): CopyOptions {
    return { ...this.writing(), size: source.version.size ?? 0, version: source.version, properties: undefined, storageClass: undefined, ...change };
  }

  /** Codes of events of a type. */
  codes(type: "retry" | "notice"): string[] {
    return this.events.flatMap((event) => (event.type === type ? [event.code] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#stores) await store.close();
    await this.server.close();
  }

  #context(): { readonly emit: (event: TidemarkEvent) => void; readonly throttled: () => void; readonly ownPaths: readonly string[] } {
    return { emit: (event) => this.events.push(event), throttled: () => (this.throttles += 1), ownPaths: [] };
  }

  #kept<Store extends ReadStore>(store: Store): Store {
    this.#stores.push(store);
    return store;
  }
}

export const absent: Expectation = { kind: "absent" };
export const freeSlots: RequestSlots = { acquire: () => Promise.resolve(), tryAcquire: () => true, release: () => undefined, throttled: () => undefined };

export class IntentList implements IntentLog {
  readonly begun: { readonly id: number; readonly kind: string; readonly key: string; readonly detail: string; readonly at: number }[] = [];
  readonly ended: number[] = [];

  begin(kind: string, key: string, detail: string): Promise<number> {
    const id = this.begun.length + 1;
    this.begun.push({ id, kind, key, detail, at: Date.now() });
    return Promise.resolve(id);
  }

  end(id: number): Promise<void> {
    this.ended.push(id);
    return Promise.resolve();
  }
}

export const plain: ObjectProperties = { metadata: {}, headers: {}, mtime: undefined, storageClass: undefined, tags: {}, tagCount: 0 };

/** Content in memory that comes as the stores hand theirs out: whole when small, else a stream. */
export function body(content: Uint8Array | string, properties: Partial<ObjectProperties> = {}): BodySource & { opened: number } {
  const bytes = Buffer.from(content);
  const head: ObjectHead = { version: { size: bytes.byteLength }, modifiedMs: 0, properties: { ...plain, ...properties } };
  const source = {
    size: bytes.byteLength,
    opened: 0,
    head: () => Promise.resolve(head),
    properties: (opened: ObjectHead) => opened.properties,
    open: (range: { readonly start: number; readonly end: number } | undefined) => {
      source.opened += 1;
      const part = range === undefined ? bytes : bytes.subarray(range.start, range.end + 1);
      const content =
        part.byteLength <= WHOLE_LIMIT ? ({ kind: "whole", bytes: part, md5: undefined } as const) : ({ kind: "stream", stream: streamOf(part) } as const);
      return Promise.resolve({ ...head, size: part.byteLength, content });
    },
  };
  return source;
}

export function streamOf(bytes: Buffer): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536);
    })(),
    { objectMode: false },
  );
}

/** Bytes in which no two parts are the same. */
export function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  return bytes;
}

export async function entries(store: ReadStore, range: Parameters<ReadStore["list"]>[0] = { prefix: "" }): Promise<ObjectEntry[]> {
  const all: ObjectEntry[] = [];
  for await (const page of store.list(range, never)) all.push(...page);
  return all;
}

export async function contentOf(store: ReadStore, key: string): Promise<Buffer> {
  const { content } = await store.read(key, { signal: never });
  if (content.kind === "whole") return Buffer.from(content.bytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.stream) chunks.push(chunk as Uint8Array); // a byte stream yields nothing else
  return Buffer.concat(chunks);
}

export async function headOf(store: ReadStore, key: string): Promise<ObjectHead> {
  const head = await store.head(key, never);
  if (head === undefined) throw new Error(`there is no ${key}`);
  return head;
}

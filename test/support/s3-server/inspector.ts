import { createHash } from "node:crypto";
import type { Bucket } from "./bucket.ts";
import { multipartEtag } from "./etags.ts";
import { isMarker, type StoredVersion, type Versioning } from "./model.ts";
import { wholeSecond, type ServerState } from "./state.ts";

/** What a test may say of an object it puts there. */
export interface ObjectProps {
  /** Without `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** content-type and the like. Default: binary/octet-stream. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly storageClass?: string | undefined;
  /** Default: now. */
  readonly lastModified?: Date | undefined;
  /** Default: the MD5, or that of the MD5s of the parts. */
  readonly etag?: string | undefined;
  /** As if it had come in parts of so many bytes, the last one shorter. */
  readonly partBytes?: number | undefined;
}

export interface HeldObject {
  readonly key: string;
  readonly bytes: Buffer;
  /** Without quotes. */
  readonly etag: string;
  readonly versionId: string;
  readonly lastModified: Date;
  readonly metadata: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly partSizes: readonly number[] | undefined;
}

/** A test's own look at the server, past HTTP, conditions and faults. */
export class Inspector {
  readonly #state: ServerState;
  readonly #now: () => Date;

  constructor(state: ServerState, now: () => Date) {
    this.#state = state;
    this.#now = now;
  }

  put(bucket: string, key: string, bytes: Uint8Array | string, props: ObjectProps = {}): HeldObject {
    const content = this.#state.spool.store(Buffer.from(bytes));
    const whole = content.bytes();
    const sizes = props.partBytes === undefined ? undefined : partSizes(content.size, props.partBytes);
    const stored = this.#bucket(bucket).put({
      key,
      content,
      etag:
        props.etag ??
        (sizes === undefined
          ? md5(whole)
          : multipartEtag(
              { encryption: {} },
              cut(whole, sizes).map((bytes) => ({ etag: md5(bytes) })),
            )),
      lastModified: wholeSecond(props.lastModified ?? this.#now()),
      metadata: props.metadata ?? {},
      headers: { "content-type": "binary/octet-stream", ...props.headers },
      storageClass: props.storageClass ?? "STANDARD",
      tags: new Map(Object.entries(props.tags ?? {})),
      encryption: {},
      checksum: undefined,
      parts: sizes,
    });
    return held(stored) ?? unreachable();
  }

  /**
   * The bytes of the current version.
   * @throws Error where there is none
   */
  get(bucket: string, key: string): Buffer {
    const found = this.object(bucket, key);
    if (found === undefined) throw new Error(`bucket ${bucket} has no object ${JSON.stringify(key)}`);
    return found.bytes;
  }

  /** The current version. */
  object(bucket: string, key: string): HeldObject | undefined {
    const newest = this.#bucket(bucket).newest(key);
    return newest === undefined ? undefined : held(newest);
  }

  /** As a client would delete it, without conditions. */
  remove(bucket: string, key: string): void {
    this.#bucket(bucket).delete(key, wholeSecond(this.#now()));
  }

  /** Of current objects, in byte order. */
  keys(bucket: string): readonly string[] {
    const found = this.#bucket(bucket);
    return found.sortedKeys().filter((key) => found.current(key) !== undefined);
  }

  /** Multipart uploads that are neither completed nor aborted. */
  uploads(bucket: string): readonly { readonly key: string; readonly uploadId: string; readonly parts: number }[] {
    return [...this.#bucket(bucket).uploads.values()].map(({ key, id, parts }) => ({ key, uploadId: id, parts: parts.size }));
  }

  /** All versions and delete markers: by key, oldest first. */
  versions(bucket: string): readonly { readonly key: string; readonly versionId: string; readonly isDeleteMarker: boolean }[] {
    const found = this.#bucket(bucket);
    return found
      .sortedKeys()
      .flatMap((key) => found.versionsOf(key).map((version) => ({ key, versionId: version.versionId, isDeleteMarker: isMarker(version) })));
  }

  setVersioning(bucket: string, versioning: Versioning): void {
    this.#bucket(bucket).versioning = versioning;
  }

  #bucket(name: string): Bucket {
    const bucket = this.#state.buckets.get(name);
    if (bucket === undefined) throw new Error(`the server has no bucket ${name}`);
    return bucket;
  }
}

function held(version: StoredVersion): HeldObject | undefined {
  if (isMarker(version)) return undefined;
  const { key, content, etag, versionId, lastModified, metadata, headers, tags, storageClass, parts } = version;
  return { key, bytes: content.bytes(), etag, versionId, lastModified, metadata, headers, tags: Object.fromEntries(tags), storageClass, partSizes: parts };
}

function partSizes(size: number, partBytes: number): readonly number[] {
  const sizes: number[] = [];
  for (let left = size; left > 0 || sizes.length === 0; left -= partBytes) sizes.push(Math.min(left, partBytes));
  return sizes;
}

function cut(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  let at = 0;
  return sizes.map((size) => bytes.subarray(at, (at += size)));
}

function md5(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}

function unreachable(): never {
  throw new Error("an object was put and is not there");
}

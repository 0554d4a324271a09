import { createHash, type Hash } from "node:crypto";
import { ItemError } from "../../core/errors.ts";
import type { ObjectEntry, ReadStore } from "../store.ts";
import { isContentMd5, versionOf } from "./decide.ts";

export interface ContentOptions {
  readonly source: ReadStore;
  readonly destination: ReadStore;
  readonly signal: AbortSignal;
  /** Never take an ETag for the content: read both ends. */
  readonly download: boolean;
  countRequest(kind: "head" | "read"): void;
}

const MIB = 1024 * 1024;
/** Part sizes that common tools use, for ETags of uploads that say nothing of theirs. */
const USUAL_PARTS = [5, 6, 8, 10, 15, 16, 20, 25, 32, 50, 64, 100, 128, 256, 512, 1024].map((size) => size * MIB);

/**
 * Whether two objects of the same size hold the same bytes, by the cheapest proof there is: an ETag
 * that is an MD5, the metadata our multipart uploads carry, a multipart ETag worked out from one
 * side's bytes; or else by reading both.
 *
 * @throws ItemError `stale` where one of them changes meanwhile
 */
export async function haveSameContent(left: ObjectEntry, right: ObjectEntry, options: ContentOptions): Promise<boolean> {
  if (left.size !== right.size) return false;
  if (left.size === 0) return true;
  const { source, destination, download } = options;
  if (download) return (await md5Of(source, left, options)) === (await md5Of(destination, right, options));

  // An encrypted object's ETag looks like an MD5 and is none, so only equality proves anything.
  if (left.etag !== "" && left.etag === right.etag) return true;
  if (isContentMd5(right.etag)) {
    const md5 = await md5Of(source, left, options);
    return md5 === right.etag || md5 === (await md5Of(destination, right, options));
  }
  const fromMetadata = await knownCopy(left, right, options);
  if (fromMetadata) return true;
  const [known, read, reader] = right.etag.includes("-") ? [right, left, source] : [left, right, destination];
  if (known.etag.includes("-") && (await etagFromParts(reader, read, known, options))) return true;
  return (await md5Of(source, left, options)) === (await md5Of(destination, right, options));
}

/** Whether our own multipart upload says which source version it holds. */
async function knownCopy(left: ObjectEntry, right: ObjectEntry, { destination, signal, countRequest }: ContentOptions): Promise<boolean> {
  if (left.etag === "" || destination.kind !== "s3") return false;
  countRequest("head");
  const head = await destination.head(right.key, signal);
  return head?.properties.metadata["tidemark-source-etag"] === left.etag;
}

/** Whether the bytes of `read` would get the multipart ETag of `known` with one of the part sizes that fit its number of parts. */
async function etagFromParts(reader: ReadStore, read: ObjectEntry, known: ObjectEntry, options: ContentOptions): Promise<boolean> {
  const parts = Number(known.etag.slice(known.etag.indexOf("-") + 1));
  const candidates = USUAL_PARTS.filter((size) => Math.ceil(known.size / size) === parts);
  if (candidates.length === 0 && parts > 0) candidates.push(Math.ceil(known.size / parts / MIB) * MIB);
  const digests = candidates.map((size) => new PartDigest(size));
  await eachChunk(reader, read, options, (chunk) => {
    for (const digest of digests) digest.update(chunk);
  });
  return digests.some((digest) => digest.etag() === known.etag);
}

/** The ETag that S3 gives an upload in parts of one size: the MD5 of the parts' MD5s, and their number. */
class PartDigest {
  readonly #partSize: number;
  readonly #whole = createHash("md5");
  #part: Hash = createHash("md5");
  #filled = 0;
  #parts = 0;

  constructor(partSize: number) {
    this.#partSize = partSize;
  }

  update(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      const end = Math.min(chunk.length, at + this.#partSize - this.#filled);
      this.#part.update(chunk.subarray(at, end));
      this.#filled += end - at;
      at = end;
      if (this.#filled === this.#partSize) this.#endPart();
    }
  }

  etag(): string {
    if (this.#filled > 0) this.#endPart();
    return `${this.#whole.digest("hex")}-${this.#parts}`;
  }

  #endPart(): void {
    this.#whole.update(this.#part.digest());
    this.#part = createHash("md5");
    this.#filled = 0;
    this.#parts += 1;
  }
}

/**
 * Whether content could not be compared for a reason of that one item: it changed meanwhile, or may
 * not be read. That says nothing of the others, which a server that is out of reach does.
 */
export function isOfItem(error: unknown): error is ItemError {
  return error instanceof ItemError && (error.fate === "stale" || error.fate === "refused" || error.code === "FILE_UNREADABLE");
}

async function md5Of(store: ReadStore, entry: ObjectEntry, options: ContentOptions): Promise<string> {
  const hash = createHash("md5");
  await eachChunk(store, entry, options, (chunk) => hash.update(chunk));
  return hash.digest("hex");
}

/** Reads one object. */
async function eachChunk(store: ReadStore, entry: ObjectEntry, { signal, countRequest }: ContentOptions, take: (chunk: Uint8Array) => void): Promise<void> {
  countRequest("read");
  const { content } = await store.read(entry.key, { version: versionOf(entry), signal });
  if (content.kind === "whole") return take(content.bytes);
  for await (const chunk of content.stream) take(chunk as Uint8Array);
}

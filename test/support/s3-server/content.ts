import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const READ_BYTES = 256 * 1024;

/** A file that several contents may share a part of; removed with the last of them. */
interface SharedFile {
  readonly path: string;
  uses: number;
}

type Segment = { readonly bytes: Buffer } | { readonly file: SharedFile; readonly start: number; readonly length: number };

/** The unchanging bytes of an object or part. Copies, slices and joins share them. */
export class Content {
  readonly size: number;
  readonly #segments: readonly Segment[];

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
    this.size = segments.reduce((sum, segment) => sum + lengthOf(segment), 0);
  }

  static of(bytes: Uint8Array): Content {
    return new Content(bytes.byteLength === 0 ? [] : [{ bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) }]);
  }

  static join(contents: readonly Content[]): Content {
    return new Content(contents.flatMap((content) => content.#segments));
  }

  /** @param end exclusive */
  slice(start: number, end: number): Content {
    const segments: Segment[] = [];
    let at = 0;
    for (const segment of this.#segments) {
      const length = lengthOf(segment);
      const from = Math.max(start - at, 0);
      const to = Math.min(end - at, length);
      if (from < to)
        segments.push(
          "bytes" in segment ? { bytes: segment.bytes.subarray(from, to) } : { file: segment.file, start: segment.start + from, length: to - from },
        );
      at += length;
    }
    return new Content(segments);
  }

  /** The same with one bit of the byte in the middle turned over. An empty content stays as it is. */
  damaged(): Content {
    if (this.size === 0) return this;
    const middle = this.size >> 1;
    const byte = Buffer.from(this.slice(middle, middle + 1).bytes());
    byte[0] = (byte[0] ?? 0) ^ 1;
    return Content.join([this.slice(0, middle), Content.of(byte), this.slice(middle + 1, this.size)]);
  }

  /** All of it in memory. */
  bytes(): Buffer {
    const [first, second] = this.#segments;
    if (first === undefined) return Buffer.alloc(0);
    if (second === undefined && "bytes" in first) return first.bytes;
    return Buffer.concat(this.#segments.map((segment) => ("bytes" in segment ? segment.bytes : readWhole(segment.file.path, segment.start, segment.length))));
  }

  /** Whether `bytes` needs no disk. */
  get inMemory(): boolean {
    return this.#segments.every((segment) => "bytes" in segment);
  }

  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    for (const segment of this.#segments) {
      if ("bytes" in segment) yield segment.bytes;
      else yield* readFile(segment.file.path, segment.start, segment.length);
    }
  }

  /** Each holder of a content retains it once, and releases it when it forgets it. */
  retain(): this {
    for (const segment of this.#segments) if ("file" in segment) segment.file.uses++;
    return this;
  }

  release(): void {
    for (const segment of this.#segments) {
      if ("file" in segment && --segment.file.uses === 0) unlinkSync(segment.file.path);
    }
  }
}

/** Keeps the content while `work` is at it; with nobody else holding it, it is gone afterwards. */
export async function holding<T>(content: Content, work: () => T | Promise<T>): Promise<T> {
  content.retain();
  try {
    return await work();
  } finally {
    content.release();
  }
}

/** Where bodies go that are too large for memory: files in a folder that `close` removes. */
export class Spool {
  readonly #memoryLimit: number;
  readonly #given: string | undefined;
  #folder: string | undefined;
  #files = 0;

  /** @param folder kept, with all data in files below it; without one only bodies above 1 MiB go to files of a temporary folder */
  constructor(folder: string | undefined) {
    this.#given = folder;
    this.#memoryLimit = folder === undefined ? 1024 * 1024 : 0;
  }

  writer(): ContentWriter {
    return new ContentWriter(this.#memoryLimit, () => {
      this.#folder ??= this.#openFolder();
      return join(this.#folder, `${++this.#files}.data`);
    });
  }

  store(bytes: Uint8Array): Content {
    const writer = this.writer();
    writer.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return writer.finish();
  }

  close(): void {
    if (this.#folder !== undefined && this.#given === undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #openFolder(): string {
    if (this.#given === undefined) return mkdtempSync(join(tmpdir(), "tidemark-s3-server-"));
    mkdirSync(this.#given, { recursive: true });
    return mkdtempSync(join(this.#given, "data-"));
  }
}

/** Takes a body as it comes; in memory until it is too large for it. */
export class ContentWriter {
  readonly #memoryLimit: number;
  readonly #newPath: () => string;
  #held: Buffer[] = [];
  #size = 0;
  #file: { readonly path: string; readonly descriptor: number } | undefined;

  constructor(memoryLimit: number, newPath: () => string) {
    this.#memoryLimit = memoryLimit;
    this.#newPath = newPath;
  }

  write(chunk: Buffer): void {
    this.#size += chunk.length;
    this.#held.push(chunk);
    if (this.#size > this.#memoryLimit) this.#flush();
  }

  /** Nobody holds the content yet: see `holding`. */
  finish(): Content {
    // Joining copies, so that a small body does not keep the socket's whole buffer alive.
    if (this.#file === undefined) return Content.of(Buffer.concat(this.#held, this.#size));
    closeSync(this.#file.descriptor);
    return new Content([{ file: { path: this.#file.path, uses: 0 }, start: 0, length: this.#size }]);
  }

  /** The body was refused. */
  discard(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file.descriptor);
    unlinkSync(this.#file.path);
  }

  // Synchronous: a write to the page cache is shorter than the way to a thread and back.
  #flush(): void {
    if (this.#file === undefined) {
      const path = this.#newPath();
      this.#file = { path, descriptor: openSync(path, "wx", 0o600) };
    }
    for (const chunk of this.#held) {
      for (let at = 0; at < chunk.length;) at += writeSync(this.#file.descriptor, chunk, at);
    }
    this.#held = [];
  }
}

function lengthOf(segment: Segment): number {
  return "bytes" in segment ? segment.bytes.length : segment.length;
}

function readWhole(path: string, start: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const descriptor = openSync(path, "r");
  try {
    for (let at = 0; at < length;) at += readSync(descriptor, bytes, at, length - at, start + at);
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}

async function* readFile(path: string, start: number, length: number): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path, "r");
  try {
    for (let at = 0; at < length;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(READ_BYTES, length - at)), 0, null, start + at);
      if (bytesRead === 0) throw new Error(`${path} is shorter than it was`);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

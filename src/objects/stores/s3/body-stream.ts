import { createHash } from "node:crypto";
import { pipeline, type Readable, Transform, type TransformCallback } from "node:stream";
import { crc32 } from "node:zlib";

/** Bytes of content in one chunk of `aws-chunked`. All but the last are of this size, so that the length is known before. */
const CHUNK = 64 * 1024;

export const CRC32_HEADER = "x-amz-checksum-crc32";

/** A CRC-32 as S3 writes it. */
export function crcText(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc >>> 0);
  return bytes.toString("base64");
}

/** Length of a body of `size` bytes in `aws-chunked` with a CRC-32 in its trailer. */
export function chunkedLength(size: number): number {
  const full = Math.floor(size / CHUNK);
  const rest = size % CHUNK;
  const frame = (length: number): number => length.toString(16).length + 4 + length;
  return full * frame(CHUNK) + (rest === 0 ? 0 : frame(rest)) + trailerOf(0).length;
}

function trailerOf(crc: number): string {
  return `0\r\n${CRC32_HEADER}:${crcText(crc)}\r\n\r\n`;
}

/**
 * Passes content on, and takes its MD5, or its CRC-32 and frames it, on the way.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export class BodyStream extends Transform {
  readonly #md5: ReturnType<typeof createHash> | undefined;
  readonly #chunked: boolean;
  #digest: string | undefined;
  #crc = 0;
  #held: Buffer[] = [];
  #heldBytes = 0;

  static over(stream: Readable, options: { readonly md5: boolean; readonly chunked: boolean }): BodyStream {
    const body = new BodyStream(options);
    // Errors of either end reach the other; whoever sends the body sees them there.
    pipeline(stream, body, () => undefined);
    return body;
  }

  constructor({ md5, chunked }: { readonly md5: boolean; readonly chunked: boolean }) {
    super({ highWaterMark: 256 * 1024 });
    this.#md5 = md5 ? createHash("md5") : undefined;
    this.#chunked = chunked;
  }

  /** Of the content, in hex; undefined before its end, and where none is taken. */
  get md5(): string | undefined {
    return this.#digest;
  }

  get crc32(): string {
    return crcText(this.#crc);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#md5?.update(chunk);
    if (!this.#chunked) {
      done(null, chunk);
      return;
    }
    this.#crc = crc32(chunk, this.#crc);
    this.#held.push(chunk);
    this.#heldBytes += chunk.byteLength;
    if (this.#heldBytes >= CHUNK) this.#frame();
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#digest = this.#md5?.digest("hex");
    if (this.#chunked) {
      if (this.#heldBytes > 0) this.#push(Buffer.concat(this.#held));
      this.push(Buffer.from(trailerOf(this.#crc), "latin1"));
    }
    done();
  }

  #frame(): void {
    let bytes = this.#held.length === 1 && this.#held[0] !== undefined ? this.#held[0] : Buffer.concat(this.#held);
    while (bytes.byteLength >= CHUNK) {
      this.#push(bytes.subarray(0, CHUNK));
      bytes = bytes.subarray(CHUNK);
    }
    this.#held = bytes.byteLength === 0 ? [] : [bytes];
    this.#heldBytes = bytes.byteLength;
  }

  #push(bytes: Buffer): void {
    this.push(Buffer.from(`${bytes.byteLength.toString(16)}\r\n`, "latin1"));
    this.push(bytes);
    this.push(Buffer.from("\r\n", "latin1"));
  }
}

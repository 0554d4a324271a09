import { createHash } from "node:crypto";
import type { ChunkSigner } from "./auth.ts";
import { S3Error } from "./errors.ts";

const MAX_LINE_BYTES = 16 * 1024;
/** S3 takes no more in a chunk than this. */
const MAX_CHUNK_BYTES = 5 * 1024 ** 3;

export interface ChunkedOptions {
  readonly trailer: boolean;
  /** undefined: chunks carry no signature. */
  readonly signer: ChunkSigner | undefined;
}

/**
 * The data inside an `aws-chunked` body. When it ends, `trailers` holds the trailing headers, lower-case.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 *
 * @throws S3Error `SignatureDoesNotMatch`, `IncompleteBody`, `InvalidRequest`, `MalformedTrailerError`
 */
export async function* decodeChunks(
  body: AsyncIterable<Buffer>,
  { trailer, signer }: ChunkedOptions,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer, void, undefined> {
  const reader = new ByteReader(body);
  for (;;) {
    const { size, signature } = parseChunkHeader(await reader.line());
    const hash = signer === undefined ? undefined : createHash("sha256");
    for (let left = size; left > 0;) {
      const piece = await reader.some(left);
      hash?.update(piece);
      left -= piece.length;
      yield piece;
    }
    if (size > 0 && (await reader.line()) !== "") throw new S3Error("InvalidRequest", { message: "A chunk does not end where its size says." });
    if (signer !== undefined && hash !== undefined) {
      if (signature === undefined) throw new S3Error("SignatureDoesNotMatch");
      signer.verifyChunk(hash.digest("hex"), signature);
    }
    if (size === 0) break;
  }
  await readTrailers(reader, { trailer, signer }, trailers);
}

function parseChunkHeader(line: string): { readonly size: number; readonly signature: string | undefined } {
  const fields = /^([0-9a-f]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line);
  const size = Number.parseInt(fields?.[1] ?? "", 16);
  if (Number.isNaN(size) || size > MAX_CHUNK_BYTES) throw new S3Error("InvalidRequest", { message: "A chunk has no valid header." });
  return { size, signature: fields?.[2] };
}

async function readTrailers(reader: ByteReader, { trailer, signer }: ChunkedOptions, trailers: Map<string, string>): Promise<void> {
  let canonical = "";
  let signature: string | undefined;
  for (;;) {
    const line = await reader.line();
    if (line === "") break;
    const colon = line.indexOf(":");
    if (!trailer || colon <= 0) throw new S3Error("MalformedTrailerError");
    const name = line.slice(0, colon).toLowerCase().trim();
    const value = line.slice(colon + 1).trim();
    if (name === "x-amz-trailer-signature") signature = value;
    else {
      trailers.set(name, value);
      canonical += `${name}:${value}\n`;
    }
  }
  if (trailer && signer !== undefined) {
    if (signature === undefined) throw new S3Error("MalformedTrailerError");
    signer.verifyTrailer(canonical, signature);
  }
  if (!(await reader.ended())) throw new S3Error("MalformedTrailerError");
}

/** Reads lines and runs of bytes from chunks that are cut anywhere. */
class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(body: AsyncIterable<Buffer>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }

  /** Without its CRLF. The body may end instead of the last one. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf("\r\n");
      if (end !== -1) {
        const line = this.#held.toString("latin1", 0, end);
        this.#held = this.#held.subarray(end + 2);
        return line;
      }
      if (this.#held.length > MAX_LINE_BYTES) throw new S3Error("InvalidRequest", { message: "A chunk has no valid header." });
      const more = await this.#more();
      if (more === undefined) throw new S3Error("IncompleteBody");
      this.#held = this.#held.length === 0 ? more : Buffer.concat([this.#held, more]);
    }
  }

  /** What is at hand, at most `limit` bytes and at least one. */
  async some(limit: number): Promise<Buffer> {
    if (this.#held.length === 0) {
      const more = await this.#more();
      if (more === undefined) throw new S3Error("IncompleteBody");
      this.#held = more;
    }
    const piece = this.#held.subarray(0, limit);
    this.#held = this.#held.subarray(piece.length);
    return piece;
  }

  async ended(): Promise<boolean> {
    return this.#held.length === 0 && (await this.#more()) === undefined;
  }

  async #more(): Promise<Buffer | undefined> {
    for (;;) {
      const { value, done } = await this.#chunks.next();
      if (done === true) return undefined;
      if (value.length > 0) return value;
    }
  }
}

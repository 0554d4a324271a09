import type { Hash } from "node:crypto";
import { Transform, type TransformCallback, type Readable } from "node:stream";

/** Passes bytes on and takes their hash on the way. */
export class HashingStream extends Transform {
  readonly #hash: Hash | undefined;
  #digest: string | undefined;
  #ended = false;

  /** @param hash undefined takes none */
  static over(stream: Readable, hash: Hash | undefined): HashingStream {
    const hashing = new HashingStream(hash);
    stream.on("error", (error) => hashing.destroy(error));
    hashing.on("close", () => stream.destroy());
    stream.pipe(hashing);
    return hashing;
  }

  constructor(hash: Hash | undefined) {
    super({ highWaterMark: 256 * 1024 });
    this.#hash = hash;
  }

  /** undefined before the end, and where none is taken. */
  digest(): string | undefined {
    if (!this.#ended || this.#hash === undefined) return undefined;
    return (this.#digest ??= this.#hash.digest("hex"));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash?.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.#ended = true;
    done();
  }
}

import { createHash, type Hash } from "node:crypto";
import { Transform, type TransformCallback, type Readable } from "node:stream";

/** Passes bytes on and takes their MD5 on the way. */
export class HashingStream extends Transform {
  readonly #hash: Hash | undefined;
  #digest: string | undefined;
  #ended = false;

  /** @param plain takes no MD5 */
  static over(stream: Readable, plain: boolean): HashingStream {
    const hashing = new HashingStream(plain);
    stream.on("error", (error) => hashing.destroy(error));
    hashing.on("close", () => stream.destroy());
    stream.pipe(hashing);
    return hashing;
  }

  constructor(plain: boolean) {
    super({ highWaterMark: 256 * 1024 });
    this.#hash = plain ? undefined : createHash("md5");
  }

  /** undefined before the end, and where none is taken. */
  md5(): string | undefined {
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

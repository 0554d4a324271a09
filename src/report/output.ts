import { once } from "node:events";
import type { Writable } from "node:stream";

/** Text is handed over in pieces of about this many characters: a call for every line costs more than the line. */
const CHUNK = 16_384;

/**
 * Writes lines to a stream, in larger pieces, and waits where the reader is slow.
 *
 * A reader that went away (`tidemark show … | head`) is no error: what comes after is dropped, and
 * `closed` says that nobody listens any more.
 */
export class Output {
  readonly #stream: Writable;
  #pending = "";
  #closed = false;
  #failure: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") this.#failure ??= error;
      this.#closed = true;
    });
  }

  /** Why what was written did not all arrive: a full disk. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Keeps text for the next `flush`, and hands over what is large enough. */
  write(text: string): void {
    if (this.#closed) return;
    this.#pending += text;
    if (this.#pending.length >= CHUNK) this.#hand();
  }

  line(text = ""): void {
    this.write(`${text}\n`);
  }

  /** Whether the stream has more than it can take: then `flush` before the next page. */
  get full(): boolean {
    return this.#stream.writableNeedDrain;
  }

  /** Resolves when everything was handed over and the stream takes more. */
  async flush(): Promise<void> {
    this.#hand();
    if (this.#closed || !this.#stream.writableNeedDrain) return;
    const done = new AbortController();
    try {
      await Promise.race([once(this.#stream, "drain", { signal: done.signal }), once(this.#stream, "close", { signal: done.signal })]);
    } catch {
      // The stream's error listener has taken note.
    } finally {
      done.abort();
    }
  }

  /** Resolves when the stream has taken everything, or has said that it cannot. */
  async settle(): Promise<void> {
    await this.flush();
    if (this.#closed) return;
    await new Promise<void>((resolve) => this.#stream.write("", () => resolve()));
    // The callback may come just before the error that tells why.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #hand(): void {
    const text = this.#pending;
    this.#pending = "";
    if (text !== "" && !this.#closed) this.#stream.write(text);
  }
}

import { hash } from "node:crypto";
import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import type { ObjectBody, WriteOptions } from "../../store.ts";
import { BodyStream, chunkedLength, CRC32_HEADER, crcText } from "./body-stream.ts";
import { S3Failure } from "./failure.ts";
import type { Scope } from "./scope.ts";
import { bareEtag, md5Etag } from "./version-pin.ts";

/** Codes by which servers refuse a checksum they do not know. */
const CHECKSUM_REFUSED = new Set([
  "InvalidArgument",
  "InvalidRequest",
  "NotImplemented",
  "XAmzContentSHA256Mismatch",
  "MalformedTrailerError",
  "IncompleteBody",
  "MissingContentLength",
  "InvalidHeader",
]);

/** A body on its way: opened, hashed as it goes, and opened again for another attempt. */
export class Outgoing {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | (() => Promise<Readable | Uint8Array>);
  #md5: string | undefined;
  #stream: BodyStream | undefined;
  #crc: string | undefined;
  #unsent: (() => void) | undefined;

  private constructor(headers: Readonly<Record<string, string>>, body: Uint8Array | (() => Promise<Readable | Uint8Array>)) {
    this.headers = headers;
    this.body = body;
  }

  /**
   * @param opened used for the first attempt
   * @param again opens the same content for another
   */
  static of(scope: Scope, opened: ObjectBody, again: () => Promise<ObjectBody>, verify: WriteOptions["verify"]): Outgoing {
    const { learned } = scope.client;
    const summed = (verify === "checksum" || learned.checksumNeeded) && learned.checksums;
    learned.checksumsSent ||= summed;
    if (opened.content.kind === "whole") {
      const { bytes, md5 } = opened.content;
      const crc = summed ? crcText(crc32(bytes)) : undefined;
      const whole = new Outgoing(crc === undefined ? {} : { [CRC32_HEADER]: crc }, bytes);
      whole.#md5 = md5 ?? (verify === "none" ? undefined : hash("md5", bytes, "hex"));
      whole.#crc = crc;
      return whole;
    }
    let first: ObjectBody | undefined = opened;
    const { size } = opened;
    const headers: Record<string, string> = summed
      ? {
          "content-length": String(chunkedLength(size)),
          "content-encoding": "aws-chunked",
          "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
          "x-amz-decoded-content-length": String(size),
          "x-amz-trailer": CRC32_HEADER,
        }
      : { "content-length": String(size) };
    const stream = opened.content.stream;
    const streamed: Outgoing = new Outgoing(headers, async () => {
      const { content } = first ?? (await again());
      first = undefined;
      if (content.kind !== "stream") throw new Error("content that came as a stream came whole when it was opened again");
      streamed.#stream = BodyStream.over(content.stream, { md5: verify !== "none", chunked: summed });
      return streamed.#stream;
    });
    streamed.#unsent = () => {
      if (first !== undefined) stream.destroy();
    };
    return streamed;
  }

  /** Lets go of content that was opened and never sent. */
  discard(): void {
    this.#unsent?.();
  }

  /** Of the last attempt's content; undefined where it did not reach its end. */
  get md5(): string | undefined {
    return this.#md5 ?? this.#stream?.md5;
  }

  /** Whether the store holds something else than was sent, as far as its answer tells. */
  differsFrom(headers: Readonly<Record<string, string>>): boolean {
    const claimed = md5Etag(bareEtag(headers["etag"]), headers);
    const { md5 } = this;
    if (claimed !== undefined && md5 !== undefined && claimed !== md5) return true;
    const crc = this.#crc ?? (this.headers["x-amz-trailer"] === undefined ? undefined : this.#stream?.crc32);
    const held = headers[CRC32_HEADER];
    return crc !== undefined && held !== undefined && held !== crc;
  }
}

/**
 * Learns from a refusal whether the endpoint knows no checksums, or wants one with every write, as buckets with object lock do.
 *
 * @returns whether to send again
 */
export function learnsChecksums(scope: Scope, error: unknown): boolean {
  if (!(error instanceof S3Failure)) return false;
  const { learned } = scope.client;
  if (error.code === "InvalidRequest" && /content-md5/i.test(error.message)) {
    if (learned.checksumNeeded) return false;
    learned.checksumNeeded = true;
    return true;
  }
  if (!learned.checksums || !learned.checksumsSent || ![400, 403, 501].includes(error.status) || !CHECKSUM_REFUSED.has(error.code)) return false;
  learned.checksums = false;
  return true;
}

import { hash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BodyStream, chunkedLength, crcText } from "../../../../src/objects/stores/s3/body-stream.ts";

const bodies = fc.tuple(fc.integer({ min: 0, max: 300_000 }), fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 5 }));

function pieces(content: Buffer, sizes: readonly number[]): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0, i = 0; at < content.byteLength; i++) {
        const size = sizes[i % sizes.length] ?? 1;
        yield content.subarray(at, at + size);
        at += size;
      }
    })(),
    { objectMode: false },
  );
}

/** As a server reads it. */
function unframe(framed: Buffer): { readonly content: Buffer; readonly trailer: string } {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = framed.indexOf("\r\n", at);
    const size = Number.parseInt(framed.toString("latin1", at, end), 16);
    if (size === 0) return { content: Buffer.concat(chunks), trailer: framed.toString("latin1", end + 2) };
    chunks.push(framed.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

describe("a body on its way", () => {
  test("is the same content in chunks of the length told before, with its checksum behind", async () => {
    await fc.assert(
      fc.asyncProperty(bodies, async ([size, sizes]) => {
        const content = Buffer.alloc(size, "tidemark");
        const stream = BodyStream.over(pieces(content, sizes), { md5: true, chunked: true });
        const framed = await buffer(stream);
        expect(framed.byteLength).toBe(chunkedLength(size));
        const { content: back, trailer } = unframe(framed);
        expect(back.equals(content)).toBe(true);
        expect(trailer).toBe(`x-amz-checksum-crc32:${crcText(crc32(content))}\r\n\r\n`);
        expect(stream.md5).toBe(hash("md5", content, "hex"));
      }),
      { numRuns: 30 },
    );
  });

  test("passes plain content on, and knows no MD5 before its end", async () => {
    const stream = BodyStream.over(pieces(Buffer.from("abc"), [1]), { md5: true, chunked: false });
    expect(stream.md5).toBeUndefined();
    expect(await buffer(stream)).toEqual(Buffer.from("abc"));
    expect(stream.md5).toBe(hash("md5", "abc", "hex"));
  });

  test("fails with what its source failed with", async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from("a");
        throw new Error("the disk broke");
      })(),
      { objectMode: false },
    );
    await expect(buffer(BodyStream.over(broken, { md5: true, chunked: false }))).rejects.toThrow("the disk broke");
  });
});

import { Readable } from "node:stream";
import type { BodySource, ObjectBody, ObjectHead, ObjectProperties, WriteOptions } from "../../src/objects/store.ts";

export const NO_PROPERTIES: ObjectProperties = { metadata: {}, headers: {}, mtime: undefined, storageClass: undefined, tags: {}, tagCount: 0 };

export interface TestBody {
  readonly properties?: Partial<ObjectProperties>;
  /** As a stream, in pieces of this many bytes. */
  readonly pieces?: number;
  /** The stream breaks off with this after so many bytes. */
  readonly breaks?: { readonly after: number; readonly error: Error };
}

/** Content to be written, out of memory. */
export function bodyOf(content: string | Uint8Array, { properties, pieces, breaks }: TestBody = {}): BodySource {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const all: ObjectProperties = { ...NO_PROPERTIES, ...properties };
  const head: ObjectHead = { version: { size: bytes.length }, modifiedMs: 0, properties: all };
  return {
    size: bytes.length,
    async open(range) {
      const part = range ? bytes.subarray(range.start, range.end + 1) : bytes;
      const stream = pieces !== undefined || breaks !== undefined;
      const body: ObjectBody["content"] = stream
        ? { kind: "stream", stream: Readable.from(cut(part, range?.start ?? 0, pieces ?? 65_536, breaks), { objectMode: false }) }
        : { kind: "whole", bytes: part, md5: undefined };
      return { ...head, size: part.length, content: body };
    },
    properties: () => all,
    head: async () => head,
  };
}

function* cut(bytes: Uint8Array, offset: number, size: number, breaks: TestBody["breaks"]): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    if (breaks && offset + at >= breaks.after) throw breaks.error;
    yield bytes.subarray(at, at + size);
  }
}

/** Bytes that differ everywhere and are the same every time. */
export function patterned(size: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let i = 0, word = 0x9e3779b9; i < words.length; i++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    words[i] = word;
  }
  return new Uint8Array(words.buffer, 0, size);
}

export async function bytesOf({ content }: ObjectBody): Promise<Buffer> {
  if (content.kind === "whole") return Buffer.from(content.bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of content.stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** As an engine would: slots without a limit, intents in memory. */
export function writeOptions(
  options: Partial<WriteOptions> = {},
): WriteOptions & { readonly open: ReadonlyMap<number, { kind: string; key: string; detail: string; at: number }> } {
  const open = new Map<number, { kind: string; key: string; detail: string; at: number }>();
  let last = 0;
  return {
    expect: { kind: "absent" },
    slots: { acquire: async () => {}, tryAcquire: () => true, release: () => {}, throttled: () => {} },
    intents: {
      async begin(kind, key, detail) {
        open.set(++last, { kind, key, detail, at: Date.now() });
        return last;
      },
      async end(id) {
        open.delete(id);
      },
    },
    verify: "checksum",
    sourceEtag: undefined,
    signal: new AbortController().signal,
    open,
    ...options,
  };
}

import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

/** One write of a state: what it changed, as SQLite's session extension tells it. A frame is its length (4 bytes, big-endian) and gzip. */
const LENGTH_BYTES = 4;
/** A frame from elsewhere that says it is larger is no frame of ours: transactions are pages. */
const MAX_CHANGES = 256 * 1024 * 1024;

const [zip, unzip] = [promisify(gzip), promisify(gunzip)];

export async function toFrame(changes: Uint8Array): Promise<Buffer> {
  const packed = await zip(changes, { level: 5 });
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + packed.length);
  frame.writeUInt32BE(packed.length, 0);
  packed.copy(frame, LENGTH_BYTES);
  return frame;
}

/** The changes in what may be many frames one after the other. @throws Error where they are none */
export async function* changesIn(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const frames = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < frames.length;) {
    if (at + LENGTH_BYTES > frames.length) throw new Error("a frame is cut short");
    const start = at + LENGTH_BYTES;
    const end = start + frames.readUInt32BE(at);
    if (end > frames.length) throw new Error("a frame is cut short");
    yield await unzip(frames.subarray(start, end), { maxOutputLength: MAX_CHANGES });
    at = end;
  }
}

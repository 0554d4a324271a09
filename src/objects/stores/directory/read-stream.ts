import { open, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { changed, readFault } from "./faults.ts";
import { factsOf, type FileFacts, isVersion } from "./file-version.ts";

/** Small enough that what was read does not pile up before it is collected. */
const CHUNK = 128 * 1024;
const AHEAD = 1024 * 1024;

/**
 * Streams a file, or a range of it, and sees that it is the same file from the first byte to the last.
 *
 * The last chunk is held back until that is known: whoever counts bytes never takes torn content for
 * whole.
 *
 * @param facts what it must be, before and after
 * @param range inclusive, within the file
 */
export async function streamFile(
  key: string,
  path: string,
  flags: number,
  facts: FileFacts,
  range: { readonly start: number; readonly end: number },
  signal: AbortSignal,
): Promise<Readable> {
  signal.throwIfAborted();
  let file: FileHandle;
  try {
    file = await open(path, flags);
  } catch (error) {
    throw readFault(error, key);
  }
  try {
    await requireUnchanged(file, key, facts);
  } catch (error) {
    await file.close();
    throw readFault(error, key);
  }
  const stream = Readable.from(chunks(file, key, facts, range), { objectMode: false, highWaterMark: AHEAD, signal });
  // An iterator that was never begun does not run its `finally`.
  stream.once("close", () => void file.close().catch(() => {}));
  return stream;
}

async function* chunks(
  file: FileHandle,
  key: string,
  facts: FileFacts,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Buffer, void, undefined> {
  try {
    for (let at = start; at <= end;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(Math.min(CHUNK, end + 1 - at)), 0, undefined, at);
      if (bytesRead === 0) throw changed(key, "became shorter while it was read");
      at += bytesRead;
      if (at > end) await requireUnchanged(file, key, facts);
      yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw readFault(error, key);
  }
}

async function requireUnchanged(file: FileHandle, key: string, facts: FileFacts): Promise<void> {
  const stats = await file.stat({ bigint: true });
  if (!stats.isFile()) throw changed(key, "is no longer a regular file");
  if (!isVersion(factsOf(stats), facts)) throw changed(key, "was changed while it was read");
}

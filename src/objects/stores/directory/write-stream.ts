import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Emit } from "../../../core/events.ts";
import { changed, mismatch, writeFault } from "./faults.ts";
import { fileTime } from "./file-version.ts";
import { FILL } from "./flags.ts";

const CHUNK = 1024 * 1024;

export interface StreamWrite {
  readonly size: number;
  /** Nanoseconds since the epoch. */
  readonly mtime: bigint | undefined;
  readonly md5: string | undefined;
  readonly readBack: boolean;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/**
 * Fills an empty file from a stream and makes it durable. The file is removed where that fails.
 *
 * @throws ItemError; what the stream throws
 */
export async function writeStream(key: string, path: string, stream: Readable, { size, mtime, md5, readBack, signal, emit }: StreamWrite): Promise<void> {
  const digest = md5 !== undefined || readBack ? createHash("md5") : undefined;
  try {
    const file = await open(path, FILL);
    try {
      let at = 0;
      for await (const chunk of stream) {
        signal.throwIfAborted();
        const bytes = chunk as Buffer;
        digest?.update(bytes);
        await writeAll(file, bytes, at);
        at += bytes.length;
        emit({ type: "transferred", key, bytes: bytes.length });
      }
      if (at !== size) throw changed(key, `gave ${at} of ${size} bytes`);
      if (mtime !== undefined) await file.utimes(fileTime(mtime), fileTime(mtime));
      await file.sync();
    } finally {
      await file.close();
    }
    const sent = digest?.digest("hex");
    if (md5 !== undefined && sent !== md5) throw mismatch(key);
    if (readBack && (await md5Of(path)) !== sent) throw mismatch(key);
  } catch (error) {
    stream.destroy();
    await discard(path);
    throw writeFault(error, key);
  }
}

export async function discard(path: string): Promise<void> {
  await rm(path, { force: true });
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
}

async function md5Of(path: string): Promise<string> {
  const file = await open(path);
  try {
    const digest = createHash("md5");
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (let at = 0; ;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, at);
      if (bytesRead === 0) return digest.digest("hex");
      digest.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

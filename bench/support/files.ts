import { randomBytes } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes files of 4 KiB of random content in folders of 1000. */
export async function writeSmallFiles(folder: string, count: number): Promise<void> {
  const content = randomBytes(4096);
  for (let i = 0; i < count; i++) {
    const sub = join(folder, `folder-${String(Math.floor(i / 1000)).padStart(4, "0")}`);
    if (i % 1000 === 0) await mkdir(sub, { recursive: true });
    content.writeUInt32BE(i);
    await writeFile(join(sub, `file-${String(i % 1000).padStart(3, "0")}.bin`), content);
  }
}

/** Writes one file of random blocks. @param size bytes */
export async function writeBigFile(file: string, size: number): Promise<void> {
  const block = randomBytes(8 << 20);
  await using handle = await open(file, "w");
  for (let written = 0; written < size; written += block.length) {
    block.writeUInt32BE(written / block.length);
    await handle.write(block, 0, Math.min(block.length, size - written));
  }
}

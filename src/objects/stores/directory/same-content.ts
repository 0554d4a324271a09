import { closeSync, constants, openSync, readSync } from "node:fs";

const CHUNK = 1024 * 1024;

/** Whether two files of one size hold the same bytes. */
export function sameContent(a: string, b: string): boolean {
  const left = openSync(a, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const right = openSync(b, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const x = Buffer.allocUnsafe(CHUNK);
      const y = Buffer.allocUnsafe(CHUNK);
      for (let at = 0; ;) {
        const read = readSync(left, x, 0, CHUNK, at);
        if (read !== fill(right, y, read, at) || x.compare(y, 0, read, 0, read) !== 0) return false;
        if (read === 0) return true;
        at += read;
      }
    } finally {
      closeSync(right);
    }
  } finally {
    closeSync(left);
  }
}

function fill(file: number, into: Buffer, size: number, position: number): number {
  let at = 0;
  while (at < size) {
    const read = readSync(file, into, at, size - at, position + at);
    if (read === 0) break;
    at += read;
  }
  return at;
}

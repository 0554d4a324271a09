import type { Finding } from "./findings.ts";

const MOST_BYTES = 4 * 2 ** 20;

/**
 * Reads a file that may be of any size and any kind, at the cost of the largest plan.
 *
 * @returns its bytes, or why there are none
 */
export function readBounded(file: string): Uint8Array | Finding {
  // Importing it as a module loads all of its streams too: 7 ms of every `validate`.
  const { closeSync, fstatSync, openSync, readSync } = process.getBuiltinModule("node:fs");
  try {
    const handle = openSync(file, "r");
    try {
      const stats = fstatSync(handle);
      if (stats.isDirectory()) return { code: "FILE_UNREADABLE", message: "This is a folder, not a plan file.", hint: "Name the file in it." };
      // Its size is no promise: a pipe has none, and a file may grow.
      let room = new Uint8Array(Math.min(MOST_BYTES, Math.max(stats.size, 4096)) + 1);
      let length = 0;
      for (;;) {
        const read = readSync(handle, room, length, room.length - length, null);
        length += read;
        if (length > MOST_BYTES)
          return {
            code: "FILE_TOO_LARGE",
            message: "The file is larger than 4 MiB.",
            hint: "No plan is that large: long lists of keys belong into a manifest.",
          };
        if (read === 0) return room.subarray(0, length);
        if (length < room.length) continue;
        const larger = new Uint8Array(MOST_BYTES + 1);
        larger.set(room);
        room = larger;
      }
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    return unreadableReason(error);
  }
}

function unreadableReason(error: unknown): Finding {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  if (code === "ENOENT") return { code: "FILE_NOT_FOUND", message: "There is no such file.", hint: "`tidemark init FILE` writes a first plan." };
  return { code: "FILE_UNREADABLE", message: `The file cannot be read (${code}).`, hint: code === "EACCES" ? "Look at its permissions." : undefined };
}

import type { KeyProblem } from "../../store.ts";

/** S3's limit on a key in UTF-8. */
export const MAX_KEY_BYTES = 1024;

/** Why no S3 store could hold the key, or undefined. What only some stores refuse, they say themselves. */
export function keyProblem(root: string, key: string): KeyProblem | undefined {
  const full = root + key;
  if (key === "") return { code: "KEY_EMPTY", message: "An object's key may not be empty." };
  if (!full.isWellFormed()) return { code: "KEY_NOT_UTF8", message: "The key holds half of a surrogate pair, which UTF-8 cannot." };
  if (full.includes("\0")) return { code: "KEY_HAS_NUL", message: "The key holds a NUL character." };
  // A UTF-16 unit takes at most three bytes: most keys need no counting.
  if (full.length * 3 > MAX_KEY_BYTES) {
    const bytes = Buffer.byteLength(full, "utf8");
    if (bytes > MAX_KEY_BYTES)
      return { code: "KEY_TOO_LONG", message: `The key takes ${bytes} bytes with the destination's prefix; S3 holds ${MAX_KEY_BYTES}.` };
  }
  return undefined;
}

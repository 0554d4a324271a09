import { visible } from "../../../core/escape.ts";
import type { KeyProblem } from "../../store.ts";

/**
 * Where unfinished files live: at the root and, for a folder on another file system, in that folder.
 * A folder of this name is invisible wherever it stands, and no key may lead through one: the root of
 * one location may lie within another's.
 */
export const TEMP_FOLDER = ".tidemark-tmp";

/** Bytes of one name, on every file system in common use. */
const MAX_NAME = 255;
/** Bytes of a whole path, without the NUL that ends it: PATH_MAX of Linux. */
const MAX_PATH = 4095;

/**
 * Why no directory could ever hold this key.
 *
 * A key that ends in `/` names a folder; whether it carries data cannot be seen from the key.
 *
 * @param root absolute path with a trailing slash: the whole path has a limit too
 */
export function nameProblem(key: string, root: string): KeyProblem | undefined {
  if (key === "") return problem("KEY_EMPTY", key, "names no file");
  if (key.includes("\0")) return problem("KEY_HAS_NUL", key, "holds a NUL character, which no file name can");
  if (!key.isWellFormed()) return problem("KEY_NOT_UTF8", key, "is not text that UTF-8 can hold");
  const folder = key.endsWith("/");
  for (const name of (folder ? key.slice(0, -1) : key).split("/")) {
    if (name === "") return problem("KEY_EMPTY_COMPONENT", key, "has an empty component, which a path cannot");
    if (name === "." || name === "..") return problem("KEY_DOT_COMPONENT", key, `has the component ${name}, which a path takes for a place`);
    if (name === TEMP_FOLDER) return problem("KEY_RESERVED", key, `leads through ${TEMP_FOLDER}, where unfinished files live`);
    // A UTF-16 unit is at most three bytes.
    if (name.length * 3 > MAX_NAME && Buffer.byteLength(name) > MAX_NAME) return problem("KEY_TOO_LONG", key, `has a component of more than ${MAX_NAME} bytes`);
  }
  if ((root.length + key.length) * 3 > MAX_PATH && Buffer.byteLength(root) + Buffer.byteLength(key) > MAX_PATH)
    return problem("KEY_TOO_LONG", key, `makes a path of more than ${MAX_PATH} bytes`);
  return undefined;
}

function problem(code: string, key: string, what: string): KeyProblem {
  return { code, message: `The key ${visible(JSON.stringify(key), { maxLength: 200 })} ${what}.` };
}

/** The folder part of a key, with its trailing slash; "" at the root. */
export function parentOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/", key.length - 2) + 1);
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @returns undefined where the bytes are no UTF-8 */
export function decodeName(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A name that is not UTF-8, for people: what is text stays, each other byte is U+FFFD and its value, `�{ff}`. */
export function escapeName(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    let decoded: string | undefined;
    let length = 1;
    for (; length <= 4 && at + length <= bytes.length; length++) {
      decoded = decodeName(bytes.subarray(at, at + length));
      if (decoded !== undefined) break;
    }
    text += decoded ?? `\uFFFD{${(bytes[at] ?? 0).toString(16).padStart(2, "0")}}`;
    at += decoded === undefined ? 1 : length;
  }
  return text;
}

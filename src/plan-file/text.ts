import type { Finding } from "./findings.ts";
import type { Place } from "./source-text.ts";

/** What YAML allows in no text: C0 controls but tab and line ends, DEL, C1 controls but NEL, and half a surrogate pair. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|\p{Cs}/u;

export interface DecodedText {
  readonly text: string;
  readonly problems: readonly { readonly place: Place; readonly finding: Finding }[];
}

/** Turns the bytes of a file into text, without its byte order mark, and refuses what is no text. */
export function decodeText(input: string | Uint8Array): DecodedText {
  if (typeof input === "string") return withProblems(input.startsWith("\ufeff") ? input.slice(1) : input);
  if (isUtf16(input)) return refused("", 0, { code: "FILE_ENCODING", message: "The file is UTF-16.", hint: "Save it as UTF-8." });
  try {
    return withProblems(new TextDecoder("utf-8", { fatal: true }).decode(input));
  } catch {
    const text = new TextDecoder().decode(input.subarray(0, validLength(input)));
    return refused(text, text.length, { code: "FILE_ENCODING", message: "From here on the file is not UTF-8.", hint: "Save it as UTF-8. Is it a text file?" });
  }
}

function withProblems(text: string): DecodedText {
  const found = FORBIDDEN.exec(text);
  if (found === null) return { text, problems: [] };
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return refused(text, found.index, {
    code: "CONTROL_CHARACTER",
    message: `The control character U+${code} stands here.`,
    hint: 'Remove it, or write it as an escape in double quotes: "\\u0001".',
  });
}

function refused(text: string, at: number, finding: Finding): DecodedText {
  return { text, problems: [{ place: { start: at, end: at + 1 }, finding }] };
}

function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** How many bytes at the beginning are whole UTF-8. */
function validLength(bytes: Uint8Array): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isPrefixOfUtf8(bytes.subarray(0, middle))) valid = middle;
    else invalid = middle;
  }
  return valid;
}

function isPrefixOfUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * Text beyond ASCII in metadata.
 *
 * S3 decodes RFC 2047 words when it stores metadata and encodes so when it hands it out; others keep
 * bytes as they came. So values go out as RFC 2047 words, which every server takes, and both forms
 * are understood when they come in.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */

const BEYOND_ASCII = /[^\u0000-\u007f]/;
const WORD = /=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=/g;
const BETWEEN_WORDS = /\?=\s+=\?/g;

export function encodeMetadataValue(value: string): string {
  if (!BEYOND_ASCII.test(value) && !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) return value;
  return `=?UTF-8?B?${Buffer.from(value, "utf8").toString("base64")}?=`;
}

/** @param value as it came over the wire, a character a byte */
export function decodeHeaderText(value: string): string {
  if (BEYOND_ASCII.test(value)) {
    const bytes = Buffer.from(value, "latin1");
    const text = bytes.toString("utf8");
    return text.includes("\ufffd") ? value : text;
  }
  if (!value.includes("=?")) return value;
  const decoded = value
    .replace(BETWEEN_WORDS, "?==?")
    .replace(WORD, (whole, charset: string, kind: string, text: string) => decodeWord(charset, kind, text) ?? whole);
  // Plain text that only looks like such a word stays as it is.
  return /[^\u0020-\u007e]/.test(decoded) ? decoded : value;
}

function decodeWord(charset: string, kind: string, text: string): string | undefined {
  const bytes =
    kind.toLowerCase() === "b"
      ? Buffer.from(text, "base64")
      : Buffer.from(
          text.replaceAll("_", " ").replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
          "latin1",
        );
  const name = charset.toLowerCase();
  if (name === "utf-8") return bytes.toString("utf8");
  return name === "iso-8859-1" || name === "us-ascii" ? bytes.toString("latin1") : undefined;
}

import type { ItemVersion } from "./version.ts";

/**
 * Writes a version as one short text: `size|modified|etag`, then `|versionId|fingerprint` where one
 * of them is present. An absent field is empty, an empty text is `\e`, `|` is `\p` and `\` is `\\`.
 *
 * The same version always gives the same text and no two versions share one, so texts can be hashed
 * and compared in place of versions. One text is also a third of the work of five columns.
 */
export function encodeVersion(version: ItemVersion): string {
  const { size, modified, etag, versionId, fingerprint } = version;
  const text = `${size === undefined ? "" : size}|${escape(modified)}|${escape(etag)}`;
  return versionId === undefined && fingerprint === undefined ? text : `${text}|${escape(versionId)}|${escape(fingerprint)}`;
}

/** @returns undefined where `text` is not exactly what `encodeVersion` writes for some version */
export function decodeVersion(text: string): ItemVersion | undefined {
  const fields = text.split("|");
  const [size, modified, etag, versionId, fingerprint] = fields;
  if (size === undefined || modified === undefined || etag === undefined) return undefined;
  if (fields.length !== 3 && (fields.length !== 5 || (versionId === "" && fingerprint === ""))) return undefined;
  if (size !== "" && !SIZE.test(size)) return undefined;
  if (text.includes("\\") && !fields.every((field) => FIELD.test(field))) return undefined;
  const version: ItemVersion = {
    size: size === "" ? undefined : Number(size),
    modified: unescape(modified),
    etag: unescape(etag),
    versionId: unescape(versionId),
    fingerprint: unescape(fingerprint),
  };
  return version.size === undefined || Number.isSafeInteger(version.size) ? version : undefined;
}

const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;
const SPECIAL = /[\\|]/;
const FIELD = /^(?:\\e|(?:[^\\]|\\[\\p])*)$/;

function escape(field: string | undefined): string {
  if (field === undefined) return "";
  if (field === "") return "\\e";
  return SPECIAL.test(field) ? field.replaceAll("\\", "\\\\").replaceAll("|", "\\p") : field;
}

function unescape(field: string | undefined): string | undefined {
  if (field === undefined || field === "") return undefined;
  if (field === "\\e") return "";
  return field.includes("\\") ? field.replaceAll(/\\[\\p]/g, (pair) => (pair === "\\p" ? "|" : "\\")) : field;
}

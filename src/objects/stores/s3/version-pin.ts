import type { ItemVersion } from "../../../core/version.ts";

/** ETag as Tidemark keeps it: without quotes, without the mark of a weak one. */
export function bareEtag(header: string | undefined): string {
  if (header === undefined) return "";
  const strong = header.startsWith("W/") ? header.slice(2) : header;
  return strong.length > 1 && strong.startsWith('"') && strong.endsWith('"') ? strong.slice(1, -1) : strong;
}

export function quotedEtag(etag: string): string {
  return `"${etag}"`;
}

const MD5_HEX = /^[0-9a-f]{32}$/i;

/** An ETag may be an MD5 of the content: 32 hex digits, and not encrypted under a key that is not S3's own. */
export function md5Etag(etag: string, headers: Readonly<Record<string, string>>): string | undefined {
  if (!MD5_HEX.test(etag)) return undefined;
  const encryption = headers["x-amz-server-side-encryption"];
  if (encryption !== undefined && encryption !== "AES256") return undefined;
  if (headers["x-amz-server-side-encryption-customer-algorithm"] !== undefined) return undefined;
  return etag.toLowerCase();
}

/**
 * Why an object is not the pinned version, or undefined where it is.
 *
 * Only what both sides know is compared. A response header tells the time to the second, a listing
 * to the millisecond (or to the second, as `.000`), so instants are compared by the second wherever
 * one side has no fraction.
 */
export function versionDifference(pin: ItemVersion, seen: ItemVersion): string | undefined {
  if (known(pin.versionId) && known(seen.versionId) && pin.versionId !== seen.versionId) return "it has another version id";
  if (known(pin.etag) && known(seen.etag) && pin.etag !== seen.etag) return "its content has another ETag";
  if (pin.size !== undefined && seen.size !== undefined && pin.size !== seen.size) return `it has ${seen.size} bytes instead of ${pin.size}`;
  if (known(pin.modified) && known(seen.modified) && !sameInstant(pin.modified, seen.modified)) return `it was written at ${seen.modified}`;
  return undefined;
}

function known(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

function sameInstant(a: string, b: string): boolean {
  if (a === b) return true;
  const x = Date.parse(a);
  const y = Date.parse(b);
  if (Number.isNaN(x) || Number.isNaN(y)) return false;
  const bySecond = x % 1000 === 0 || y % 1000 === 0;
  return bySecond ? Math.floor(x / 1000) === Math.floor(y / 1000) : x === y;
}

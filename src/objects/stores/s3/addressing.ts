const UNRESERVED_PATH = /^[A-Za-z0-9\-._~/]*$/;

/** Encodes a key for a request's path, as SigV4 wants it: everything but unreserved characters and `/`. */
export function encodeKey(key: string): string {
  if (UNRESERVED_PATH.test(key)) return key;
  return encodeValue(key).replaceAll("%2F", "/");
}

/** RFC 3986 encoding; `encodeURIComponent` leaves five characters that SigV4 does not. */
export function encodeValue(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `?a=1&b=2`, or nothing. */
export function queryText(query: Readonly<Record<string, string>> | undefined): string {
  if (query === undefined) return "";
  let text = "";
  for (const name of Object.keys(query)) {
    const value = query[name] ?? "";
    text += `${text === "" ? "?" : "&"}${encodeValue(name)}=${encodeValue(value)}`;
  }
  return text;
}

import type { IncomingMessage } from "node:http";
import { S3Error } from "./errors.ts";
import type { ActiveFaults, Target } from "./faults.ts";
import { operationOf } from "./operations.ts";

/** A request as the handlers see it. */
export interface S3Request extends Target {
  readonly method: string;
  /** Decoded, with a leading slash, as the client addressed it. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly id: string;
  readonly faults: ActiveFaults;
  /** The server's clock when it came. */
  readonly now: Date;
  readonly message: IncomingMessage;
  header(name: string): string | undefined;
}

export interface ParsedTarget extends Target {
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
}

const MAX_KEY_BYTES = 1024;

/**
 * Tells bucket, key and operation, from the path or from a Host of `bucket.localhost`.
 * @throws S3Error `InvalidURI` where an escape is not UTF-8, `KeyTooLongError`
 */
export function parseTarget(message: IncomingMessage): ParsedTarget {
  const url = message.url ?? "/";
  const mark = url.indexOf("?");
  const path = decodeEscapes(mark === -1 ? url : url.slice(0, mark));
  const query = parseQuery(mark === -1 ? "" : url.slice(mark + 1));
  const hosted = /^(.+)\.localhost(?::\d+)?$/i.exec(message.headers.host ?? "")?.[1];
  const slash = path.indexOf("/", 1);
  const bucket = hosted ?? ((slash === -1 ? path.slice(1) : path.slice(1, slash)) || undefined);
  const rest = hosted === undefined ? (slash === -1 ? "" : path.slice(slash + 1)) : path.slice(1);
  const key = rest === "" ? undefined : rest;
  if (key !== undefined && Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new S3Error("KeyTooLongError", { details: { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(MAX_KEY_BYTES) } });
  }
  const operation = operationOf({ method: message.method ?? "GET", bucket, key, query, isCopy: message.headers["x-amz-copy-source"] !== undefined });
  return { path, query, bucket, key, operation };
}

/** Name and value pairs; the last of a repeated name counts. `+` is a space, as S3 reads it. */
export function parseQuery(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const [name, value] = equals === -1 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
    pairs.set(decodeEscapes(name.replaceAll("+", " ")), decodeEscapes(value.replaceAll("+", " ")));
  }
  return pairs;
}

export function decodeEscapes(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidURI", { details: { URI: text } });
  }
}

/** Node hands over header bytes as Latin-1; clients mean UTF-8. */
export function headerText(raw: string): string {
  return /[\u0080-\u00ff]/.test(raw) ? Buffer.from(raw, "latin1").toString("utf8") : raw;
}

/** The bytes of a text's UTF-8 as Node wants them for a header. */
export function headerBytes(text: string): string {
  return /[^\u0000-\u007f]/.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

/** @throws S3Error `InvalidArgument` where it is no whole number of at least `least` */
export function wholeNumber(request: S3Request, name: string, fallback: number, least = 0): number {
  const text = request.query.get(name);
  if (text === undefined || text === "") return fallback;
  if (!/^\d{1,10}$/.test(text) || Number(text) < least) {
    throw new S3Error("InvalidArgument", {
      message: `Argument ${name} must be an integer of at least ${least}`,
      details: { ArgumentName: name, ArgumentValue: text },
    });
  }
  return Number(text);
}

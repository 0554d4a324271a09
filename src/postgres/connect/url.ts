import { TidemarkError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { type Settings, settingsOf, type Written } from "./keywords.ts";

/**
 * Reads a connection URL by libpq's grammar, which is not that of web addresses: `#` is nothing
 * special, `+` is no space, and several parts may be missing.
 *
 * Nothing of the URL is ever part of an error: what went wrong may be the place of the password.
 *
 * @throws {TidemarkError} POSTGRES_URL_INVALID, POSTGRES_OPTION
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function parseUrl(url: Secret, location: string): Settings {
  const place = `The url of location ${location}`;
  const text = url.reveal();
  const rest = /^postgres(?:ql)?:\/\/(.*)$/s.exec(text)?.[1];
  if (rest === undefined) throw invalid(place, "does not begin with `postgres://`");
  // As libpq: the first `@` that comes before a `/` ends the account.
  const at = /^[^@/]*@/.exec(rest)?.[0];
  const [server, query] = splitOnce(rest.slice(at?.length ?? 0), "?");
  if (server.includes("@")) throw invalid(place, "has a second `@`, or one after a `/`");
  const [authority, database] = splitOnce(server, "/");
  const entries: Written[] = [];
  const add = (key: string, value: string | undefined) => {
    if (value !== undefined) entries.push({ key, value: decode(value, place) });
  };
  if (at !== undefined) {
    const [user, password] = splitOnce(at.slice(0, -1), ":");
    add("user", user);
    add("password", password);
  }
  const { host, port } = splitHost(authority, place);
  add("host", host);
  add("port", port);
  add("dbname", database);
  for (const pair of query === undefined || query === "" ? [] : query.split("&")) {
    const [key, value] = splitOnce(pair, "=");
    if (value === undefined) throw invalid(place, "has a parameter without `=`");
    const name = decode(key, place);
    // What other programs write for `sslmode=require`; libpq takes it too.
    if (name === "ssl" && value === "true") add("sslmode", "require");
    else add(name, value);
  }
  return settingsOf(entries, { place, secret: (value) => new Secret(value, url.toString()) });
}

function splitHost(authority: string, place: string): { host: string; port: string | undefined } {
  if (authority.includes(",")) return { host: authority, port: undefined };
  if (authority.startsWith("[")) {
    const found = /^\[([^\]]+)\](?::([0-9]*))?$/.exec(authority);
    if (found?.[1] === undefined) throw invalid(place, "has an IPv6 address that does not end in `]`");
    return { host: found[1], port: found[2] };
  }
  const [host, port] = splitOnce(authority, ":");
  if (port !== undefined && !/^[0-9]*$/.test(port)) throw invalid(place, "has a port that is no number");
  return { host, port };
}

/** @returns the second is undefined where there is no separator */
function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

function decode(text: string, place: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw invalid(place, "has a `%` that does not begin an encoded character");
  }
  if (decoded.includes("\0")) throw invalid(place, "has a NUL in it");
  return decoded;
}

function invalid(place: string, what: string): TidemarkError {
  return new TidemarkError("POSTGRES_URL_INVALID", `${place} ${what}.`, {
    hint: "Write `postgres://user:password@host:port/database`. In a password `%`, `@`, `/`, `:` and `?` are `%25`, `%40`, `%2F`, `%3A` and `%3F`; or put it into `password:` as it is.",
  });
}

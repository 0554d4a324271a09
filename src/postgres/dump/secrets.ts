import { ItemError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { DatabaseKind } from "../../driver/database-action.ts";
import { quoteLiteral } from "../names.ts";
import type { DumpEntry } from "./archive.ts";
import { kindOfEntry } from "./classify.ts";
import { isWord, nameOf, stringOf, type Token, tokens } from "./lexer.ts";

export interface Redacted {
  /** The statements with references such as `${password}` in place of secrets. */
  readonly shown: string;
  readonly secrets: readonly { readonly reference: string; readonly value: Secret }[];
}

/** Kinds whose definition may hold a password or another secret. */
const HOLDERS: ReadonlySet<DatabaseKind> = new Set<DatabaseKind>([
  "subscription",
  "user-mapping",
  "foreign-server",
  "foreign-table",
  "foreign-data-wrapper",
  "database-setting",
]);
const LOOKS_SECRET = /pass|pwd|secret|token|credential|private|key|auth|dsn|conn(?:ection)?_?str|^uid$|client_id/i;
/** Of a user mapping all options but these are hidden: which of them is a secret only its wrapper knows. */
const OPEN_OPTIONS: ReadonlySet<string> = new Set(["user", "username", "user_name"]);

/** Whether a setting that an application has made up is a secret, as `app.jwt_secret` is, by its name. */
export function isSecretSetting(name: string): boolean {
  return name.includes(".") && /(?:password|passwd|secret|token|credential|api_?key|private_?key|jwt)s?$/i.test(name);
}

export function mayHoldSecrets(kind: DatabaseKind): boolean {
  return HOLDERS.has(kind);
}

/** Puts references in place of the secrets in a definition. The same for the same definition, but for the secrets' values. */
export function redactSecrets(ddl: string, kind: DatabaseKind): Redacted {
  if (!HOLDERS.has(kind)) return { shown: ddl, secrets: [] };
  const secrets: { reference: string; value: Secret }[] = [];
  const all = [...tokens(ddl)];
  const places = secretPlaces(all);
  const shown = all.map((token, at) => {
    const option = places.get(at);
    if (option === undefined) return token.text;
    const value = redactValue(token, option, kind, (reference, secret) => secrets.push({ reference, value: new Secret(secret, reference) }));
    return value ?? token.text;
  });
  return { shown: shown.join(""), secrets };
}

/** Redacts the definitions of a dump at once, so that no secret gets any further. */
export function hideSecrets(entries: readonly DumpEntry[]): DumpEntry[] {
  return entries.map((entry) => {
    const kind = kindOfEntry(entry);
    return kind === undefined || !HOLDERS.has(kind) ? entry : { ...entry, definition: redactSecrets(entry.definition, kind).shown };
  });
}

/**
 * Puts the secrets of a definition that was just read at the source in the places of their references.
 *
 * @param shown may have changed elsewhere: other names, statements that follow
 * @throws ItemError `stale` `SOURCE_CHANGED` where the definition has other secrets by now, or others beside them
 */
export function restoreSecrets(shown: string, freshDdl: string, kind: DatabaseKind): string {
  if (!HOLDERS.has(kind)) return shown;
  const target = [...tokens(shown)];
  const fresh = [...tokens(freshDdl)];
  const targetPlaces = [...secretPlaces(target)];
  const freshPlaces = [...secretPlaces(fresh)];
  const restored = target.map(({ text }) => text);
  for (const [index, [at, option]] of freshPlaces.entries()) {
    const token = fresh[at];
    const redacted = token && redactValue(token, option, kind, () => {});
    if (token === undefined || redacted === undefined) continue;
    const [place, name] = targetPlaces[index] ?? [];
    if (place === undefined || name !== option || restored[place] !== redacted) throw changed();
    restored[place] = token.text;
  }
  if (targetPlaces.length !== freshPlaces.length) throw changed();
  return restored.join("");
}

function changed(): ItemError {
  return new ItemError("stale", "SOURCE_CHANGED", "Its options at the source are not those that were reviewed.", { hint: "Plan again." });
}

/** What a connection string is called among the options. */
const CONNECTION = "CONNECTION";

/** Strings that may hold a secret, by their place, and what they are called. In order. */
function secretPlaces(all: readonly Token[]): ReadonlyMap<number, string> {
  const places = new Map<number, string>();
  const words = all.flatMap((token, at) => (token.kind === "space" ? [] : [{ token, at }]));
  for (let index = 0; index < words.length; index += 1) {
    const next = words[index + 1];
    if (isWord(words[index]?.token, "connection") && next?.token.kind === "string") places.set(next.at, CONNECTION);
    if (isWord(words[index]?.token, "set")) {
      const to = words.findIndex(({ token }, place) => place > index && (isWord(token, "to") || token.text === ";"));
      const value = words[to + 1];
      const setting = words.slice(index + 1, to).map(({ token }) => nameOf(token) ?? token.text);
      if (value?.token.kind === "string" && isSecretSetting(setting.join(""))) places.set(value.at, setting.join(""));
    }
    if (!isWord(words[index]?.token, "options") || next?.token.text !== "(") continue;
    // A pair is a name and a string, between commas.
    for (index += 2; index < words.length && words[index]?.token.text !== ")"; index += 1) {
      const [name, value] = [words[index], words[index + 1]];
      const option = name && nameOf(name.token);
      if (option !== undefined && value?.token.kind === "string") places.set(value.at, option);
    }
  }
  return places;
}

type Found = (reference: string, secret: string) => void;

/** @returns the literal to show; undefined where it holds no secret */
function redactValue(token: Token, option: string, kind: DatabaseKind, found: Found): string | undefined {
  const value = stringOf(token);
  const whole = () => quoteLiteral(hidden(option === CONNECTION ? "connection" : option, value ?? token.text, found));
  if (value === undefined) return whole();
  if (option === CONNECTION) {
    const shown = redactConnection(value, found);
    return shown === value ? undefined : quoteLiteral(shown);
  }
  const isHidden =
    kind === "database-setting" || (kind === "user-mapping" ? !OPEN_OPTIONS.has(option.toLowerCase()) : LOOKS_SECRET.test(option) || /:\/\/[^/]*@/.test(value));
  return isHidden ? whole() : undefined;
}

function hidden(name: string, value: string, found: Found): string {
  const reference = `\${${name}}`;
  found(reference, value);
  return reference;
}

const PAIR = /\s*([a-z_]+)\s*=\s*('(?:[^'\\]|\\[^])*'|(?:[^\s'\\]|\\[^])(?:[^\s\\]|\\[^])*|)(?=\s|$)/gy;

/**
 * The password, and whatever else looks like one, in a connection string of either form. One that cannot
 * be read is hidden as a whole.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 */
function redactConnection(text: string, found: Found): string {
  const uri = /^(postgres(?:ql)?:\/\/)(?:([^:@/]*)(:[^@/]*)?@)?([^?]*)(\?[^]*)?$/.exec(text);
  if (uri) {
    const [, scheme = "", user, password, place = "", query = ""] = uri;
    const shownPassword = password === undefined || password === ":" ? (password ?? "") : `:${hidden("password", password.slice(1), found)}`;
    const shownQuery = query.replaceAll(/([?&])([^=&]*)=([^&]*)/g, (pair, sign: string, key: string, value: string) =>
      isSecretKeyword(key) || key.includes("%") ? `${sign}${key}=${hidden(key, value, found)}` : pair,
    );
    return `${scheme}${user === undefined ? "" : `${user}${shownPassword}@`}${place}${shownQuery}`;
  }
  let shown = "";
  let end = 0;
  const secrets: [string, string][] = [];
  for (const match of text.matchAll(PAIR)) {
    const [pair, key = "", value = ""] = match;
    end += pair.length;
    if (isSecretKeyword(key)) secrets.push([key, value]);
    shown += isSecretKeyword(key) ? `${pair.slice(0, pair.length - value.length)}\${${key}}` : pair;
  }
  if (text.slice(end).trim() !== "") return hidden("connection", text, found);
  for (const [key, value] of secrets) hidden(key, value, found);
  return shown + text.slice(end);
}

function isSecretKeyword(key: string): boolean {
  return /password|secret|scram_|token/.test(key.toLowerCase());
}

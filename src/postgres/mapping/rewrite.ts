import type { DumpEntry } from "../dump/archive.ts";
import { isWord, nameOf, type Token, tokens } from "../dump/lexer.ts";
import { quoteName } from "../names.ts";
import type { SourceNames } from "./source-names.ts";

/**
 * Types that are not tried out in a shadow: they name roles, which need not be there, or would fire while
 * names are changed there. Each names one object in a place that is always the same, so that its new name
 * can be put there.
 */
const WRITTEN: ReadonlySet<string> = new Set(["ACL", "DEFAULT ACL", "SECURITY LABEL", "EVENT TRIGGER"]);

export function isRewritten({ type, tag }: DumpEntry): boolean {
  // No dump lists the schema public before it has another name.
  return WRITTEN.has(type) || (type === "COMMENT" && tag.startsWith("SCHEMA "));
}

/**
 * Puts the destination's names into what pg_dump wrote for such an entry, or into what was made of it.
 *
 * @param about what the entry is about, at the source and at the destination; undefined where that is a schema, or not in the dump
 */
export function rewritten(sql: string, entry: DumpEntry, names: SourceNames, about: { readonly from: DumpEntry; readonly to: DumpEntry } | undefined): string {
  switch (entry.type) {
    case "DEFAULT ACL":
      return replaceSchemaAfter(sql, ["in", "schema"], names);
    case "EVENT TRIGGER":
      return replaceSchemaAfter(sql, ["execute", "function"], names);
    default:
      if (entry.tag.startsWith("SCHEMA ")) return replaceSchemaAfter(sql, ["on", "schema"], names);
      return about === undefined ? sql : replaceAfterOn(sql, writtenName(about.from), writtenName(about.to));
  }
}

/** How pg_dump writes the name of an object, with arguments where it has them: its DROP statement tells. */
function writtenName({ dropStatement, type, schema, tag }: DumpEntry): string {
  const head = `DROP ${type} `;
  if (dropStatement.startsWith(head)) return dropStatement.slice(head.length).trimEnd().replace(/;$/, "");
  return schema === undefined ? quoteName(tag) : `${quoteName(schema)}.${quoteName(tag)}`;
}

/** Replaces a schema's name behind the given words, as often as they are there. */
function replaceSchemaAfter(sql: string, words: readonly string[], names: SourceNames): string {
  let seen = 0;
  let text = "";
  for (const token of tokens(sql)) {
    const name = seen === words.length ? nameOf(token) : undefined;
    const to = name === undefined ? undefined : names.schemaOf(name);
    text += to === undefined || to === name ? token.text : quoteName(to);
    if (token.kind === "space") continue;
    seen = seen < words.length && isWord(token, words[seen] ?? "") ? seen + 1 : isWord(token, words[0] ?? "") ? 1 : 0;
  }
  return text;
}

/** Replaces a name where it follows `ON` and the words of its kind, in each statement. */
function replaceAfterOn(sql: string, from: string, to: string): string {
  const wanted = [...tokens(from)].filter(({ kind }) => kind !== "space");
  const all = [...tokens(sql)];
  let text = "";
  let isAfterOn = false;
  for (let at = 0; at < all.length; at += 1) {
    const token = all[at];
    if (token === undefined) break;
    const end = isAfterOn ? endOfMatch(all, at, wanted) : undefined;
    if (end !== undefined) {
      text += to;
      at = end - 1;
      isAfterOn = false;
      continue;
    }
    if (isWord(token, "on")) isAfterOn = true;
    else if (token.text === ";" || isWord(token, "to") || isWord(token, "from") || isWord(token, "is")) isAfterOn = false;
    text += token.text;
  }
  return text;
}

/** @returns where the wanted tokens end, if they begin here, whatever blanks are between them */
function endOfMatch(all: readonly Token[], from: number, wanted: readonly Token[]): number | undefined {
  let at = from;
  for (const [index, token] of wanted.entries()) {
    while (index > 0 && all[at]?.kind === "space") at += 1;
    const found = all[at];
    if (found === undefined || !isSame(found, token)) return undefined;
    at += 1;
  }
  return at;
}

function isSame(one: Token, other: Token): boolean {
  const name = nameOf(one);
  return name === undefined ? one.text === other.text : name === nameOf(other);
}

interface RoleClause {
  /** With `TO` and the blank before it; "" where there is none. */
  readonly text: string;
  readonly without: string;
}

/** Takes the roles out of CREATE POLICY: they need not be where it is tried out, and no name of theirs is mapped. */
export function withoutRoles(sql: string): RoleClause {
  const all = [...tokens(sql)];
  const from = clauseStart(all, ["to"]);
  if (from === undefined) return { text: "", without: sql };
  const end = clauseStart(all, ["using", "with"], from) ?? all.findIndex(({ text }, at) => at > from && text === ";");
  const to = end < 0 ? all.length : end;
  const textOf = (tokens: readonly Token[]) => tokens.map(({ text }) => text).join("");
  return { text: ` ${textOf(all.slice(from, to)).trim()}`, without: `${textOf(all.slice(0, from))}${textOf(all.slice(to))}` };
}

/** Puts them back where they were: before the conditions. */
export function withRoles(sql: string, clause: string): string {
  if (clause === "") return sql;
  const all = [...tokens(sql)];
  const place = clauseStart(all, ["using", "with"]) ?? all.findIndex(({ text }) => text === ";");
  const textOf = (tokens: readonly Token[]) => tokens.map(({ text }) => text).join("");
  const [before, after] = place < 0 ? [sql, ""] : [textOf(all.slice(0, place)), textOf(all.slice(place))];
  return `${before.trimEnd()}${clause}${after.startsWith(";") ? "" : " "}${after}`;
}

/** TO, USING and WITH are reserved words: as names they stand in quotes. */
function clauseStart(all: readonly Token[], words: readonly string[], after = 0): number | undefined {
  let depth = 0;
  for (const [at, token] of all.entries()) {
    if (token.text === "(") depth += 1;
    else if (token.text === ")") depth -= 1;
    else if (depth === 0 && at > after && words.some((word) => isWord(token, word))) return at;
  }
  return undefined;
}

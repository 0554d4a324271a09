/**
 * A piece of SQL text. All pieces of a text, joined, are the text.
 *
 * - `space`: blanks and comments
 * - `word`: a keyword or a name without quotes
 * - `name`: a name in quotes
 * - `string`: any string or bit string, with its prefix and its continuations on further lines
 */
export type TokenKind = "space" | "word" | "name" | "string" | "number" | "parameter" | "symbol";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const SPACE = /[ \t\n\r\f\v]+/y;
const LINE_COMMENT = /--[^\n\r]*/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /(?:\d[\w.]*|\.\d[\w.]*)/y;
const PARAMETER = /\$\d+/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const QUOTED_NAME = /(?:[uU]&)?"[^"]*(?:""[^"]*)*(?:"|$)/y;
const PLAIN_STRING = /(?:[bBxXnN]|[uU]&)?'[^']*(?:''[^']*)*(?:'|$)/y;
const ESCAPE_STRING = /[eE]'[^'\\]*(?:(?:''|\\[^]|\\$)[^'\\]*)*(?:'|$)/y;
/** A string goes on after a line feed, under the rules of its first part. */
const MORE_PLAIN = /[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'[^']*(?:''[^']*)*(?:'|$)/y;
const MORE_ESCAPED = /[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'[^'\\]*(?:(?:''|\\[^]|\\$)[^'\\]*)*(?:'|$)/y;

/**
 * Takes SQL to pieces as PostgreSQL does with `standard_conforming_strings = on`. What is left open, a
 * string or a comment, ends with the text.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
export function* tokens(sql: string): Generator<Token> {
  let at = 0;
  while (at < sql.length) {
    const { kind, end } = tokenAt(sql, at);
    yield { kind, text: sql.slice(at, end) };
    at = end;
  }
}

function tokenAt(sql: string, at: number): { readonly kind: TokenKind; readonly end: number } {
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.test(sql) ? pattern.lastIndex : undefined;
  };
  const space = match(SPACE) ?? match(LINE_COMMENT) ?? (sql.startsWith("/*", at) ? commentEnd(sql, at) : undefined);
  if (space !== undefined) return { kind: "space", end: space };
  const escaped = match(ESCAPE_STRING);
  if (escaped !== undefined) return { kind: "string", end: continued(sql, escaped, MORE_ESCAPED) };
  const plain = match(PLAIN_STRING);
  if (plain !== undefined) return { kind: "string", end: continued(sql, plain, MORE_PLAIN) };
  const name = match(QUOTED_NAME);
  if (name !== undefined) return { kind: "name", end: name };
  const word = match(WORD);
  if (word !== undefined) return { kind: "word", end: word };
  const number = match(NUMBER);
  if (number !== undefined) return { kind: "number", end: number };
  const parameter = match(PARAMETER);
  if (parameter !== undefined) return { kind: "parameter", end: parameter };
  const tagEnd = match(DOLLAR_TAG);
  if (tagEnd !== undefined) {
    const tag = sql.slice(at, tagEnd);
    const close = sql.indexOf(tag, tagEnd);
    return { kind: "string", end: close === -1 ? sql.length : close + tag.length };
  }
  return { kind: "symbol", end: at + 1 };
}

/** Comments nest. */
function commentEnd(sql: string, at: number): number {
  let depth = 1;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at + 2;
  for (let mark = marks.exec(sql); mark; mark = marks.exec(sql)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return sql.length;
}

function continued(sql: string, from: number, more: RegExp): number {
  let end = from;
  for (more.lastIndex = end; more.test(sql); more.lastIndex = end) end = more.lastIndex;
  return end;
}

/**
 * Cuts a text into its statements, each with its semicolon and with the blanks and comments before it.
 * What follows the last semicolon is part of the last statement where it is blanks and comments only.
 * Joined, the statements are the text.
 *
 * Semicolons within parentheses (the commands of a rule) and within `BEGIN ATOMIC … END` (the body of
 * a function) end nothing.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let text = "";
  let parentheses = 0;
  let blocks = 0;
  let before = "";
  let isBlank = true;
  for (const token of tokens(sql)) {
    text += token.text;
    if (token.kind === "space") continue;
    isBlank = false;
    const word = token.kind === "word" ? token.text.toLowerCase() : token.text;
    if (token.kind === "symbol") parentheses = Math.max(0, parentheses + (word === "(" ? 1 : word === ")" ? -1 : 0));
    if (token.kind === "word" && parentheses === 0) {
      // CASE ends with END too.
      if ((before === "begin" && word === "atomic") || (blocks > 0 && word === "case")) blocks += 1;
      else if (word === "end" && blocks > 0) blocks -= 1;
    }
    before = word;
    if (token.kind !== "symbol" || word !== ";" || parentheses > 0 || blocks > 0) continue;
    statements.push(text);
    text = "";
    before = "";
    isBlank = true;
  }
  if (text === "") return statements;
  if (isBlank && statements.length > 0) statements.push(`${statements.pop() ?? ""}${text}`);
  else statements.push(text);
  return statements;
}

/** The tokens of a statement that mean something: without blanks, comments and semicolons. */
export function meaningful(statement: string): Token[] {
  return [...tokens(statement)].filter(({ kind, text }) => kind !== "space" && !(kind === "symbol" && text === ";"));
}

/** Whether a token is a keyword, given in lower case. A name in quotes is none. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toLowerCase() === word;
}

/** The name that a token stands for; undefined where it stands for none. */
export function nameOf({ kind, text }: Token): string | undefined {
  // PostgreSQL folds more letters than these only in single-byte encodings.
  if (kind === "word") return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  if (kind !== "name" || !text.startsWith('"')) return undefined;
  return text.slice(1, -1).replaceAll('""', '"');
}

/** The text that a string token stands for; undefined for bit strings, Unicode escapes and continuations, which pg_dump never writes. */
export function stringOf({ kind, text }: Token): string | undefined {
  if (kind !== "string") return undefined;
  if (text.startsWith("$")) {
    const tag = text.slice(0, text.indexOf("$", 1) + 1);
    return text.slice(tag.length, -tag.length);
  }
  if (/^'[^']*(?:''[^']*)*'$/.test(text)) return text.slice(1, -1).replaceAll("''", "'");
  if (/^[eE]'[^'\\]*(?:(?:''|\\[^])[^'\\]*)*'$/.test(text)) return unescaped(text.slice(2, -1));
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Octal and hexadecimal escapes are bytes of the encoding, and not known here: none of them comes from pg_dump. */
function unescaped(body: string): string | undefined {
  let isKnown = true;
  const text = body.replaceAll(/''|\\([^])/g, (_, escaped: string | undefined) => {
    if (escaped === undefined) return "'";
    if (/[0-7xuU]/.test(escaped)) isKnown = false;
    return ESCAPES[escaped] ?? escaped;
  });
  return isKnown ? text : undefined;
}

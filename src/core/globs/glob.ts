import { ANY, negate, single } from "./char-set.ts";
import { choice, Cursor, EMPTY, invalidPattern, repeat, sequence, set, type Pattern } from "./pattern.ts";
import { characterClass, escapeSequence, parseRegexp } from "./regexp-syntax.ts";

const NOT_SLASH = negate(single(0x2f));
const SLASH = set(single(0x2f));
const ANYTHING = repeat(set(ANY), 0, Infinity);
const MAX_DEPTH = 200;

/**
 * Reads a glob with rclone's meaning:
 *
 * - `*` any characters but `/`, `**` any characters, `?` one character but `/`
 * - `[a-z]`, `[^a-z]`, `{one,other}`, `{{regular expression}}`, `\` before a sign meant as itself
 * - `/` first: from the root on; otherwise from any `/` on. Always up to the end of the key
 * - `/` last: everything beneath
 *
 * Unlike rclone's, `**` also matches a line feed: what is excluded must not come back by one.
 *
 * @throws TidemarkError `FILTER_INVALID`
 * @see https://rclone.org/filtering/
 */
export function parseGlob(text: string): Pattern {
  if (text === "") throw invalidPattern(text, "it is empty");
  const cursor = new Cursor(text);
  const rooted = cursor.skip("/");
  const parts: Pattern[] = [rooted ? { kind: "start" } : choice([{ kind: "start" }, SLASH_BEFORE]), globSequence(cursor, 0)];
  if (!cursor.ended) throw cursor.invalid("a } closes nothing");
  if (text.endsWith("/") && !text.endsWith("\\/")) parts.push(ANYTHING);
  parts.push({ kind: "end" });
  return sequence(parts);
}

const SLASH_BEFORE = sequence([ANYTHING, SLASH]);

/**
 * What every key that the glob can match begins with: "" where nothing is known.
 */
export function globPrefix(text: string): string {
  if (!text.startsWith("/")) return "";
  return /^[^*?[\]{}\\]*/.exec(text.slice(1))?.[0] ?? "";
}

/** Up to the end, or to what ends an alternative. */
function globSequence(cursor: Cursor, depth: number): Pattern {
  const parts: Pattern[] = [];
  while (!cursor.ended && cursor.peek() !== "}" && !(depth > 0 && cursor.peek() === ",")) parts.push(globPart(cursor, depth));
  return parts.length === 0 ? EMPTY : sequence(parts);
}

function globPart(cursor: Cursor, depth: number): Pattern {
  const stars = cursor.match(/\*+/y)?.[0].length ?? 0;
  if (stars > 2) throw cursor.invalid("more than two stars stand side by side");
  if (stars > 0) return stars === 2 ? ANYTHING : repeat(set(NOT_SLASH), 0, Infinity);
  switch (cursor.peek()) {
    case "[":
      return set(characterClass(cursor));
    case "\\":
      return escapeSequence(cursor);
    case "]":
      throw cursor.invalid("a ] closes nothing");
    case "{":
      return cursor.skip("{{") ? embeddedRegexp(cursor) : alternatives(cursor, depth);
    case "?":
      cursor.take();
      return set(NOT_SLASH);
    default:
      return set(single(cursor.take().codePointAt(0) ?? 0));
  }
}

function alternatives(cursor: Cursor, depth: number): Pattern {
  if (depth >= MAX_DEPTH) throw cursor.invalid("its braces are nested too deeply");
  cursor.skip("{");
  const options = [globSequence(cursor, depth + 1)];
  while (cursor.skip(",")) options.push(globSequence(cursor, depth + 1));
  if (!cursor.skip("}")) throw cursor.invalid("a { is not closed");
  return choice(options);
}

/** Ends at the last of the braces that stand together, so that `{{a{2}}}` holds `a{2}`. */
function embeddedRegexp(cursor: Cursor): Pattern {
  const inside = cursor.match(/(.*?)\}\}(?!\})/sy)?.[1];
  if (inside === undefined) throw cursor.invalid("a {{ is not closed");
  return parseRegexp(inside);
}

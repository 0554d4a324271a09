import { ANY, charSet, foldCase, negate, single, union, type CharSet } from "./char-set.ts";
import { choice, Cursor, EMPTY, repeat, sequence, set, type Pattern } from "./pattern.ts";

interface Flags {
  readonly ignoreCase: boolean;
  /** `.` also matches a line feed. */
  readonly dotAll: boolean;
}

const NO_FLAGS: Flags = { ignoreCase: false, dotAll: false };
const LINE_FEED = single(0x0a);
const MAX_DEPTH = 200;
/** As RE2. */
const MAX_REPEAT = 1000;

/**
 * Reads a regular expression as Go's `regexp` does, without what depends on neighbours: `\b`, `\B` and
 * the multi-line flag are refused.
 *
 * @throws TidemarkError `FILTER_INVALID`
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function parseRegexp(text: string): Pattern {
  const cursor = new Cursor(text);
  const pattern = alternatives(cursor, NO_FLAGS, 0);
  if (!cursor.ended) throw cursor.invalid("a ) closes nothing");
  return pattern;
}

function alternatives(cursor: Cursor, outer: Flags, depth: number): Pattern {
  if (depth > MAX_DEPTH) throw cursor.invalid("its groups are nested too deeply");
  const options: Pattern[] = [];
  let parts: Pattern[] = [];
  let flags = outer;
  while (!cursor.ended && cursor.peek() !== ")") {
    if (cursor.skip("|")) {
      options.push(sequence(parts));
      parts = [];
      continue;
    }
    const setting = cursor.match(/\(\?([a-zA-Z-]+)\)/y);
    if (setting) {
      flags = withFlags(cursor, flags, setting[1] ?? "");
      continue;
    }
    parts.push(quantified(cursor, atom(cursor, flags, depth)));
  }
  options.push(sequence(parts));
  return choice(options);
}

function atom(cursor: Cursor, flags: Flags, depth: number): Pattern {
  if (cursor.peek() === "[") return set(characterClass(cursor, flags.ignoreCase));
  if (cursor.peek() === "\\") return escapeSequence(cursor, flags.ignoreCase);
  const character = cursor.take();
  switch (character) {
    case "(":
      return group(cursor, flags, depth);
    case ".":
      return set(flags.dotAll ? ANY : negate(LINE_FEED));
    case "^":
      return { kind: "start" };
    case "$":
      return { kind: "end" };
    case "*":
    case "+":
    case "?":
      throw cursor.invalid(`there is nothing that ${character} could repeat`);
    default:
      return literal(character, flags.ignoreCase);
  }
}

function group(cursor: Cursor, outer: Flags, depth: number): Pattern {
  let flags = outer;
  const marked = cursor.match(/\?(?:P?<\w+>|([a-zA-Z-]*):)/y);
  if (marked) flags = withFlags(cursor, flags, marked[1] ?? "");
  else if (cursor.peek() === "?") throw cursor.invalid("it looks ahead or behind, which is not supported");
  const pattern = alternatives(cursor, flags, depth + 1);
  if (!cursor.skip(")")) throw cursor.invalid("a ( is not closed");
  return pattern;
}

function withFlags(cursor: Cursor, flags: Flags, letters: string): Flags {
  let on = true;
  let { ignoreCase, dotAll } = flags;
  for (const letter of letters) {
    if (letter === "-") on = false;
    else if (letter === "i") ignoreCase = on;
    else if (letter === "s") dotAll = on;
    // Greed decides what is captured, not what matches.
    else if (letter !== "U") throw cursor.invalid(`the flag ${letter} is not supported`);
  }
  return { ignoreCase, dotAll };
}

function quantified(cursor: Cursor, part: Pattern): Pattern {
  const sign = cursor.match(/(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/y);
  if (!sign) return part;
  if (/[*+?]|\{\d+(?:,\d*)?\}/y.test(cursor.text.slice(cursor.at))) throw cursor.invalid("a repetition is repeated");
  switch (sign[0][0]) {
    case "*":
      return repeat(part, 0, Infinity);
    case "+":
      return repeat(part, 1, Infinity);
    case "?":
      return repeat(part, 0, 1);
    default: {
      const min = Number(sign[1]);
      const max = sign[2] === undefined ? min : sign[3] ? Number(sign[3]) : Infinity;
      if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT)) throw cursor.invalid(`it repeats more than ${MAX_REPEAT} times`);
      if (max < min) throw cursor.invalid(`${sign[0]} ends before it begins`);
      return repeat(part, min, max);
    }
  }
}

function literal(character: string, ignoreCase: boolean): Pattern {
  const chars = single(character.codePointAt(0) ?? 0);
  return set(ignoreCase ? foldCase(chars) : chars);
}

/** One backslash and what belongs to it. */
export function escapeSequence(cursor: Cursor, ignoreCase = false): Pattern {
  if (cursor.skip("\\Q")) {
    const end = cursor.text.indexOf("\\E", cursor.at);
    const quoted = cursor.text.slice(cursor.at, end === -1 ? undefined : end);
    cursor.at += quoted.length + (end === -1 ? 0 : 2);
    return quoted === "" ? EMPTY : sequence(Array.from(quoted, (character) => literal(character, ignoreCase)));
  }
  if (cursor.skip("\\A")) return { kind: "start" };
  if (cursor.skip("\\z")) return { kind: "end" };
  const chars = escapedSet(cursor);
  return set(ignoreCase ? foldCase(chars) : chars);
}

const DIGIT = charSet([0x30, 0x39]);
const SPACE = union(charSet([0x09, 0x0a], [0x0c, 0x0d]), single(0x20));
const WORD = charSet([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
const CONTROLS: Readonly<Record<string, number>> = { a: 0x07, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09, v: 0x0b };

function escapedSet(cursor: Cursor): CharSet {
  cursor.skip("\\");
  const hex = cursor.match(/x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})/y);
  if (hex) return single(Math.min(Number.parseInt(hex[1] ?? hex[2] ?? "0", 16), 0x10ffff));
  const octal = cursor.match(/0[0-7]{0,2}|[1-7][0-7]{1,2}/y);
  if (octal) return single(Number.parseInt(octal[0], 8));
  const property = cursor.match(/([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))/y);
  if (property) {
    const chars = unicodeProperty(cursor, property[3] ?? property[4] ?? "");
    return (property[1] === "P") !== (property[2] === "^") ? negate(chars) : chars;
  }
  const character = cursor.take();
  switch (character) {
    case "d":
      return DIGIT;
    case "D":
      return negate(DIGIT);
    case "s":
      return SPACE;
    case "S":
      return negate(SPACE);
    case "w":
      return WORD;
    case "W":
      return negate(WORD);
    case "":
      throw cursor.invalid("it ends in a backslash");
  }
  const control = CONTROLS[character];
  if (control !== undefined) return single(control);
  if (/[A-Za-z0-9]/.test(character)) throw cursor.invalid(`\\${character} is not supported`);
  return single(character.codePointAt(0) ?? 0);
}

const NAMED: Readonly<Record<string, CharSet>> = {
  alnum: charSet([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]),
  alpha: charSet([0x41, 0x5a], [0x61, 0x7a]),
  ascii: charSet([0, 0x7f]),
  blank: charSet([0x09, 0x09], [0x20, 0x20]),
  cntrl: charSet([0, 0x1f], [0x7f, 0x7f]),
  digit: DIGIT,
  graph: charSet([0x21, 0x7e]),
  lower: charSet([0x61, 0x7a]),
  print: charSet([0x20, 0x7e]),
  punct: charSet([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
  space: charSet([0x09, 0x0d], [0x20, 0x20]),
  upper: charSet([0x41, 0x5a]),
  word: WORD,
  xdigit: charSet([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
};

/** `[a-z]`, `[^/]`, `[[:alpha:]]`; a `]` that comes first is meant as itself. */
export function characterClass(cursor: Cursor, ignoreCase = false): CharSet {
  cursor.skip("[");
  const negated = cursor.skip("^");
  const sets: CharSet[] = [];
  for (let first = true; first || cursor.peek() !== "]"; first = false) {
    if (cursor.ended) throw cursor.invalid("a [ is not closed");
    const named = cursor.match(/\[:(\^?)(\w+):\]/y);
    if (named) {
      const chars = NAMED[named[2] ?? ""];
      if (!chars) throw cursor.invalid(`${named[0]} is no class of characters`);
      sets.push(named[1] ? negate(chars) : chars);
      continue;
    }
    const from = classMember(cursor);
    const range = cursor.match(/-(?=[^\]])/y);
    if (!range) {
      sets.push(from);
      continue;
    }
    const to = classMember(cursor);
    const low = from[0] ?? 0;
    const high = to[0] ?? 0;
    if (from.length !== 2 || from[1] !== low || to.length !== 2 || to[1] !== high || high < low)
      throw cursor.invalid("a range of characters ends before it begins");
    sets.push([low, high]);
  }
  cursor.skip("]");
  const chars = union(...sets);
  const folded = ignoreCase ? foldCase(chars) : chars;
  return negated ? negate(folded) : folded;
}

function classMember(cursor: Cursor): CharSet {
  if (cursor.peek() === "\\") return escapedSet(cursor);
  if (cursor.ended) throw cursor.invalid("a [ is not closed");
  return single(cursor.take().codePointAt(0) ?? 0);
}

/** General categories and scripts, as the JavaScript engine knows them. */
function unicodeProperty(cursor: Cursor, name: string): CharSet {
  for (const source of [`\\p{General_Category=${name}}`, `\\p{Script=${name}}`]) {
    let expression: RegExp;
    try {
      expression = new RegExp(source, "u");
    } catch {
      continue;
    }
    const found: [number, number][] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      if (!expression.test(String.fromCodePoint(code))) continue;
      const last = found.at(-1);
      if (last && last[1] === code - 1) last[1] = code;
      else found.push([code, code]);
    }
    return charSet(...found);
  }
  throw cursor.invalid(`\\p{${name}} is no Unicode category or script`);
}

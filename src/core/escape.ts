/**
 * Characters that change what a terminal or a page does instead of being seen: controls, bidirectional
 * marks, zero-width and other invisible ones, separators of lines, lone surrogates.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const HIDDEN_ALL = new RegExp(HIDDEN.source, "gu");

export interface VisibleOptions {
  /** In characters of the result; what is longer is cut in its middle, where an ellipsis stands. */
  readonly maxLength?: number | undefined;
}

/**
 * Text as it may be shown on a terminal: nothing in it moves the cursor, reorders or hides what
 * stands beside it. Backslashes are doubled only where something was escaped, so that ordinary
 * names stay as they are and no two names look alike.
 */
export function visible(text: string, { maxLength }: VisibleOptions = {}): string {
  const shown = HIDDEN.test(text) || LOOKS_ESCAPED.test(text) ? text.replaceAll("\\", "\\\\").replaceAll(HIDDEN_ALL, escapeCharacter) : text;
  return maxLength === undefined ? shown : shorten(shown, maxLength);
}

/** What an escape written by `visible` looks like. */
const LOOKS_ESCAPED = /\\(?:x[0-9a-f]{2}|u\{[0-9a-f]+\}|\\)/;

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}

/** Cuts the middle out: the beginning and the end are what tells names apart. At most `maxLength` characters are left. */
export function shorten(text: string, maxLength: number): string {
  const characters = [...text];
  if (characters.length <= maxLength) return text;
  const kept = Math.max(0, maxLength - 1);
  const head = Math.ceil(kept / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - (kept - head)).join("")}`;
}

/**
 * Text that markdown shows as it is, in a table cell, a list or a paragraph: no link, mention,
 * reference, emoji, emphasis or HTML comes of it, and no end of the cell.
 *
 * @see https://github.github.com/gfm/
 */
export function markdownText(text: string, options?: VisibleOptions): string {
  return visible(text, options).replaceAll(SIGNS, defuse);
}

/** What begins a link without looking so (`www.`, `GH-1`), and runs of digits that may name a commit. */
const DISGUISED = "www(?=\\.)|gh(?=-)|[0-9a-f]{7,}";
/** What markdown or GitHub may read as a sign: all but letters, digits and harmless punctuation. */
const SIGNS = new RegExp(`^ +| +$|${DISGUISED}|[^\\p{L}\\p{M}\\p{N} /,;%…—“”‘’]`, "giu");
const SIGNS_IN_CODE = new RegExp(`${DISGUISED}|[^\\p{L}\\p{M}\\p{N}]`, "giu");

/** Nobody sees it, and no word goes on across it. */
const BREAK = "<!-- -->";

/**
 * GitHub looks for mentions, references, addresses, formulas and emoji in the finished page, where an
 * entity is a character again. A comment beside it is what keeps it from the word it would begin.
 */
function defuse(characters: string): string {
  if (characters === "@" || characters === "#" || characters === ":") return `${characters}${BREAK}`;
  if (characters === "$") return `${asEntities(characters)}${BREAK}`;
  if (/^www$|^gh$/i.test(characters)) return `${characters}${BREAK}`;
  return /^[0-9a-f]{7,}$/i.test(characters) ? characters.replaceAll(/.{6}(?=.)/g, `$&${BREAK}`) : asEntities(characters);
}

function asEntities(characters: string): string {
  return [...characters].map((character) => `&#${character.codePointAt(0)};`).join("");
}

/**
 * Text as inline code, in a paragraph or in a table cell. Nothing in it ends the code.
 *
 * Backticks where they suffice. A table looks for its bars before it looks for code, and code loses
 * spaces at its ends: there it is HTML, in which everything is an entity.
 */
export function markdownCode(text: string, options?: VisibleOptions): string {
  const shown = visible(text, options);
  if (shown === "" || /^ | $|\|/.test(shown)) return `<code>${shown.replaceAll(SIGNS_IN_CODE, defuse)}</code>`;
  const longest = Math.max(0, ...Array.from(shown.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

export interface ConditionProblem {
  readonly message: string;
  readonly hint: string;
}

/**
 * Looks whether a text stays within the parentheses of `WHERE (…)`, by the rules of PostgreSQL's
 * scanner (manual, section 4.1): nothing in it may end the statement or the parentheses, or leave a
 * quote or a comment open. Whether it is SQL at all, the server says.
 *
 * @returns what is wrong with it; undefined where it stays within
 */
export function conditionProblem(text: string): ConditionProblem | undefined {
  if (text.includes("\0")) return { message: "A condition has no NUL in it.", hint: "Look at the variable that gives it." };
  let depth = 0;
  let isBlank = true;
  let at = 0;
  while (at < text.length) {
    const token = tokenAt(text, at);
    if (token.problem) return token.problem;
    if (token.kind === "semicolon") return { message: "A condition is one expression, and `;` ends it.", hint: "Remove the `;`, or put it into quotes." };
    if (token.kind === "open") depth++;
    if (token.kind === "close" && --depth < 0) return { message: "There is a `)` that nothing opens.", hint: "Remove it, or add a `(` before it." };
    if (token.kind !== "blank") isBlank = false;
    at = token.end;
  }
  if (depth > 0) return { message: `There ${depth === 1 ? "is a `(`" : `are ${depth} \`(\``} that nothing closes.`, hint: "Add a `)`." };
  return isBlank ? { message: "There is no expression in it.", hint: "Leave `where` out for all rows." } : undefined;
}

interface Token {
  readonly kind: "blank" | "open" | "close" | "semicolon" | "other";
  readonly end: number;
  readonly problem?: ConditionProblem;
}

const BLANK = /[ \t\n\r\f\v]+/y;
/** Bytes above ASCII are letters to PostgreSQL, blanks among them too. */
const IDENTIFIER = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const PARAMETER = /\$[0-9]+/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
/** Between two strings that are one: a line break at least, and comments up to the end of their lines. */
const CONTINUED = /(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/y;

function tokenAt(text: string, at: number): Token {
  const two = text.slice(at, at + 2);
  if (two === "--") return lineComment(text, at);
  if (two === "/*") return blockComment(text, at);
  const blank = lengthOf(BLANK, text, at);
  if (blank > 0) return { kind: "blank", end: at + blank };
  const identifier = lengthOf(IDENTIFIER, text, at);
  if (identifier > 0) {
    const end = at + identifier;
    // Only a word that is nothing but this makes the string behind it one with escapes.
    const escapes = text[end] === "'" && identifier === 1 && text[at]?.toLowerCase() === "e";
    return escapes ? escapeString(text, end) : { kind: "other", end };
  }
  switch (text[at]) {
    case "'":
      return plainString(text, at);
    case '"':
      return quotedName(text, at);
    case "$":
      return dollar(text, at);
    case "(":
      return { kind: "open", end: at + 1 };
    case ")":
      return { kind: "close", end: at + 1 };
    case ";":
      return { kind: "semicolon", end: at + 1 };
    default:
      return { kind: "other", end: at + 1 };
  }
}

function lineComment(text: string, at: number): Token {
  const length = text.slice(at).search(/[\n\r]/);
  if (length < 0) return open(text, "A `--` comment at the end would take what comes after the condition with it.", "Remove it, or write it as `/* … */`.");
  return { kind: "blank", end: at + length };
}

/** They nest. */
function blockComment(text: string, at: number): Token {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = at;
  let depth = 0;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return { kind: "blank", end: mark.lastIndex };
  }
  return open(text, "A `/*` comment is not closed.", "Add `*/`: comments nest, each has its own.");
}

function plainString(text: string, at: number): Token {
  const end = closingQuote(text, at + 1, "'");
  if (end === undefined) return unclosedString(text);
  // With standard_conforming_strings off, an old server would read on behind such a quote.
  if (/\\'/.test(text.slice(at, end))) {
    return open(text, "A backslash stands before a quote, which servers read in two ways.", "Write the string as `E'…'`, with `\\\\` for each backslash.");
  }
  return { kind: "other", end };
}

/** `E'…'`. A string that goes on in the next line has escapes there too. */
function escapeString(text: string, quote: number): Token {
  let at = quote + 1;
  while (at < text.length) {
    if (text[at] === "\\") at += 2;
    else if (text[at] !== "'") at++;
    else if (text[at + 1] === "'") at += 2;
    else {
      const goesOn = lengthOf(CONTINUED, text, at + 1);
      if (goesOn === 0) return { kind: "other", end: at + 1 };
      at += 1 + goesOn;
    }
  }
  return unclosedString(text);
}

function quotedName(text: string, at: number): Token {
  const end = closingQuote(text, at + 1, '"');
  return end === undefined ? open(text, 'A `"` is not closed.', 'Add a `"`; within a name it is written twice.') : { kind: "other", end };
}

/** `$$…$$`, `$tag$…$tag$`, or a parameter. */
function dollar(text: string, at: number): Token {
  const parameter = lengthOf(PARAMETER, text, at);
  if (parameter > 0) return { kind: "other", end: at + parameter };
  const length = lengthOf(DOLLAR_QUOTE, text, at);
  if (length === 0) return { kind: "other", end: at + 1 };
  const tag = text.slice(at, at + length);
  const close = text.indexOf(tag, at + length);
  return close < 0 ? open(text, `The quote \`${tag}\` is not closed.`, `Add \`${tag}\` at its end.`) : { kind: "other", end: close + length };
}

/** Behind the quote that closes; one that is written twice does not. */
function closingQuote(text: string, from: number, quote: string): number | undefined {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 2)) if (text[at + 1] !== quote) return at + 1;
  return undefined;
}

function unclosedString(text: string): Token {
  return open(text, "A `'` is not closed.", "Add a `'`; within a string it is written twice.");
}

function open(text: string, message: string, hint: string): Token {
  return { kind: "other", end: text.length, problem: { message, hint } };
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

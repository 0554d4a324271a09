import type { CharSet } from "./char-set.ts";
import { TidemarkError } from "../errors.ts";

/** A pattern taken apart. Globs and regular expressions both become this, and an automaton runs it. */
export type Pattern =
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "sequence"; readonly parts: readonly Pattern[] }
  | { readonly kind: "choice"; readonly options: readonly Pattern[] }
  /** `max` may be Infinity. */
  | { readonly kind: "repeat"; readonly part: Pattern; readonly min: number; readonly max: number }
  | { readonly kind: "start" }
  | { readonly kind: "end" };

export const EMPTY: Pattern = { kind: "sequence", parts: [] };

export function set(chars: CharSet): Pattern {
  return { kind: "set", set: chars };
}

export function sequence(parts: readonly Pattern[]): Pattern {
  return parts.length === 1 && parts[0] ? parts[0] : { kind: "sequence", parts };
}

export function choice(options: readonly Pattern[]): Pattern {
  return options.length === 1 && options[0] ? options[0] : { kind: "choice", options };
}

export function repeat(part: Pattern, min: number, max: number): Pattern {
  return { kind: "repeat", part, min, max };
}

/** A place in the text of a pattern. */
export class Cursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character, "" at the end. */
  peek(): string {
    const code = this.text.codePointAt(this.at);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  take(): string {
    const character = this.peek();
    this.at += character.length;
    return character;
  }

  /** Goes past that text where it stands next. */
  skip(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** The text a sticky expression matches here, which is gone past. */
  match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text);
    if (!found) return undefined;
    this.at += found[0].length;
    return found;
  }

  invalid(why: string): TidemarkError {
    return invalidPattern(this.text, why);
  }
}

export function invalidPattern(text: string, why: string): TidemarkError {
  return new TidemarkError("FILTER_INVALID", `The pattern ${JSON.stringify(text)} cannot be read: ${why}.`, {
    hint: "Patterns are globs as rclone reads them: *, **, ?, [a-z], {a,b}, {{regular expression}}, and a backslash before a sign that is meant as itself.",
  });
}

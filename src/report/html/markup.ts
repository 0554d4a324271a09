import { visible, type VisibleOptions } from "../../core/escape.ts";

/** HTML that may be written as it is: everything that came from outside was escaped when it went in. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Part = Markup | string | number | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text in an element or in a quoted attribute. Controls, bidi marks and what else would not be seen are escaped too. */
export function escapeHtml(text: string, options?: VisibleOptions): string {
  return visible(text, options).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/**
 * A template in which only `Markup` counts as HTML. `undefined` is nothing; lists are joined. Not called
 * `html`: tools that format code would break lines in it, and what stands in a `<style>` has a hash.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, string, at) => text + textOf(parts[at - 1]) + string));
}

function textOf(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "number") return String(part);
  return typeof part === "string" ? escapeHtml(part) : part.map(textOf).join("");
}

// JSON lets these stand as they are. `<` would begin a tag that ends the element; the others hide or
// reorder text for whoever looks at the page's source.
const UNSAFE = /[<>&\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** JSON for a `<script type="application/json">`: nothing in it ends the element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(UNSAFE, escapeUnits);
}

/** As JSON writes a character past U+FFFF: in two. */
function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");
}

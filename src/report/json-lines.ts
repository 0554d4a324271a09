import type { Output } from "./output.ts";

/** The version of the JSON lines. A new minor only adds; a reader refuses a major it does not know. */
export const JSON_FORMAT = "1.0";

/**
 * One JSON object a line. What could hide or reorder text in a terminal is written as `\u…`, so that a
 * stream that is looked at raw is as harmless as one that is parsed.
 */
export class JsonLines {
  readonly #out: Output;

  /** Writes the first line, by which a reader knows what it reads. */
  constructor(out: Output, tidemark: string) {
    this.#out = out;
    this.line({ type: "version", tidemark, format: JSON_FORMAT });
  }

  line(value: { readonly type: string; readonly [field: string]: unknown }): void {
    this.#out.line(escapeHidden(JSON.stringify(value)));
  }
}

// JSON escapes C0 and lone surrogates by itself. DEL, C1, bidi marks, line separators and
// zero-width characters are left.
const HIDDEN = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function escapeHidden(json: string): string {
  return json.replace(HIDDEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

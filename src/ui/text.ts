import stringWidth from "string-width";
import { visible } from "../core/escape.ts";

/** Printable ASCII: as wide as it is long. Most text is, and needs no look at each character. */
const PLAIN = /^[\x20-\x7e]*$/;
const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Columns that a text takes on a terminal. Colours take none. */
export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** At most `width` columns of a text without colours, cut in its middle: both ends tell names apart. */
export function cutMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 1) return width === 1 ? "…" : "";
  const characters = PLAIN.test(text) ? [...text] : Array.from(SEGMENTER.segment(text), ({ segment }) => segment);
  const head = Math.ceil((width - 1) / 2);
  return `${take(characters, head)}…${take(characters.toReversed(), width - 1 - head, true)}`;
}

/** At most `width` columns of a text without colours, cut at its end. */
export function cutEnd(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 1) return width === 1 ? "…" : "";
  return `${take(PLAIN.test(text) ? [...text] : Array.from(SEGMENTER.segment(text), ({ segment }) => segment), width - 1)}…`;
}

function take(characters: readonly string[], width: number, fromEnd = false): string {
  const taken: string[] = [];
  let left = width;
  for (const character of characters) {
    left -= widthOf(character);
    if (left < 0) break;
    taken.push(character);
  }
  return (fromEnd ? taken.toReversed() : taken).join("");
}

/** Exactly `width` columns: cut in the middle where it is longer, filled with blanks where it is shorter. */
export function cell(text: string, width: number, align: "left" | "right" = "left"): string {
  const cut = cutMiddle(text, width);
  const blanks = " ".repeat(Math.max(0, width - widthOf(cut)));
  return align === "left" ? cut + blanks : blanks + cut;
}

/** A key or a name as a screen may show it, in at most `width` columns. */
export function shownKey(key: string, width: number): string {
  return cutMiddle(visible(key, { maxLength: Math.max(1, width) }), width);
}

/** Breaks a text without colours into lines of at most `width` columns: between words where it can. */
export function wrapText(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  const limit = Math.max(1, width);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<= )/)) {
    if (widthOf(line + word.trimEnd()) <= limit) {
      line += word;
      continue;
    }
    if (line !== "") lines.push(line.trimEnd());
    line = word;
    while (widthOf(line.trimEnd()) > limit) {
      const part = take(PLAIN.test(line) ? [...line] : Array.from(SEGMENTER.segment(line), ({ segment }) => segment), limit);
      // A character that is wider than the line would never go.
      if (part === "") return [...lines, "…"];
      lines.push(part);
      line = line.slice(part.length);
    }
  }
  if (line.trimEnd() !== "") lines.push(line.trimEnd());
  return lines;
}

import { cutEnd, widthOf } from "./text.ts";
import type { Theme } from "./theme.ts";

/** A piece of a line: text as it may be shown, and how. */
export type Piece = readonly [text: string, style?: ((text: string) => string) | undefined];

/** One line of at most `columns`: what does not fit is cut off at its end. */
export function lineOf(pieces: readonly Piece[], columns: number): string {
  let left = columns;
  let line = "";
  for (const [text, style] of pieces) {
    if (left <= 0) break;
    const cut = cutEnd(text, left);
    line += style === undefined ? cut : style(cut);
    left -= widthOf(cut);
  }
  return line;
}

/** The line that the cursor is on: over the whole width, so that it is seen however long its text is. */
export function selectedLine(pieces: readonly Piece[], columns: number, theme: Theme): string {
  const text = lineOf(
    pieces.map(([each]) => [each]),
    columns,
  );
  return theme.select(text + " ".repeat(Math.max(0, columns - widthOf(text))));
}

/** Pieces at both ends of a line. Where there is no room for both, the right ones go. */
export function spread(left: readonly Piece[], right: readonly Piece[], columns: number): string {
  const used = widthOf(left.map(([text]) => text).join(""));
  const wanted = widthOf(right.map(([text]) => text).join(""));
  const gap = columns - used - wanted;
  return gap < 1 || wanted === 0 ? lineOf(left, columns) : lineOf([...left, [" ".repeat(gap)], ...right], columns);
}

/** Exactly so many lines. */
export function fill(lines: readonly string[], rows: number): string[] {
  return [...lines.slice(0, rows), ...Array.from({ length: Math.max(0, rows - lines.length) }, () => "")];
}

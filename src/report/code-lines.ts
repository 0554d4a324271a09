import { visible } from "../core/escape.ts";
import type { Paint } from "./paint.ts";

export interface CodeLinesOptions {
  readonly indent: string;
  /** Lines; what follows is counted. Default: all. */
  readonly most?: number | undefined;
}

/** A definition of several lines as a terminal may show it: each line escaped, so that a line break is all that breaks a line. */
export function codeLines(text: string, { indent, most }: CodeLinesOptions): string[] {
  return cut(linesOf(text), most).map((line) => indent + line);
}

/** The difference of two definitions, with what is taken away and added in colour. */
export function differenceLines(difference: string, paint: Paint, { indent, most }: CodeLinesOptions): string[] {
  return cut(linesOf(difference), most).map(
    (line) => indent + (line.startsWith("-") ? paint.remove(line) : line.startsWith("+") ? paint.add(line) : paint.faint(line)),
  );
}

/** Lines of a text, escaped. Tabs that indent a line are spaces: they are no more than that in SQL. */
export function linesOf(text: string): string[] {
  return text.split("\n").map((line) => visible(line.replace(/^([-+ ]?)(\t+)/, (_, mark: string, tabs: string) => mark + "    ".repeat(tabs.length))));
}

function cut(lines: readonly string[], most: number | undefined): readonly string[] {
  if (most === undefined || lines.length <= most) return lines;
  return [...lines.slice(0, most), `… and ${lines.length - most} more lines`];
}

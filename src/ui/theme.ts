import { makePaint, type Paint } from "../report/paint.ts";

/** The colours of the report, and what only a screen needs. Of the 16 colours that the user's own theme decides on. */
export interface Theme extends Paint {
  /** The line that the cursor is on. It has a mark as well, for whoever sees no colours. */
  select(text: string): string;
  /** What a search found. */
  found(text: string): string;
}

export function makeTheme(paint: Paint): Theme {
  const style = (open: string, close: string) => (text: string) => (paint.enabled && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text);
  return { ...makePaint(paint.enabled), select: style("7", "27"), found: style("4", "24") };
}

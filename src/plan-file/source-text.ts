import { visible } from "../core/escape.ts";

/** Offsets into the text, in UTF-16 units; `end` is exclusive. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface Position {
  /** Both 1-based. */
  readonly line: number;
  readonly column: number;
}

const LINES_AROUND = 2;
const WIDTH = 120;

/** The text of a plan file, as something that can be pointed into. */
export class SourceText {
  readonly text: string;
  readonly #lineStarts: readonly number[];
  readonly #masked: Place[] = [];
  #shown: string | undefined;

  constructor(text: string) {
    this.text = text;
    this.#lineStarts = lineStarts(text);
  }

  /** Hides a part from every frame that is made from now on. */
  mask(place: Place): void {
    this.#masked.push(place);
    this.#shown = undefined;
  }

  /** Forgets what was hidden, where it is now known better what a secret is. */
  unmask(): void {
    this.#masked.length = 0;
    this.#shown = undefined;
  }

  position(offset: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  /** The lines around a place, with carets beneath what is meant, as compilers show it. */
  frame(place: Place): string {
    const { line, column } = this.position(place.start);
    const last = Math.min(line + LINES_AROUND, this.#lineStarts.length);
    const digits = String(last).length;
    const out: string[] = [];
    for (let number = Math.max(1, line - LINES_AROUND); number <= last; number++) {
      const text = this.#line(number);
      const label = String(number).padStart(digits);
      if (number !== line) {
        if (number < line || text !== "" || number < last) out.push(`  ${label} | ${cut(visible(text), 0)}`.trimEnd());
        continue;
      }
      const from = Math.min(column - 1, text.length);
      const to = Math.max(from, Math.min(from + (place.end - place.start), text.length));
      const before = visible(text.slice(0, from));
      const marked = visible(text.slice(from, to));
      const whole = before + marked + visible(text.slice(to));
      // A long line is shown from shortly before what is meant.
      const skipped = whole.length <= WIDTH ? 0 : Math.max(0, before.length - WIDTH / 3);
      const carets = Math.max(1, Math.min(marked.length, WIDTH - (before.length - skipped)));
      out.push(`> ${label} | ${cut(whole, skipped)}`.trimEnd());
      out.push(`  ${" ".repeat(digits)} | ${" ".repeat(before.length - skipped + (skipped > 0 ? 1 : 0))}${"^".repeat(carets)}`);
    }
    return out.join("\n");
  }

  #line(number: number): string {
    this.#shown ??= hide(this.text, this.#masked);
    const start = this.#lineStarts[number - 1] ?? 0;
    const end = this.#lineStarts[number] ?? this.#shown.length;
    return this.#shown.slice(start, end).replace(/[\r\n]+$/, "");
  }
}

function cut(text: string, skipped: number): string {
  const from = Math.floor(skipped);
  const rest = text.slice(from, from + WIDTH);
  return `${from > 0 ? "…" : ""}${rest}${from + WIDTH < text.length ? "…" : ""}`;
}

/** Lengths stay, so that columns and line breaks do. */
function hide(text: string, places: readonly Place[]): string {
  let shown = "";
  let at = 0;
  for (const { start, end } of places.toSorted((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    shown += text.slice(at, from) + text.slice(from, end).replaceAll(/\S/g, "*");
    at = end;
  }
  return shown + text.slice(at);
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

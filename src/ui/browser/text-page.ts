import type { KeyName } from "../keys.ts";
import type { Piece } from "../lines.ts";
import type { ScreenSize } from "../open-screen.ts";
import type { Hint, Page } from "./page.ts";
import { MOVES } from "./scroll.ts";

export interface TextPageOptions {
  readonly title: string;
  /** None wider than `columns`. */
  readonly lines: (columns: number) => readonly string[];
}

/** A text that is read and left again. */
export class TextPage implements Page {
  readonly title: string;
  readonly hints: readonly Hint[] = [
    ["↑↓", "scroll"],
    ["esc", "back"],
  ];
  readonly #options: TextPageOptions;
  #top = 0;
  #page = 1;
  #length = 0;

  constructor(options: TextPageOptions) {
    this.#options = options;
    this.title = options.title;
  }

  draw({ columns, rows }: ScreenSize): readonly string[] {
    const lines = this.#options.lines(columns);
    this.#page = rows;
    this.#length = lines.length;
    this.#top = Math.max(0, Math.min(this.#top, lines.length - rows));
    return lines.slice(this.#top, this.#top + rows);
  }

  status(): { left: readonly Piece[]; right: readonly Piece[] } {
    const more = this.#length - this.#top - this.#page;
    return { left: [], right: more > 0 ? [[`${more} more lines`]] : [] };
  }

  key(name: KeyName): boolean {
    const move = Object.hasOwn(MOVES, name) ? MOVES[name] : undefined;
    if (move === undefined) return false;
    // The window moves, and no cursor: the end is one page before the last line.
    this.#top = Math.max(0, move(this.#top, this.#page, this.#length));
    return true;
  }
}

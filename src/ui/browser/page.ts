import type { KeyName } from "../keys.ts";
import type { Piece } from "../lines.ts";
import type { ScreenSize } from "../open-screen.ts";
import type { Theme } from "../theme.ts";

/** What a key does, in the last line and in the help. */
export type Hint = readonly [keys: string, use: string];

/** What fills the screen between its first line and its last two. */
export interface Page {
  /** In the first line, after those of the pages below it. */
  readonly title: string;
  readonly hints: readonly Hint[];
  draw(size: ScreenSize): readonly string[];
  /** @returns whether the key meant something here */
  key(name: KeyName): boolean;
  /** Of the line below the page. */
  status(): { readonly left: readonly Piece[]; readonly right: readonly Piece[] };
  /** It is left for good. */
  close?(): void;
}

/** What a page may ask of the browser around it. */
export interface Shell {
  readonly theme: Theme;
  redraw(): void;
  open(page: Page): void;
  back(): void;
  /** A line that stays until the next key. */
  say(text: string): void;
  /** Asks for a line of text. Escape gives it up. */
  ask(label: string, value: string, onEnter: (text: string) => void): void;
}

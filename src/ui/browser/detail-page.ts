import type { NumberedAction } from "../../changeset/action.ts";
import type { SyncSummary } from "../../changeset/summary.ts";
import { visible } from "../../core/escape.ts";
import { ACTION_WORDS } from "../../report/words.ts";
import type { KeyName } from "../keys.ts";
import type { Piece } from "../lines.ts";
import type { ScreenSize } from "../open-screen.ts";
import { detailLines } from "./detail-lines.ts";
import type { Hint, Page, Shell } from "./page.ts";
import { MOVES } from "./scroll.ts";

export interface DetailPageOptions {
  readonly shell: Shell;
  readonly sync: SyncSummary;
  readonly action: NumberedAction;
  /** The action beside the one that was given last; undefined at an end of the list. */
  readonly step: (by: 1 | -1) => NumberedAction | undefined;
}

/** All that is known of one action. */
export class DetailPage implements Page {
  readonly hints: readonly Hint[] = [
    ["↑↓", "scroll"],
    ["←→", "previous, next"],
    ["esc", "back"],
  ];
  readonly #options: DetailPageOptions;
  #action: NumberedAction;
  #top = 0;
  #page = 1;
  #drawn: { readonly action: NumberedAction; readonly columns: number; readonly lines: readonly string[] } | undefined;

  constructor(options: DetailPageOptions) {
    this.#options = options;
    this.#action = options.action;
  }

  get title(): string {
    return `${ACTION_WORDS[this.#action.action].word} ${visible(this.#action.key, { maxLength: 60 })}`;
  }

  draw({ columns, rows }: ScreenSize): readonly string[] {
    const lines = this.#lines(columns);
    this.#page = rows;
    this.#top = Math.max(0, Math.min(this.#top, lines.length - rows));
    return lines.slice(this.#top, this.#top + rows);
  }

  status(): { left: readonly Piece[]; right: readonly Piece[] } {
    const length = this.#drawn?.lines.length ?? 0;
    const last = Math.min(length, this.#top + this.#page);
    return { left: [], right: length > this.#page ? [[`lines ${this.#top + 1} to ${last} of ${length}`, this.#options.shell.theme.faint]] : [] };
  }

  key(name: KeyName): boolean {
    if (name === "left" || name === "right" || name === "h" || name === "l") {
      this.#action = this.#options.step(name === "left" || name === "h" ? -1 : 1) ?? this.#action;
      this.#top = 0;
      return true;
    }
    const move = Object.hasOwn(MOVES, name) ? MOVES[name] : undefined;
    if (move === undefined) return false;
    // It is the window that moves: the last line at the end of the page is as far as it goes.
    this.#top = Math.max(0, move(this.#top, this.#page, this.#drawn?.lines.length ?? 0));
    return true;
  }

  #lines(columns: number): readonly string[] {
    if (this.#drawn?.action !== this.#action || this.#drawn.columns !== columns) {
      const { shell, sync } = this.#options;
      this.#drawn = { action: this.#action, columns, lines: detailLines(this.#action, sync.header, { columns, theme: shell.theme }) };
    }
    return this.#drawn.lines;
  }
}

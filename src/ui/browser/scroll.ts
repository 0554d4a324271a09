import type { KeyName } from "../keys.ts";

/** Keys that move, as less, vim and everybody else have them. */
export const MOVES: Readonly<Record<KeyName, (position: number, page: number, length: number) => number>> = {
  up: (at) => at - 1,
  k: (at) => at - 1,
  down: (at) => at + 1,
  j: (at) => at + 1,
  pageUp: (at, page) => at - page,
  "ctrl-b": (at, page) => at - page,
  "ctrl-u": (at, page) => at - Math.ceil(page / 2),
  pageDown: (at, page) => at + page,
  " ": (at, page) => at + page,
  "ctrl-f": (at, page) => at + page,
  "ctrl-d": (at, page) => at + Math.ceil(page / 2),
  home: () => 0,
  g: () => 0,
  end: (_, __, length) => length - 1,
  G: (_, __, length) => length - 1,
};

/** A cursor in a list, and the part of the list that is seen. */
export class Scroll {
  cursor = 0;
  top = 0;
  #page = 1;

  /** Keeps the cursor within the list and the list around the cursor. */
  fit(length: number, page: number): void {
    this.#page = Math.max(1, page);
    this.cursor = Math.max(0, Math.min(this.cursor, length - 1));
    if (this.cursor < this.top) this.top = this.cursor;
    if (this.cursor >= this.top + this.#page) this.top = this.cursor - this.#page + 1;
    this.top = Math.max(0, Math.min(this.top, length - this.#page));
  }

  /** Goes to a place that was found: where it is not seen yet, with what is around it. */
  jump(position: number): void {
    if (position < this.top || position >= this.top + this.#page) this.top = Math.max(0, position - Math.floor(this.#page / 2));
    this.cursor = position;
  }

  /** @returns whether the key moves */
  key(name: KeyName, length: number): boolean {
    const move = Object.hasOwn(MOVES, name) ? MOVES[name] : undefined;
    if (move === undefined) return false;
    this.cursor = Math.max(0, Math.min(move(this.cursor, this.#page, length), length - 1));
    return true;
  }
}

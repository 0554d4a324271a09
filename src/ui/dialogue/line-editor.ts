import { isCharacter, type KeyName } from "../keys.ts";

/** Longer than any address; a paste by mistake ends here. In UTF-16 units. */
const LONGEST = 4096;

/** A line of text that is being typed. */
export class LineEditor {
  #characters: string[];
  #cursor: number;

  constructor(text = "") {
    this.#characters = [...text];
    this.#cursor = this.#characters.length;
  }

  get text(): string {
    return this.#characters.join("");
  }

  get beforeCursor(): string {
    return this.#characters.slice(0, this.#cursor).join("");
  }

  get afterCursor(): string {
    return this.#characters.slice(this.#cursor).join("");
  }

  /** @returns whether the text is another one now */
  press(key: KeyName): boolean {
    const { length } = this.#characters;
    if (key === "left" || key === "ctrl-b") this.#cursor = Math.max(0, this.#cursor - 1);
    else if (key === "right" || key === "ctrl-f") this.#cursor = Math.min(length, this.#cursor + 1);
    else if (key === "home" || key === "ctrl-a") this.#cursor = 0;
    else if (key === "end" || key === "ctrl-e") this.#cursor = length;
    else if (key === "backspace") return this.#remove(this.#cursor - 1, this.#cursor);
    else if (key === "delete") return this.#remove(this.#cursor, this.#cursor + 1);
    else if (key === "ctrl-u") return this.#remove(0, this.#cursor);
    else if (key === "ctrl-k") return this.#remove(this.#cursor, length);
    else if (key === "ctrl-w") return this.#remove(this.#wordStart(), this.#cursor);
    else if (isCharacter(key) && length < LONGEST) {
      this.#characters.splice(this.#cursor, 0, key);
      this.#cursor += 1;
      return true;
    }
    return false;
  }

  #remove(from: number, to: number): boolean {
    const start = Math.max(0, from);
    const removed = this.#characters.splice(start, to - start);
    this.#cursor = Math.min(start, this.#characters.length);
    return removed.length > 0;
  }

  /** Words end at blanks and slashes: what is mistyped is mostly the last part of an address. */
  #wordStart(): number {
    let at = this.#cursor;
    while (at > 0 && /[\s/]/.test(this.#characters[at - 1] ?? "")) at -= 1;
    while (at > 0 && !/[\s/]/.test(this.#characters[at - 1] ?? "")) at -= 1;
    return at;
  }
}

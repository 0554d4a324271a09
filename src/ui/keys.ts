import type { Key } from "ink";

/**
 * A key that was pressed: the character itself, or one of `up`, `down`, `left`, `right`, `pageUp`,
 * `pageDown`, `home`, `end`, `enter`, `escape`, `backspace`, `delete`, `tab`, `shift-tab`, `ctrl-x`.
 */
export type KeyName = string;

const NAMED = ["upArrow", "downArrow", "leftArrow", "rightArrow", "pageUp", "pageDown", "home", "end", "return", "escape", "backspace", "delete"] as const;
const NAMES: Readonly<Partial<Record<(typeof NAMED)[number], KeyName>>> = {
  upArrow: "up",
  downArrow: "down",
  leftArrow: "left",
  rightArrow: "right",
  return: "enter",
};
/** Characters that are keys with a name. A terminal sends 127 for backspace. */
const CONTROLS: Readonly<Record<string, KeyName>> = { "\r": "enter", "\n": "enter", "\t": "tab", "\u007f": "backspace", "\b": "backspace", "\u001b": "escape" };
/** Control characters are the characters 64 above them, with Ctrl held down. */
const CONTROL = 64;

/** What Ink hands over at once, key by key: fast typing and what is pasted come in one piece. */
export function keysOf(input: string, key: Key): KeyName[] {
  const named = NAMED.find((name) => key[name]);
  if (named !== undefined) return [NAMES[named] ?? named];
  if (key.tab) return [key.shift ? "shift-tab" : "tab"];
  if (key.ctrl) return input === "" ? [] : [`ctrl-${input}`];
  if (key.meta) return [];
  return [...input].flatMap((character) => {
    const code = character.codePointAt(0) ?? 0;
    const known = CONTROLS[character];
    if (known !== undefined) return [known];
    return code < 32 ? [`ctrl-${String.fromCharCode(code + CONTROL).toLowerCase()}`] : [character];
  });
}

/** Whether a key is a character that belongs into a line of text. */
export function isCharacter(key: KeyName): boolean {
  return [...key].length === 1;
}

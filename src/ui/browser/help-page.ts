import { cell, cutEnd, wrapText } from "../text.ts";
import type { Hint, Shell } from "./page.ts";
import { TextPage } from "./text-page.ts";

const GROUPS: readonly (readonly [title: string, keys: readonly Hint[]])[] = [
  [
    "Move",
    [
      ["↑ ↓, k j", "one line"],
      ["PgUp PgDn, space", "one page (also ctrl-b, ctrl-f)"],
      ["ctrl-u ctrl-d", "half a page"],
      ["Home End, g G", "to the first, to the last"],
      ["enter, →, l", "open"],
      ["esc, ←, h", "back"],
    ],
  ],
  [
    "In the actions of a sync",
    [
      ["tab, shift-tab", "the next kind of action, the one before"],
      ["/", "search: a text in keys; action:delete and reason:size before it"],
      ["n N", "the next match, the one before"],
      ["f", "filter, in the same words; an empty one takes it away"],
      ["r", "only the next reason, then all again"],
      ["← →", "in the details: the action before, the next one"],
    ],
  ],
  [
    "Everywhere",
    [
      ["?", "this help"],
      ["ctrl-l", "draw again"],
      ["ctrl-z", "to the shell; fg comes back"],
      ["q", "leave"],
    ],
  ],
];
const APPROVE: Hint = ["a", "approve: asks for the word yes"];
const KEYS = 18;

export class HelpPage extends TextPage {
  constructor({ theme }: Shell, canApprove: boolean) {
    super({
      title: "help",
      lines: (columns) =>
        GROUPS.flatMap(([title, keys], at) => [
          ...(at > 0 ? [""] : []),
          theme.strong(cutEnd(title, columns)),
          ...(canApprove && at === GROUPS.length - 1 ? [APPROVE, ...keys] : keys).flatMap((hint) => hintLines(hint, columns)),
        ]),
    });
  }
}

function hintLines([keys, use]: Hint, columns: number): string[] {
  const wrapped = wrapText(use, Math.max(1, columns - KEYS - 2));
  return wrapped.map((line, at) => cutEnd(`  ${cell(at === 0 ? keys : "", KEYS)}${line}`, columns));
}

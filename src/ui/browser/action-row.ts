import type { NumberedAction } from "../../changeset/action.ts";
import type { TextFilter } from "../../changeset/changeset.ts";
import { visible } from "../../core/escape.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import { tint } from "../../report/sync-lines.ts";
import { ACTION_WORDS, sizeOf } from "../../report/words.ts";
import type { Piece } from "../lines.ts";
import { cell, shownKey } from "../text.ts";
import type { Theme } from "../theme.ts";
import { shownTime } from "./shown-time.ts";
import { matchIn } from "./query.ts";

const SIZE = 9;
const REASON = 18;
const TIME = 19;
/** Below these many columns, what tells least is left out. */
const WITH_REASON = 60;
const WITH_TIMES = 130;

/** An action as one line of a list. */
export function actionPieces(action: NumberedAction, columns: number, theme: Theme, texts: readonly TextFilter[]): Piece[] {
  const color = tint(action.action, theme);
  const right: Piece[] = [[`  ${cell(shownSize(action), SIZE, "right")}`]];
  if (columns >= WITH_REASON) right.push([`  ${cell(visible(action.reason), REASON)}`, theme.faint]);
  if (columns >= WITH_TIMES) {
    right.push([`  ${cell(shownTime(action.source?.modified), TIME)}`, theme.faint], [`  ${cell(shownTime(action.destination?.modified), TIME)}`, theme.faint]);
  }
  const used = widthOfPieces(right) + 2;
  const key = cell(shownKey(action.key, columns - used), columns - used);
  return [[`${ACTION_WORDS[action.action].mark} `, color], ...marked(key, texts, color, theme), ...right];
}

function widthOfPieces(pieces: readonly Piece[]): number {
  // Numbers, dates and reasons of one column a character.
  return pieces.reduce((sum, [text]) => sum + text.length, 0);
}

function shownSize(action: NumberedAction): string {
  if (action.rows !== undefined) return `~${formatCount(action.rows)} r`;
  // What moves nothing and has no size would only say 0.
  const isSized = action.action !== "conflict" && action.action !== "notSynced" && action.source?.fingerprint === undefined;
  return isSized ? formatBytes(sizeOf(action)) : "";
}

function marked(key: string, texts: readonly TextFilter[], color: (text: string) => string, theme: Theme): Piece[] {
  const match = matchIn(key, texts);
  if (match === undefined) return [[key, color]];
  const [from, to] = match;
  return [
    [key.slice(0, from), color],
    [key.slice(from, to), (text) => theme.found(theme.strong(color(text)))],
    [key.slice(to), color],
  ];
}

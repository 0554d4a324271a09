import type { OutlinePart } from "../plan-file/outline.ts";
import { type Change, isDoubtful, isOpen, maybe, type Remark, type Said, saidIn } from "./change.ts";
import { say, type Sentence } from "./finding.ts";
import type { EndPlace } from "./places.ts";

/** A sync as it is now, for the rules that say what a change of it means. */
export interface SyncContext {
  readonly name: string;
  readonly after: OutlinePart;
  readonly from: EndPlace;
  readonly to: EndPlace;
  /** It had another name before. */
  readonly isRenamed: boolean;
}

/** Says what a change of one key means. undefined: nothing, in this sync. */
export type SyncRule = (change: Change, context: SyncContext) => Remark | undefined;

export function mayDelete({ after }: SyncContext): boolean {
  return after.kind === "objects" && maybe(saidIn(after, "delete"), true);
}

/** Whether what the destination has already may be replaced. */
export function mayOverwrite({ after }: SyncContext): boolean {
  if (after.kind === "postgres") return maybe(saidIn(after, "rows", "onDifferent"), "replace");
  return maybe(saidIn(after, "onExisting"), "overwrite", "ifNewer");
}

/** ` (${MIRROR:-false} decides it)`, where a variable does. */
export function decidedBy(said: Said): Sentence {
  if (isDoubtful(said)) return say` (${said.shown} is not valid: the worst is assumed)`;
  return isOpen(said) ? say` (${said.shown} decides it)` : [];
}

/** `key` is now one thing and was another. */
export function nowAndBefore({ path, before, after }: Change): Sentence {
  return say`${path.join(".")} is now ${wordsOf(after)}, and was ${wordsOf(before)}.`;
}

function wordsOf({ setting, value, shown }: Said): Sentence {
  return setting === undefined && (value === undefined || Array.isArray(value)) ? [shown] : say`${shown}`;
}

import { ACTION_KINDS, type ActionKind } from "../../changeset/action.ts";
import type { ActionFilter, TextFilter } from "../../changeset/changeset.ts";
import { ACTION_WORDS } from "../../report/words.ts";

/** What a person asks for in one line: `action:delete reason:size holiday`. */
export interface Query {
  /** As it was typed. */
  readonly text: string;
  readonly filter: Pick<ActionFilter, "kinds" | "reasons" | "texts">;
}

const WORD = /^(action|reason):(\S*)\s*/;

/**
 * Reads a line. `action:` and `reason:` take the beginning of a word and stand first; all that follows is
 * looked for in keys, blanks among them. Capital letters in it are meant, small letters match both.
 *
 * @param reasons of the sync
 */
export function readQuery(line: string, reasons: readonly string[]): Query {
  let rest = line;
  let kinds: readonly ActionKind[] | undefined;
  let wanted: readonly string[] | undefined;
  for (let word = WORD.exec(rest); word !== null; word = WORD.exec(rest)) {
    const [whole, name, value = ""] = word;
    if (name === "action") kinds = kindsNamed(value);
    else wanted = reasons.filter((reason) => reason.startsWith(value));
    rest = rest.slice(whole.length);
  }
  return { text: line, filter: { kinds, reasons: wanted, texts: rest === "" ? undefined : [textFilter(rest)] } };
}

function textFilter(text: string): TextFilter {
  return { text, matchCase: text !== text.toLowerCase() };
}

function kindsNamed(value: string): readonly ActionKind[] {
  const begin = value.toLowerCase();
  return ACTION_KINDS.filter((kind) => kind.toLowerCase().startsWith(begin) || ACTION_WORDS[kind].word.startsWith(begin));
}

/** Where in a shown text the words of a query stand, for whoever marks them. @returns [from, to) in characters */
export function matchIn(text: string, texts: readonly TextFilter[]): readonly [from: number, to: number] | undefined {
  for (const { text: wanted, matchCase } of texts) {
    const at = matchCase ? text.indexOf(wanted) : text.toLowerCase().indexOf(wanted.toLowerCase());
    if (at !== -1) return [at, at + wanted.length];
  }
  return undefined;
}

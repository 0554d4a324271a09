import { setImmediate } from "node:timers/promises";
import type { ActionKind } from "../../changeset/action.ts";
import type { ActionList, ListFilter } from "./action-list.ts";

/** Rows that are looked through before keys get their turn. */
const WINDOW = 8192;

export interface FindOptions {
  readonly list: ActionList;
  readonly wanted: ListFilter;
  /** Where to begin, itself left out; undefined: before the first, or after the last. */
  readonly from: { readonly kind: ActionKind; readonly seq: number } | undefined;
  readonly direction: 1 | -1;
  readonly signal: AbortSignal;
  /** Rows looked through so far. */
  readonly onLooked: (rows: number) => void;
}

export interface Found {
  readonly kind: ActionKind;
  readonly seq: number;
  /** The end was passed on the way. */
  readonly wrapped: boolean;
}

/** Looks for the next action that matches, in the order of the list and around its end. @returns undefined where none does, or where it was told to stop */
export async function findNext({ list, wanted, from, direction, signal, onLooked }: FindOptions): Promise<Found | undefined> {
  const sections = direction === 1 ? list.sections : list.sections.toReversed();
  const begin =
    from === undefined
      ? 0
      : Math.max(
          0,
          sections.findIndex(({ kind }) => kind === from.kind),
        );
  let looked = 0;
  // The section that it begins in is looked at twice: after the beginning first, before it last.
  for (let step = 0; step <= sections.length; step += 1) {
    const section = sections[(begin + step) % sections.length];
    if (section === undefined) return undefined;
    if (step === sections.length && from === undefined) return undefined;
    if (wanted.kinds?.includes(section.kind) === false) continue;
    let { first, last } = section.span;
    if (from !== undefined && step === 0) [first, last] = direction === 1 ? [from.seq + 1, last] : [first, from.seq - 1];
    if (from !== undefined && step === sections.length) [first, last] = direction === 1 ? [first, from.seq] : [from.seq, last];
    while (first <= last) {
      const [low, high] = direction === 1 ? [first, Math.min(last, first + WINDOW - 1)] : [Math.max(first, last - WINDOW + 1), last];
      const numbers = list.matching(section, low, high, wanted);
      const seq = direction === 1 ? numbers[0] : numbers.at(-1);
      if (seq !== undefined) return { kind: section.kind, seq, wrapped: begin + step >= sections.length || step === sections.length };
      looked += high - low + 1;
      onLooked(looked);
      await setImmediate();
      if (signal.aborted) return undefined;
      if (direction === 1) first = high + 1;
      else last = low - 1;
    }
  }
  return undefined;
}

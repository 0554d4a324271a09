import type { NumberedKind } from "../../changeset/changeset.ts";

/** Matches of a run, so that one page reads a bounded number of rows. */
const MOST_IN_RUN = 256;
/** Rows that a run may reach over, matches or not. */
const WIDEST_RUN = 4096;

/** A stretch of a file in which some matches lie, and where they stand among all. */
export interface Run {
  readonly first: number;
  readonly last: number;
  /** Position of the first among all matches. */
  readonly position: number;
  readonly count: number;
}

/**
 * Where matches are, without holding each: some bytes for hundreds of them. What lies within a run is
 * read again from the file.
 */
export class Matches {
  readonly #firsts: number[] = [];
  readonly #lasts: number[] = [];
  readonly #positions: number[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param seq above all before it */
  add(seq: number): void {
    const at = this.#firsts.length - 1;
    const first = this.#firsts[at];
    const position = this.#positions[at];
    if (first === undefined || position === undefined || seq - first >= WIDEST_RUN || this.#count - position >= MOST_IN_RUN) {
      this.#firsts.push(seq);
      this.#lasts.push(seq);
      this.#positions.push(this.#count);
    } else this.#lasts[at] = seq;
    this.#count += 1;
  }

  /** The run that holds a position. */
  at(position: number): Run | undefined {
    return position < 0 || position >= this.#count ? undefined : this.#run(lastNotAbove(this.#positions, position));
  }

  /** The run that a number lies in, or the one before it. */
  around(seq: number): Run | undefined {
    return this.#run(lastNotAbove(this.#firsts, seq));
  }

  #run(at: number): Run | undefined {
    const first = this.#firsts[at];
    const last = this.#lasts[at];
    const position = this.#positions[at];
    if (first === undefined || last === undefined || position === undefined) return undefined;
    return { first, last, position, count: (this.#positions[at + 1] ?? this.#count) - position };
  }
}

function lastNotAbove(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    // SAFETY: `middle` is within the array.
    if ((ascending[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Sorts what a window of the file gave into the sections it belongs to. */
export function sortInto(found: readonly NumberedKind[], matches: ReadonlyMap<string, Matches>): void {
  for (const [seq, kind] of found) matches.get(kind)?.add(seq);
}

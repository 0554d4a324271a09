import { isSequenceDone, type SequenceValue } from "../catalog/sequences.ts";
import type { RelationName } from "./types.ts";

/** Two sequences whose values are to be the same. */
export interface SequencePair {
  /** `sequence-value public.users_id_seq`. */
  readonly key: string;
  readonly source: RelationName;
  readonly destination: RelationName;
}

export interface SequenceComparison {
  readonly key: string;
  readonly difference: "equal" | "missing" | "different";
  readonly source: SequenceValue | undefined;
  readonly destination: SequenceValue | undefined;
}

/**
 * Compares values of sequences that `readSequences` read at both ends: last value and whether it
 * was given out. With a margin, the destination may be ahead by it in the sequence's own direction.
 * Bounds and increments are their definition, and no part of this.
 */
export function compareSequences(options: {
  readonly pairs: readonly SequencePair[];
  readonly source: readonly SequenceValue[];
  readonly destination: readonly SequenceValue[];
  /** Whole values, 0: exactly the same. */
  readonly margin: number;
}): readonly SequenceComparison[] {
  const sources = byName(options.source);
  const destinations = byName(options.destination);
  return options.pairs.map((pair) => {
    const source = sources.get(nameOf(pair.source));
    const destination = destinations.get(nameOf(pair.destination));
    if (source === undefined || destination === undefined) return { key: pair.key, difference: "missing", source, destination };
    return { key: pair.key, difference: isSequenceDone(source, destination, options.margin) ? "equal" : "different", source, destination };
  });
}

function byName(values: readonly SequenceValue[]): ReadonlyMap<string, SequenceValue> {
  return new Map(values.map((value) => [nameOf(value), value]));
}

/** No two names make the same text: a name holds no NUL. */
function nameOf({ schema, name }: RelationName): string {
  return `${schema}\0${name}`;
}

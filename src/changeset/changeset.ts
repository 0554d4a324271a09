import type { Action, ActionKind, NumberedAction } from "./action.ts";
import type { SyncHeader } from "./header.ts";
import type { ChangesetSummary, PlanNotice } from "./summary.ts";

export interface ChangesetOrigin {
  readonly plan: string;
  /** The plan file as the user named it: where apply finds the locations' credentials. */
  readonly planFile: string;
  /** Hash of the checked plan without secrets, so that a plan that was edited is told apart. */
  readonly planHash: string;
  /** Lineage of the state it was planned with; "" where that state was still empty. */
  readonly lineage: string;
  /** Serial of that state then: only runs that began after it can have applied a part of this changeset. */
  readonly serial?: number | undefined;
  readonly tidemark: string;
}

/** Takes the actions of one sync after another, in order, and never holds them. */
export interface ChangesetWriter {
  beginSync(header: SyncHeader): void;
  /** Counts every action; keeps those with an effect, conflicts and items not synced, and skips where they are listed. */
  add(actions: readonly Action[]): void;
  /** @param stamp what the driver is to be given back at apply; not part of the identity */
  endSync(listed: { readonly source: number; readonly destination: number }, notices: readonly PlanNotice[], stamp?: string): void;
  /** Computes the identity, makes the file durable and gives it its name. */
  seal(requests: ChangesetSummary["requests"]): Changeset;
  /** Removes what was written. */
  discard(): void;
}

export interface ActionFilter {
  readonly sync?: string | undefined;
  readonly kinds?: readonly ActionKind[] | undefined;
  readonly seqFrom?: number | undefined;
  readonly seqTo?: number | undefined;
  readonly limit?: number | undefined;
  /** Largest `bytes` first, instead of in order of seq. */
  readonly largestFirst?: boolean | undefined;
  /** In byte order of keys instead, effects only, of the one sync that is named. */
  readonly byKey?: boolean | undefined;
  /** Only these rules decided. */
  readonly reasons?: readonly string[] | undefined;
  /** Only keys that hold each of these texts. */
  readonly texts?: readonly TextFilter[] | undefined;
}

export interface TextFilter {
  readonly text: string;
  /** Otherwise letters from a to z match in either case. */
  readonly matchCase: boolean;
}

/** Numbers from `first` to `last`; none where `last` is below. */
export interface SeqSpan {
  readonly first: number;
  readonly last: number;
}

/** A sealed changeset, opened for reading. */
export interface Changeset {
  readonly path: string;
  readonly origin: ChangesetOrigin;
  readonly summary: ChangesetSummary;
  actions(filter?: ActionFilter): Iterable<NumberedAction>;
  /** Where a sync's actions with an effect are, or the others. Actions of different kinds lie in between one another. */
  span(sync: string, part: "effects" | "notes"): SeqSpan;
  /** What `actions` would give, as numbers and kinds only: a fraction of the work. Reads the range at once: ask for some ten thousand. */
  numbers(filter: NumberFilter): readonly NumberedKind[];
  /** Bytes that stand at the destination now, of the actions in a range. */
  destinationBytes(filter: NumberFilter): number;
  close(): void;
}

/** A range of one sync. */
export interface NumberFilter extends Omit<ActionFilter, "largestFirst" | "limit"> {
  readonly sync: string;
  readonly seqFrom: number;
  readonly seqTo: number;
}

export type NumberedKind = readonly [seq: number, action: ActionKind];

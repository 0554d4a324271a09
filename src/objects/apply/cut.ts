import type { NumberedAction } from "../../changeset/action.ts";
import type { Subtask } from "../../driver/sync-driver.ts";

export interface CutOptions {
  readonly planId: string;
  readonly sync: string;
  readonly maxObjects: number;
  readonly maxBytes: number;
}

/** Copies and overwrites first; deletions when all of those are done, since they may be the other half of a move. */
export type Phase = "write" | "delete";

export function phaseOf({ action }: NumberedAction): Phase {
  return action === "delete" ? "delete" : "write";
}

/**
 * Cuts a sync's actions into subtasks at whichever limit comes first. A larger object stands alone.
 *
 * @param actions with an effect, in order of seq; walked through once for each phase
 */
export function* cutSubtasks(actions: () => Iterable<NumberedAction>, options: CutOptions): Generator<Subtask> {
  for (const phase of ["write", "delete"] as const) yield* cutPhase(actions(), phase, options);
}

function* cutPhase(actions: Iterable<NumberedAction>, phase: Phase, { planId, sync, maxObjects, maxBytes }: CutOptions): Generator<Subtask> {
  let slice: { from: number; to: number; items: number; bytes: number } | undefined;
  const subtask = ({ from, to, items, bytes }: NonNullable<typeof slice>): Subtask => ({
    id: `${sync}:${phase}:${from}-${to}`,
    planId,
    sync,
    seqFrom: from,
    seqTo: to,
    needs: [],
    phase,
    items,
    bytes,
  });
  for (const action of actions) {
    if (phaseOf(action) !== phase) continue;
    if (slice && (slice.items >= maxObjects || slice.bytes + action.bytes > maxBytes)) {
      yield subtask(slice);
      slice = undefined;
    }
    slice ??= { from: action.seq, to: action.seq, items: 0, bytes: 0 };
    slice.to = action.seq;
    slice.items += 1;
    slice.bytes += action.bytes;
  }
  if (slice) yield subtask(slice);
}

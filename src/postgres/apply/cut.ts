import type { NumberedAction } from "../../changeset/action.ts";
import type { Subtask } from "../../driver/sync-driver.ts";
import type { Phase } from "../phases.ts";
import { itemOf } from "./action-item.ts";

/** One subtask a phase: within one, what comes when is decided while it runs, by what is done. */
export function* cutByPhase(planId: string, sync: string, actions: Iterable<NumberedAction>): Generator<Subtask> {
  let open: { phase: Phase; seqFrom: number; seqTo: number; items: number; bytes: number } | undefined;
  const close = ({ phase, ...rest }: NonNullable<typeof open>): Subtask => ({ id: `${sync}/${phase}`, planId, sync, needs: [], phase, ...rest });
  for (const action of actions) {
    const { phase } = itemOf(action);
    if (open?.phase !== phase) {
      if (open) yield close(open);
      open = { phase, seqFrom: action.seq, seqTo: action.seq, items: 0, bytes: 0 };
    }
    open.seqTo = action.seq;
    open.items += 1;
    open.bytes += action.bytes;
  }
  if (open) yield close(open);
}

import { TidemarkError } from "../core/errors.ts";
import { movedAway } from "./refusals.ts";
import { STATE_KINDS, type StateSizes, UNFINISHED, type WholeState } from "./whole.ts";

export interface MoveOptions {
  readonly from: WholeState;
  /** What the user calls the old place, and the new one. */
  readonly fromName: string;
  readonly toName: string;
  /** Opens the new one, whether it is marked or not; makes it where it is missing. */
  readonly openTo: () => Promise<WholeState>;
}

/**
 * Moves a state to another place. From the first moment to the last nobody can use either of the two;
 * then the new one, or, where it did not succeed, the old one. Killed in between, it is done again.
 *
 * @returns what was moved; undefined where it had been moved before
 * @throws TidemarkError `LOCKED`, `STATE_EXISTS`, `STATE_ELSEWHERE`, `STATE_MOVE_FAILED`
 */
export async function moveState({ from, fromName, toName, openTo }: MoveOptions): Promise<StateSizes | undefined> {
  const marked = await from.mark();
  if (marked !== undefined && marked !== toName) throw movedAway(fromName, marked);
  await from.setMark(toName);
  try {
    const to = await openTo();
    try {
      if ((await to.mark()) === undefined && to.serial > 0) {
        if (marked !== undefined && to.lineage === from.lineage) return undefined;
        throw new TidemarkError("STATE_EXISTS", `There is a state at ${toName} already, and it is in use.`, {
          hint: "Choose another place, or go on with that one: name it in the plan's `state:`.",
        });
      }
      await to.setMark(UNFINISHED);
      await to.fill(from.contents(), from);
      const [wanted, found] = [await from.sizes(), await to.sizes()];
      const different = STATE_KINDS.find((kind) => wanted[kind] !== found[kind]);
      if (different !== undefined) {
        throw new TidemarkError("STATE_MOVE_FAILED", `Of ${wanted[different]} ${different} ${found[different]} arrived at ${toName}.`, {
          hint: "The old state is in use as before. Try again.",
        });
      }
      await to.setMark(undefined);
      return found;
    } finally {
      await to.close();
    }
  } catch (error) {
    // It was marked before: an attempt that was killed may have got further than this one knows.
    if (marked === undefined) await from.setMark(undefined);
    throw error;
  }
}

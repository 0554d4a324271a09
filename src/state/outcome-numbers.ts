import type { Outcome } from "./outcome.ts";

/** Numbers of the outcomes in the file. They never change. */
export const OUTCOMES: Readonly<Record<Outcome["outcome"], number>> = { applied: 0, stale: 1, failed: 2, refused: 3, cancelled: 4, inDoubt: 5 };

const KINDS: readonly Outcome["outcome"][] = ["applied", "stale", "failed", "refused", "cancelled", "inDoubt"];

/** @returns `inDoubt` for a number that no version of this layout writes */
export function outcomeOf(number: number): Outcome["outcome"] {
  return KINDS[number] ?? "inDoubt";
}

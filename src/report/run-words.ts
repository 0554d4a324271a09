import type { RunStatus } from "../state/state-store.ts";
import type { ItemOutcome } from "./run-items.ts";

/** What a run came to, in a word or two. */
export const RUN_STATUS_WORDS: Readonly<Record<RunStatus, string>> = {
  running: "running",
  applied: "applied",
  partly: "applied in part",
  failed: "failed",
  stopped: "stopped",
  interrupted: "died",
};

/** What became of an item; what somebody has to look at comes first. */
export const OUTCOME_NAMES: Readonly<Record<ItemOutcome, string>> = {
  failed: "failed",
  inDoubt: "in doubt",
  stale: "stale",
  refused: "refused",
  cancelled: "cancelled",
  notReached: "not reached",
  applied: "applied",
};

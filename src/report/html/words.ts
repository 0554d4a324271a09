import type { ActionKind } from "../../changeset/action.ts";
import type { Difference } from "../../driver/sync-driver.ts";
import type { ItemOutcome } from "../run-items.ts";
import { ACTION_WORDS } from "../words.ts";
import type { KindWord } from "./page-data.ts";

export const OUTCOME_WORDS: Readonly<Record<ItemOutcome, KindWord>> = {
  failed: { mark: "✕", word: "failed" },
  inDoubt: { mark: "?", word: "in doubt" },
  stale: { mark: "~", word: "stale" },
  refused: { mark: "⊘", word: "refused" },
  cancelled: { mark: "–", word: "cancelled" },
  notReached: { mark: "…", word: "not reached" },
  applied: { mark: "✓", word: "applied" },
};

export const DIFFERENCE_WORDS: Readonly<Record<Difference["difference"] | "equal", KindWord>> = {
  missing: { mark: "-", word: "missing" },
  different: { mark: "≠", word: "different" },
  extra: { mark: "+", word: "extra" },
  unknown: { mark: "?", word: "unknown" },
  equal: { mark: "=", word: "equal" },
};

/** As the terminal calls them. */
export function actionWords(): Record<ActionKind, KindWord> {
  // SAFETY: the same keys.
  return Object.fromEntries(Object.entries(ACTION_WORDS).map(([kind, { mark, word }]) => [kind, { mark: mark === " " ? "=" : mark, word }])) as Record<
    ActionKind,
    KindWord
  >;
}

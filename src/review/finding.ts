import type { Span } from "../plan-file/outline.ts";

/** How grave a finding is: what may lose something, what does something else than before, what is good to know. */
export const REVIEW_SEVERITIES = ["danger", "change", "note"] as const;
export type ReviewSeverity = (typeof REVIEW_SEVERITIES)[number];

/** Every finding there is. Stable: documented in docs/review-findings.md, never renamed. */
export const REVIEW_CODES = [
  "ACCOUNTS_CHANGED",
  "BACKUP_CHANGED",
  "BACKUP_DROPPED",
  "COMPARISON_CHANGED",
  "COPIES_CHANGED",
  "CREDENTIALS_CHANGED",
  "DELETES",
  "DELETES_NO_MORE",
  "DESTINATION_MOVED",
  "EXISTING_RULE_CHANGED",
  "GUARD_CHANGED",
  "GUARD_STRONGER",
  "GUARD_WEAKER",
  "KIND_CHANGED",
  "LABELS_CHANGED",
  "LOCATION_ADDED",
  "LOCATION_CHANGED",
  "LOCATION_REMOVED",
  "LOCATION_RENAMED",
  "MAPPING_CHANGED",
  "ORDER_CHANGED",
  "OVERWRITES",
  "OVERWRITES_LESS",
  "PLAN_NEW",
  "PLAN_RENAMED",
  "PROTECTION_ADDED",
  "PROTECTION_DROPPED",
  "RENAMED_FROM_DROPPED",
  "SCOPE_CHANGED",
  "SCOPE_NARROWER",
  "SCOPE_WIDER",
  "SECRET_IN_HISTORY",
  "SETTING_CHANGED",
  "SHADOW_CHANGED",
  "SOURCE_MOVED",
  "SPEED_CHANGED",
  "STATE_ABANDONED",
  "STATE_MOVED",
  "SYNC_ADDED",
  "SYNC_REMOVED",
  "SYNC_RENAMED",
  "TIMES_CHANGED",
  "VARIABLE_NEEDED",
  "VERIFICATION_STRONGER",
  "VERIFICATION_WEAKER",
] as const;
export type ReviewCode = (typeof REVIEW_CODES)[number];

/** Words of ours, and texts of the plan: whoever shows them quotes and escapes the latter. */
export type Sentence = readonly (string | { readonly quoted: string })[];

/** Builds a sentence; what is put in is a text of the plan, unless it is a sentence itself. */
export function say(words: TemplateStringsArray, ...values: readonly (string | Sentence)[]): Sentence {
  return words.flatMap((word, at) => {
    const value = values[at];
    return [word, ...(value === undefined ? [] : typeof value === "string" ? [{ quoted: value }] : value)].filter((part) => part !== "");
  });
}

export interface ReviewFinding {
  readonly code: ReviewCode;
  readonly severity: ReviewSeverity;
  readonly sentence: Sentence;
  readonly sync: string | undefined;
  readonly location: string | undefined;
  /** In the new file, or in the old one where it is about what is there no more. */
  readonly place: Span;
  readonly side: "new" | "base";
  /** The nearest place in the new file: where a page that shows only that one points at. */
  readonly anchor: Span;
}

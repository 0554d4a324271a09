import type { DatabaseKind } from "../driver/database-action.ts";

/**
 * The order in which a database is built: roles first, since one of them may own it. `rows` fills tables and builds their indexes as they are
 * filled; `links` is whatever needs those: foreign keys, triggers, rules, policies.
 */
export const PHASES = ["accounts", "database", "schema", "rows", "links", "finish", "event-triggers"] as const;

export type Phase = (typeof PHASES)[number];

const FINISH: readonly DatabaseKind[] = ["privilege", "default-privilege", "publication", "subscription", "refresh", "database-setting", "membership"];

/** The phase of a kind that has one wherever it stands in a dump; undefined: its section decides. */
export function fixedPhase(kind: DatabaseKind): Phase | undefined {
  if (kind === "database") return "database";
  if (kind === "role") return "accounts";
  // Whatever is made after them would set them off.
  if (kind === "event-trigger") return "event-triggers";
  if (kind === "rows" || kind === "sequence-value" || kind === "large-objects") return "rows";
  return FINISH.includes(kind) ? "finish" : undefined;
}

/** Order within `finish`: who may do what, before anything is computed from what may be read. */
export function finishRank(kind: DatabaseKind): number {
  const rank = FINISH.indexOf(kind);
  // Comments and labels come after all that they may be about.
  return rank < 0 ? FINISH.length : rank;
}

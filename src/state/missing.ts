import { DatabaseSync } from "node:sqlite";
import { TidemarkError } from "../core/errors.ts";
import { StateDatabase } from "./database.ts";
import { MIGRATIONS } from "./schema.ts";
import { SqliteState } from "./sqlite-state.ts";
import type { WholeState } from "./whole.ts";

/** A state that is not there: empty, of lineage "", and every write is refused. */
export function emptyState(refusal: () => TidemarkError): WholeState {
  const file = new DatabaseSync(":memory:");
  file.exec(MIGRATIONS.join(";"));
  return new SqliteState(new StateDatabase(file, ":memory:", { now: Date.now, patienceMs: 0, refusal }), "");
}

export function notMadeYet(plan: string, place: string): () => TidemarkError {
  return () => new TidemarkError("STATE_MISSING", `There is no state of the plan ${plan} in ${place} yet.`, { hint: "The first `tidemark apply` makes it." });
}

export function readOnlyState(place: string): () => TidemarkError {
  return () => new TidemarkError("STATE_READ_ONLY", `The state ${place} was opened for reading.`);
}

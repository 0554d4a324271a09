import type { Changeset } from "../changeset/changeset.ts";
import type { SyncSummary } from "../changeset/summary.ts";
import { databaseLosses } from "./database-words.ts";
import { counted } from "./words.ts";

/** What applying a sync would destroy, in words that cannot be overlooked. */
export function losses(changeset: Changeset, sync: SyncSummary): string[] {
  if (sync.header.kind === "postgres") return databaseLosses(changeset, sync);
  const { actions } = sync;
  const lines: string[] = [];
  if (actions.delete.items > 0) lines.push(`${counted(actions.delete.items, "object")} will be DELETED at the destination.`);
  if (actions.overwrite.items > 0) lines.push(`${counted(actions.overwrite.items, "object")} will be OVERWRITTEN at the destination.`);
  return lines;
}

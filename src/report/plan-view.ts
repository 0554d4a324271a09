import type { ActionKind } from "../changeset/action.ts";
import type { Changeset } from "../changeset/changeset.ts";
import { showDatabaseSync } from "./database-sync-view.ts";
import { showObjectSync } from "./object-sync-view.ts";
import type { Output } from "./output.ts";
import type { Paint } from "./paint.ts";
import { moveSentence, planSentence, totals } from "./words.ts";

export interface PlanViewOptions {
  /** Every action instead of a few of each kind. */
  readonly verbose: boolean;
  readonly sync?: string | undefined;
  readonly kinds?: readonly ActionKind[] | undefined;
}

/** What showing one sync needs. */
export interface SyncView {
  readonly changeset: Changeset;
  readonly out: Output;
  readonly paint: Paint;
  readonly options: PlanViewOptions;
}

/** Shows a changeset to a person: by sync, what destroys first, then samples, then the one line that counts. */
export async function showPlan(changeset: Changeset, out: Output, paint: Paint, options: PlanViewOptions): Promise<void> {
  const view = { changeset, out, paint, options };
  for (const sync of changeset.summary.syncs) {
    if (options.sync !== undefined && options.sync !== sync.header.name) continue;
    await (sync.header.kind === "postgres" ? showDatabaseSync(sync, view) : showObjectSync(sync, view));
    out.line();
    await out.flush();
  }
  for (const line of closing(changeset, paint)) out.line(line);
}

function closing({ summary }: Changeset, paint: Paint): string[] {
  if (summary.hasChanges) return [`${paint.strong("Plan:")} ${planSentence(summary)}. ${moveSentence(totals(summary.syncs))}.`, `Plan ID: ${summary.planId}`];
  return [`${paint.strong(summary.hasConflicts ? "No changes, but conflicts." : "No changes.")} ${planSentence(summary)}.`];
}

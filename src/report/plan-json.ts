import type { ActionKind, NumberedAction } from "../changeset/action.ts";
import type { ChangesetSummary, SyncSummary } from "../changeset/summary.ts";

/** Kinds that a sync of objects can have; they are always there, so that a script need not ask. */
const OBJECT_KINDS: readonly ActionKind[] = ["copy", "overwrite", "skip", "delete", "conflict", "notSynced"];

/** The last line of `plan` and `show`. */
export function planSummaryJson(command: "plan" | "show", summary: ChangesetSummary): { type: "summary"; [field: string]: unknown } {
  return {
    type: "summary",
    command,
    plan: summary.plan,
    planId: summary.planId,
    hasChanges: summary.hasChanges,
    hasConflicts: summary.hasConflicts,
    syncs: Object.fromEntries(summary.syncs.map((sync) => [sync.header.name, syncJson(sync)])),
    requests: summary.requests,
  };
}

function syncJson({ header, actions, reasons, listed, notices }: SyncSummary) {
  return {
    kind: header.kind,
    from: header.from.display,
    to: header.to.display,
    actions: Object.fromEntries(OBJECT_KINDS.map((kind) => [kind, { items: actions[kind].items, bytes: actions[kind].bytes }])),
    reasons,
    listed,
    notices: notices.map(({ code, message, hint }) => ({ code, message, ...(hint !== undefined && { hint }) })),
  };
}

/** One line of `show`. */
export function actionJson({ seq, sync, action, key, bytes, reason, detail }: NumberedAction): { type: "action"; [field: string]: unknown } {
  return { type: "action", seq, sync, action, key, bytes, reason, ...(detail !== undefined && { detail }) };
}

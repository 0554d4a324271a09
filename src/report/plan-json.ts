import type { ActionKind, NumberedAction } from "../changeset/action.ts";
import type { Changeset } from "../changeset/changeset.ts";
import type { ActionTotals, SyncSummary } from "../changeset/summary.ts";
import { readDatabaseDetail } from "../driver/database-action.ts";
import { countKinds } from "./database-words.ts";
import { notCompared } from "./words.ts";

/** Kinds that a sync of objects can have; they are always there, so that a script need not ask. */
const OBJECT_KINDS: readonly ActionKind[] = ["copy", "overwrite", "skip", "delete", "conflict", "notSynced"];
/** The same of a database sync. */
const DATABASE_KINDS: readonly ActionKind[] = ["create", "copyRows", "skip", "replace", "conflict", "notSynced"];
const ROW_KINDS: ReadonlySet<ActionKind> = new Set<ActionKind>(["copyRows", "replace"]);

/** The last line of `plan` and `show`. Reads a changeset of database syncs through once. */
export function planSummaryJson(command: "plan" | "show", changeset: Changeset): { type: "summary"; [field: string]: unknown } {
  const { summary } = changeset;
  return {
    type: "summary",
    command,
    plan: summary.plan,
    planId: summary.planId,
    hasChanges: summary.hasChanges,
    hasConflicts: summary.hasConflicts,
    syncs: Object.fromEntries(
      summary.syncs.map((sync) => [sync.header.name, sync.header.kind === "postgres" ? databaseJson(changeset, sync) : objectsJson(sync)]),
    ),
    requests: summary.requests,
  };
}

function objectsJson(sync: SyncSummary) {
  const { header, actions, reasons } = sync;
  return {
    ...endsJson(header),
    actions: Object.fromEntries(OBJECT_KINDS.map((kind) => [kind, { items: actions[kind].items, bytes: actions[kind].bytes }])),
    reasons,
    ...remarksJson(sync),
  };
}

function databaseJson(changeset: Changeset, sync: SyncSummary) {
  const { header, actions, reasons } = sync;
  const others = (Object.keys(actions) as ActionKind[]).filter((kind) => !DATABASE_KINDS.includes(kind) && actions[kind].items > 0);
  const kinds = countKinds(changeset, header.name);
  return {
    ...endsJson(header),
    actions: Object.fromEntries([...DATABASE_KINDS, ...others].map((kind) => [kind, totalsJson(kind, actions[kind])])),
    kinds: Object.fromEntries([...kinds].map(([kind, counts]) => [kind, Object.fromEntries(counts)])),
    reasons,
    notCompared: { tables: notCompared([sync]) },
    ...remarksJson(sync),
  };
}

function totalsJson(kind: ActionKind, { items, rows, bytes }: ActionTotals) {
  return ROW_KINDS.has(kind) ? { items, rows, bytes } : { items };
}

function endsJson({ kind, from, to }: SyncSummary["header"]) {
  return { kind, from: from.display, to: to.display };
}

function remarksJson({ listed, notices }: SyncSummary) {
  return { listed, notices: notices.map(({ code, message, hint }) => ({ code, message, ...(hint !== undefined && { hint }) })) };
}

/**
 * One line of `show`. Of a database sync with what its detail says: kind, name, what creates it.
 *
 * @param syncKind undefined where the changeset does not tell
 */
export function actionJson(action: NumberedAction, syncKind: SyncSummary["header"]["kind"] | undefined): { type: "action"; [field: string]: unknown } {
  const { seq, sync, key, bytes, rows = 0, reason, detail } = action;
  const line = { type: "action" as const, seq, sync, action: action.action, key, bytes, reason };
  if (syncKind !== "postgres") return { ...line, ...(detail !== undefined && { detail }) };
  const said = readDatabaseDetail(detail);
  return { ...line, ...(ROW_KINDS.has(action.action) && { rows }), ...(said ?? (detail !== undefined && { detail })) };
}

import { visible } from "../core/escape.ts";
import { formatBytes, formatCount, formatDuration } from "../core/units.ts";
import type { RunInfo } from "../state/state-store.ts";
import { problemLines } from "./outcome-view.ts";
import type { Output } from "./output.ts";
import type { Paint } from "./paint.ts";
import { type ItemOutcome, outcomeCounts, type RunItem, runItems, type RunRecord } from "./run-items.ts";
import { OUTCOME_NAMES, RUN_STATUS_WORDS } from "./run-words.ts";
import { tint } from "./sync-lines.ts";
import { ACTION_WORDS, counted } from "./words.ts";

/** The three lists of a run: what it was to do, what it did, and what it did not, whatever the reason. */
export type RunList = "planned" | "applied" | "unapplied";

/** Of each list, on a screen; `--list` shows all. */
const PROBLEMS_SHOWN = 20;
const APPLIED_SHOWN = 5;
const LONGEST_KEY = 160;

export function isListed({ outcome }: RunItem, list: RunList): boolean {
  return list === "planned" || (list === "applied") === (outcome === "applied");
}

/** A run for a person: what it came to, then what was not applied and why, then some of what was. */
export async function showRun(record: RunRecord, out: Output, paint: Paint): Promise<void> {
  const { run } = record;
  const counts = outcomeCounts(run);
  out.line(`${paint.strong(visible(run.plan))}  run ${run.run}  ${statusText(run, paint)}`);
  out.line(
    `  started ${new Date(run.startedAt).toISOString()}${run.finishedAt === undefined ? "" : `, took ${formatDuration(run.finishedAt - run.startedAt)}`}`,
  );
  out.line(`  by ${visible(run.owner, { maxLength: LONGEST_KEY })} on ${visible(run.host)}, process ${run.pid}`);
  out.line(`  plan ID ${run.planId}`);
  for (const [name, outcomes] of Object.entries(run.counts)) out.line(`  ${visible(name)}: ${countsText(outcomes)}`);
  out.line();
  out.line(`${paint.strong("Planned")}      ${counted(run.items, "item")}, ${formatBytes(run.bytes)}`);
  out.line(`${paint.strong("Applied")}      ${counted(counts.applied, "item")}, ${formatBytes(run.appliedBytes)}`);
  await showSome(record, "applied", APPLIED_SHOWN, counts.applied, out, paint);
  const unapplied = run.items - counts.applied;
  out.line(`${paint.strong("Not applied")}  ${counted(Math.max(0, unapplied), "item")}${unapplied > 0 ? `: ${unappliedText(counts)}` : ""}`);
  await showSome(record, "unapplied", PROBLEMS_SHOWN, unapplied, out, paint);
}

async function showSome(record: RunRecord, list: RunList, most: number, of: number, out: Output, paint: Paint): Promise<void> {
  if (of <= 0) return;
  if (record.changeset === undefined && list === "applied") return out.line(paint.faint("  by name only with the changeset of this run: --changeset FILE"));
  let shown = 0;
  for await (const item of runItems(record)) {
    if (!isListed(item, list)) continue;
    if (shown === most) break;
    out.write(itemLines(item, paint));
    shown += 1;
  }
  if (shown < of) out.line(paint.faint(`  … and ${formatCount(of - shown)} more: tidemark report ${record.run.run} --list ${list}`));
}

function statusText({ status }: RunInfo, paint: Paint): string {
  return (status === "applied" ? paint.good : status === "running" ? paint.strong : paint.warn)(RUN_STATUS_WORDS[status]);
}

/** `3 applied, 1 stale`. */
function countsText(outcomes: RunInfo["counts"][string]): string {
  const { applied, ...rest } = outcomes;
  const parts = Object.entries(rest).flatMap(([outcome, items]) => (items > 0 ? [`${formatCount(items)} ${OUTCOME_NAMES[outcome as keyof typeof rest]}`] : []));
  return [`${formatCount(applied)} applied`, ...parts].join(", ");
}

/** `1 failed, 3 not reached`. */
export function unappliedText(counts: Readonly<Record<ItemOutcome, number>>): string {
  return (Object.keys(OUTCOME_NAMES) as ItemOutcome[])
    .filter((outcome) => outcome !== "applied" && counts[outcome] > 0)
    .map((outcome) => `${formatCount(counts[outcome])} ${OUTCOME_NAMES[outcome]}`)
    .join(", ");
}

/** One item on a line; one that failed with why, and what to do. */
export function itemLines({ problem, sync, key, action, outcome, bytes }: RunItem, paint: Paint): string {
  if (problem !== undefined) return problemLines(problem, paint);
  const { mark, word } = ACTION_WORDS[action];
  const text = outcome === "applied" ? tint(action, paint)(`${mark} ${word}`) : paint.faint(OUTCOME_NAMES[outcome]);
  return `  ${text}  ${visible(sync)}: ${visible(key, { maxLength: LONGEST_KEY })}${bytes > 0 ? `  ${formatBytes(bytes)}` : ""}\n`;
}

/** One line of `report --json`. */
export function itemJson(run: string, { seq, sync, key, action, outcome, bytes, planned, problem }: RunItem): { type: "item"; [field: string]: unknown } {
  return {
    type: "item",
    run,
    seq,
    sync,
    action,
    key,
    bytes,
    outcome,
    ...(planned !== undefined && { reason: planned.reason }),
    ...(problem !== undefined && {
      code: problem.code,
      message: problem.message,
      ...(problem.hint !== undefined && { hint: problem.hint }),
      startedAt: new Date(problem.startedAt).toISOString(),
      finishedAt: new Date(problem.finishedAt).toISOString(),
    }),
  };
}

/** The last line of `report --json`. `named` tells which items the lines before name. */
export function runSummaryJson({ run, changeset }: RunRecord): { type: "summary"; [field: string]: unknown } {
  const counts = outcomeCounts(run);
  return {
    type: "summary",
    command: "report",
    plan: run.plan,
    planId: run.planId,
    run: run.run,
    status: run.status,
    startedAt: new Date(run.startedAt).toISOString(),
    finishedAt: run.finishedAt === undefined ? null : new Date(run.finishedAt).toISOString(),
    owner: run.owner,
    host: run.host,
    named: changeset === undefined ? "problems" : "all",
    lists: {
      planned: { items: run.items, bytes: run.bytes },
      applied: { items: counts.applied, bytes: run.appliedBytes },
      unapplied: { items: Math.max(0, run.items - counts.applied) },
    },
    outcomes: counts,
    syncs: Object.fromEntries(Object.entries(run.counts).map(([name, outcomes]) => [name, { outcomes }])),
  };
}

import { effectTotals } from "../changeset/effects.ts";
import type { ChangesetSummary } from "../changeset/summary.ts";
import { visible } from "../core/escape.ts";
import { formatBytes, formatCount, formatDuration } from "../core/units.ts";
import type { RunResult, SyncResult } from "../engine/run.ts";
import type { Outcome } from "../state/outcome.ts";
import type { StateStore } from "../state/state-store.ts";
import type { Output } from "./output.ts";
import type { Paint } from "./paint.ts";
import { counted } from "./words.ts";

/** On a screen; all of them are in the state. */
const PROBLEMS_SHOWN = 20;

/** What is said behind a number: of one, and of more. */
const FATE_WORDS = {
  stale: ["changed since it was reviewed, and was left alone", "changed since they were reviewed, and were left alone"],
  failed: ["failed", "failed"],
  refused: ["was refused", "were refused"],
  cancelled: ["was cancelled", "were cancelled"],
  inDoubt: ["is in doubt: nobody could find out what became of it", "are in doubt: nobody could find out what became of them"],
} as const;

export interface OutcomeViewOptions {
  readonly summary: ChangesetSummary;
  readonly result: RunResult;
  readonly state: Pick<StateStore, "problems">;
  readonly out: Output;
  readonly paint: Paint;
  readonly planFile: string;
  readonly elapsedMs: number;
  /** Whether `--retry-failed` would find what this run applied. */
  readonly isKept?: boolean | undefined;
}

/** How a run ended: problems first, each with what to do, then the counts. */
export async function showOutcome({ summary, result, state, out, paint, planFile, elapsedMs, isKept = false }: OutcomeViewOptions): Promise<void> {
  const { run } = result;
  if (run === undefined) {
    const rest = summary.hasConflicts ? "But for what is in conflict, both" : "Both";
    const why = summary.hasChanges ? "An earlier run applied all of this changeset." : `${rest} ends are as the plan ${visible(summary.plan)} wants them.`;
    out.line(`${paint.strong("Nothing to do.")} ${why}`);
    return conflictsLine(summary, out, paint);
  }
  if (result.problems > 0) await showProblems({ run, state, out, paint, planFile, problems: result.problems });

  for (const [name, sync] of Object.entries(result.syncs)) out.line(`${paint.strong(visible(name))}: ${syncSentence(sync, isDatabase(summary, name), paint)}`);
  conflictsLine(summary, out, paint);
  if (result.stopped) {
    const rest = Math.max(0, plannedItems(summary) - doneItems(result));
    out.line(
      `${paint.warn("Stopped")} after ${formatDuration(elapsedMs)}${rest > 0 ? `, with ${counted(rest, itemWord(summary))} left` : ""}. Apply again to go on.`,
    );
  } else {
    out.line(`${result.status === "applied" ? paint.good("Applied") : paint.warn("Applied in part")} in ${formatDuration(elapsedMs)}. Run ${run}.`);
  }
  const failed = Object.values(result.syncs).reduce((sum, { outcomes }) => sum + outcomes.failed + outcomes.refused + outcomes.inDoubt, 0);
  if (failed > 0) out.line(`Try what failed again: tidemark apply ${visible(planFile)}${isKept ? ` --retry-failed ${run}` : ""}`);
}

async function showProblems({
  run,
  state,
  out,
  paint,
  planFile,
  problems,
}: {
  run: string;
  state: Pick<StateStore, "problems">;
  out: Output;
  paint: Paint;
  planFile: string;
  problems: number;
}): Promise<void> {
  out.line(paint.strong(`${counted(problems, "problem")}:`));
  let shown = 0;
  let code: string | undefined;
  for await (const page of state.problems(run)) {
    for (const problem of page) {
      if (problem.outcome === "cancelled") continue;
      if (shown === PROBLEMS_SHOWN) {
        if (code !== undefined) out.line(paint.faint(`  More: tidemark explain ${code}`));
        out.line(`  … and ${formatCount(problems - shown)} more: tidemark history ${visible(planFile)} --run ${run}`);
        out.line();
        return;
      }
      out.write(problemLines(problem, paint));
      code ??= problem.code;
      shown += 1;
    }
  }
  if (code !== undefined) out.line(paint.faint(`  More: tidemark explain ${code}`));
  out.line();
}

/** One item that was not applied: what, why, what to do. */
export function problemLines({ outcome, sync, key, action, code, message, hint }: Outcome, paint: Paint): string {
  const fate = outcome === "inDoubt" ? "in doubt" : outcome;
  const lines = [
    `  ${paint.remove(fate)}  ${visible(sync)}: ${action} ${visible(key)}`,
    `    ${visible(message ?? "")} ${paint.faint(`[${code ?? "UNKNOWN"}]`)}`,
  ];
  if (hint !== undefined) lines.push(`    ${visible(hint)}`);
  return `${lines.join("\n")}\n`;
}

function syncSentence({ outcomes, bytes, rows }: SyncResult, database: boolean, paint: Paint): string {
  const moved = database && rows > 0 ? `${counted(rows, "row")}, ${formatBytes(bytes)}` : formatBytes(bytes);
  const parts = [`${formatCount(outcomes.applied)} applied (${moved})`];
  for (const [fate, [ofOne, ofMore]] of Object.entries(FATE_WORDS)) {
    const items = outcomes[fate as keyof typeof FATE_WORDS];
    if (items > 0) parts.push(paint.warn(`${formatCount(items)} ${items === 1 ? ofOne : ofMore}`));
  }
  return parts.join("; ");
}

function conflictsLine({ syncs }: ChangesetSummary, out: Output, paint: Paint): void {
  const conflicts = syncs.reduce((total, { actions }) => total + actions.conflict.items, 0);
  if (conflicts > 0) out.line(paint.warn(`${counted(conflicts, "object")} in conflict: left alone. \`plan\` tells which.`));
}

function plannedItems({ syncs }: ChangesetSummary): number {
  return syncs.reduce((total, sync) => total + effectTotals(sync).items, 0);
}

function isDatabase({ syncs }: ChangesetSummary, name: string): boolean {
  return syncs.some(({ header }) => header.name === name && header.kind === "postgres");
}

/** Rows of a table and a membership are no objects. */
function itemWord({ syncs }: ChangesetSummary): string {
  return syncs.some(({ header }) => header.kind === "postgres") ? "action" : "object";
}

function doneItems({ syncs }: RunResult): number {
  return Object.values(syncs).reduce((total, { outcomes }) => total + Object.values(outcomes).reduce((sum, items) => sum + items, 0) - outcomes.cancelled, 0);
}

/** The last line of `apply`. */
export function applySummaryJson(summary: ChangesetSummary, result: RunResult): { type: "summary"; [field: string]: unknown } {
  return {
    type: "summary",
    command: "apply",
    plan: summary.plan,
    planId: summary.planId,
    run: result.run ?? null,
    status: result.status,
    stopped: result.stopped,
    hasConflicts: summary.hasConflicts,
    syncs: Object.fromEntries(
      Object.entries(result.syncs).map(([name, { outcomes, bytes, rows }]) => [name, { outcomes, bytes, ...(isDatabase(summary, name) && { rows }) }]),
    ),
  };
}

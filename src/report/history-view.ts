import { visible } from "../core/escape.ts";
import { formatBytes, formatCount, formatDuration } from "../core/units.ts";
import type { RunInfo } from "../state/state-store.ts";
import type { Paint } from "./paint.ts";
import { RUN_STATUS_WORDS } from "./run-words.ts";

/** One run on one line: when, how it ended, how much. */
export function runLine(run: RunInfo, paint: Paint): string {
  const words = RUN_STATUS_WORDS[run.status].padEnd(15);
  const tint = run.status === "applied" ? paint.good : run.status === "running" ? paint.strong : paint.warn;
  const took = run.finishedAt === undefined ? "" : ` in ${formatDuration(run.finishedAt - run.startedAt)}`;
  return `${run.run}  ${new Date(run.startedAt).toISOString()}  ${tint(words)}  ${formatCount(run.items)} planned, ${formatBytes(run.bytes)}${took}  ${paint.faint(visible(run.owner, { maxLength: 80 }))}`;
}

/** `3 applied, 1 stale`, over all syncs of the run. */
export function runCounts({ counts }: RunInfo): string {
  const total = new Map<string, number>();
  for (const outcomes of Object.values(counts)) for (const [outcome, items] of Object.entries(outcomes)) total.set(outcome, (total.get(outcome) ?? 0) + items);
  const parts = [...total].filter(([outcome, items]) => outcome === "applied" || items > 0).map(([outcome, items]) => `${formatCount(items)} ${outcome}`);
  return parts.length === 0 ? "nothing applied" : parts.join(", ");
}

export function runJson(run: RunInfo): { type: "run"; [field: string]: unknown } {
  const { startedAt, finishedAt, notes: _notes, ...rest } = run;
  return {
    type: "run",
    ...rest,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: finishedAt === undefined ? null : new Date(finishedAt).toISOString(),
  };
}

import type { Cost } from "./measure.ts";
import type { Goal, Sample, Tool, Workload } from "./workload.ts";

export interface Row {
  readonly tool: Tool;
  readonly command: string;
  readonly runs: number;
  /** Of the times to the end. */
  readonly medianMs: number;
  readonly fastestMs: number;
  readonly slowestMs: number;
  /** Medians; 0 where it was stopped before its end. */
  readonly cpuMs: number;
  readonly maxRssMiB: number;
  /** What its work came to, in a few words. */
  readonly found?: string;
}

export function toRows(samples: readonly Sample[]): readonly Row[] {
  return samples.map(({ tool, command, costs, found }) => {
    const walls = costs.map(({ wallMs }) => wallMs);
    const middle = (of: (cost: Cost) => number) => median(costs.map(of));
    return {
      tool,
      command,
      runs: costs.length,
      medianMs: median(walls),
      fastestMs: Math.min(...walls),
      slowestMs: Math.max(...walls),
      cpuMs: middle(({ cpuMs }) => cpuMs),
      maxRssMiB: middle(({ maxRssMiB }) => maxRssMiB),
      ...(found !== undefined && { found }),
    };
  });
}

/** A markdown table, and a line for every goal. */
export function describeSamples({ goal }: Workload, samples: readonly Sample[]): string {
  return describeRows(goal, toRows(samples));
}

export function describeRows(goal: Goal, rows: readonly Row[]): string {
  const ours = rows.find(({ tool }) => tool === "tidemark");
  const withFound = rows.some(({ found }) => found !== undefined);
  const lines = [`| | wall | range | CPU | max RSS | against Tidemark |${withFound ? " found |" : ""}`, `|---|---|---|---|---|---|${withFound ? "---|" : ""}`];
  for (const row of rows) {
    const ratio = ours && row !== ours ? `${(row.medianMs / ours.medianMs).toFixed(2)} ×` : "";
    const range = `${seconds(row.fastestMs)}-${seconds(row.slowestMs)}`;
    const cpu = row.cpuMs > 0 ? `${seconds(row.cpuMs)} s` : "";
    const rss = row.maxRssMiB > 0 ? `${row.maxRssMiB.toFixed(0)} MiB` : "";
    lines.push(`| ${row.tool} | ${seconds(row.medianMs)} s | ${range} | ${cpu} | ${rss} | ${ratio} |${withFound ? ` ${row.found ?? ""} |` : ""}`);
  }
  const verdicts = ours ? judge(goal, ours, rows) : [];
  return [...lines, ...(verdicts.length > 0 ? ["", ...verdicts] : [])].join("\n");
}

function judge(goal: Goal, ours: Row, rows: readonly Row[]): readonly string[] {
  const of = (tool: string) => rows.find((row) => row.tool === tool);
  const verdict = (reached: boolean, text: string) => `- ${reached ? "reached" : "**not reached**"}: ${text}`;
  const verdicts: string[] = [];
  for (const [tool, factor] of Object.entries(goal.faster ?? {})) {
    const peer = of(tool);
    if (!peer) continue;
    const ratio = peer.medianMs / ours.medianMs;
    verdicts.push(verdict(ratio >= factor, `at least ${factor} × as fast as ${tool}: ${ratio.toFixed(2)} ×`));
  }
  for (const [tool, factor] of Object.entries(goal.slower ?? {})) {
    const peer = of(tool);
    if (!peer) continue;
    const ratio = ours.medianMs / peer.medianMs;
    verdicts.push(verdict(ratio <= factor, `at most ${factor} × ${tool === "node" ? "bare " : ""}${tool}: ${ratio.toFixed(2)} ×`));
  }
  if (goal.maxMedianMs !== undefined)
    verdicts.push(verdict(ours.medianMs <= goal.maxMedianMs, `at most ${seconds(goal.maxMedianMs)} s: ${seconds(ours.medianMs)} s`));
  if (goal.maxRssMiB !== undefined) verdicts.push(verdict(ours.maxRssMiB <= goal.maxRssMiB, `at most ${goal.maxRssMiB} MiB: ${ours.maxRssMiB.toFixed(0)} MiB`));
  if (goal.maxCpuMs !== undefined) verdicts.push(verdict(ours.cpuMs <= goal.maxCpuMs, `at most ${seconds(goal.maxCpuMs)} s of CPU: ${seconds(ours.cpuMs)} s`));
  for (const [tool, factor] of Object.entries(goal.rssTimes ?? {})) {
    const peer = of(tool);
    if (!peer) continue;
    const ratio = ours.maxRssMiB / peer.maxRssMiB;
    verdicts.push(verdict(ratio <= factor, `at most ${factor} × the memory of "${tool}": ${ratio.toFixed(2)} ×`));
  }
  return verdicts;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? 0, sorted[Math.floor(middle)] ?? 0];
  return (low + high) / 2;
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? (milliseconds / 1000).toFixed(3) : (milliseconds / 1000).toFixed(2);
}

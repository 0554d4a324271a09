import { visible } from "../core/escape.ts";
import { describeFlow } from "../core/flow.ts";
import { formatBytes, formatCount, formatDuration } from "../core/units.ts";
import type { ControlRequest, RunInfo } from "../state/state-store.ts";
import { runCounts } from "./history-view.ts";
import type { Paint } from "./paint.ts";
import { lockJson, lockLine } from "./state-view.ts";
import type { PlanStatus, RunStatusView, SyncRun, SyncStatus, SyncWord } from "./status.ts";
import { counted } from "./words.ts";

const WIDEST = 13;

/** A plan, its syncs, what runs, what ran, who holds what. */
export function statusLines(status: PlanStatus, paint: Paint, now: number = Date.now()): string[] {
  const { plan, file, word, syncs, locations, running, ended, locks } = status;
  const lines = [`${paint.strong(visible(plan))}  ${wordText(word, paint)}${file === undefined ? "" : paint.faint(`  ${visible(file)}`)}`];
  for (const sync of syncs) lines.push(`  ${wordText(sync.word, paint, WIDEST)}  ${syncFacts(sync)}`);
  for (const { name, word: state } of locations)
    lines.push(`  ${state === "Invalid" ? paint.remove(state.padEnd(WIDEST)) : state.padEnd(WIDEST)}  location ${visible(name)}`);
  for (const run of running) lines.push(...runningLines(run, paint, now));
  if (ended.length > 0) lines.push(paint.faint("  last runs"));
  for (const run of ended) lines.push(endedLine(run, paint));
  for (const lock of locks) lines.push(`  ${paint.warn("locked".padEnd(WIDEST))}  ${lockLine(lock, now)}`);
  return lines;
}

/** As a column, and not by its colour only. */
export function wordText(word: SyncWord | undefined, paint: Paint, width = 0): string {
  const text = (word ?? "not run yet").padEnd(width);
  if (word === undefined) return paint.faint(text);
  if (word === "Completed") return paint.good(text);
  if (word === "Migrating") return paint.strong(text);
  return word === "Stopped" ? paint.warn(text) : paint.remove(text);
}

/** Name, ends, and how far it is. */
export function syncFacts({ name, from, to, items, progress }: SyncStatus): string {
  const ends = from === undefined ? "" : `  ${visible(from)} → ${visible(to ?? "")}`;
  if (progress === undefined) return `${visible(name)}${ends}  ${counted(items, "item")} known to be equal`;
  const { done, of, problems } = progress;
  const percent = of === undefined || of === 0 ? "" : ` (${Math.floor((done / of) * 100)}%)`;
  return `${visible(name)}${ends}  ${formatCount(done)}${of === undefined ? "" : ` of ${formatCount(of)}`}${percent}${problems > 0 ? `, ${formatCount(problems)} with problems` : ""}`;
}

function runningLines(view: RunStatusView, paint: Paint, now: number): string[] {
  const { info, word, requests } = view;
  const asked = requests.map(requestText);
  return [
    `  ${paint.strong(word.padEnd(WIDEST))}  run ${info.run}  ${runProgress(view, now)}; by ${visible(info.owner, { maxLength: 80 })} on ${visible(info.host)}, process ${info.pid}`,
    ...asked.map((text) => `  ${" ".repeat(WIDEST)}  asked: ${text}`),
  ];
}

/** `1,200 of 20,000, 34 MB of 120 MB, for 12 s, 100/s`. The rate is of all of the time, where nobody watched. */
export function runProgress({ info, done, problems }: RunStatusView, now: number, rate?: number): string {
  const ms = Math.max(1, now - info.startedAt);
  const perSecond = rate ?? (done * 1000) / ms;
  const parts = [
    `${formatCount(done)} of ${formatCount(info.items)}`,
    `${formatBytes(info.appliedBytes)} of ${formatBytes(info.bytes)}`,
    `for ${formatDuration(ms)}`,
    ...(perSecond >= 0.05 ? [`${perSecond < 10 ? perSecond.toFixed(1) : formatCount(perSecond)}/s`] : []),
    ...(problems > 0 ? [`${formatCount(problems)} with problems`] : []),
  ];
  return parts.join(", ");
}

export function requestText(request: ControlRequest): string {
  if (request === "stop") return "to stop when what is in flight is finished";
  if (request === "abort") return "to cut off what is in flight";
  if ("flow" in request) return `the flow of ${visible(request.sync)}: ${request.flow === undefined ? "what the plan says" : describeFlow(request.flow)}`;
  return `requests in flight of ${visible(request.sync)}: ${request.concurrency ?? "what the plan says"}`;
}

function endedLine({ info, word }: RunStatusView, paint: Paint): string {
  const tint = word === "Success" ? paint.good : word === "Stopped" ? paint.warn : paint.remove;
  return `  ${tint(word.padEnd(WIDEST))}  run ${info.run}  ${runFacts(info)}`;
}

/** When, how long, and what came of it. */
export function runFacts(info: RunInfo): string {
  const took = info.finishedAt === undefined ? (info.status === "interrupted" ? "  died" : "") : `  in ${formatDuration(info.finishedAt - info.startedAt)}`;
  return `${new Date(info.startedAt).toISOString()}${took}  ${runCounts(info)}, ${formatBytes(info.appliedBytes)}`;
}

/** One run of one sync, for its history. */
export function syncRunFacts({ run, counts }: SyncRun): string {
  const parts = Object.entries(counts).flatMap(([outcome, items]) => (items > 0 ? [`${formatCount(items)} ${outcome}`] : []));
  const took = run.finishedAt === undefined ? "" : `  in ${formatDuration(run.finishedAt - run.startedAt)}`;
  return `${new Date(run.startedAt).toISOString()}${took}  ${parts.length === 0 ? "nothing yet" : parts.join(", ")}`;
}

/** A line a sync, a location, a run and a lock, then the plan itself. */
export function statusJson(status: PlanStatus): { readonly type: string; readonly [field: string]: unknown }[] {
  const { plan, file, word } = status;
  return [
    ...status.syncs.map(({ name, from, to, word: state, items, progress }) => ({
      type: "syncStatus",
      plan,
      sync: name,
      status: state ?? null,
      from: from ?? null,
      to: to ?? null,
      items,
      ...(progress && { progress: { done: progress.done, of: progress.of ?? null, problems: progress.problems } }),
    })),
    ...status.locations.map(({ name, word: state }) => ({ type: "locationStatus", plan, location: name, status: state })),
    ...[...status.running, ...status.ended].map(({ info, word: state, done, problems, requests }) => ({
      type: "runStatus",
      plan,
      run: info.run,
      status: state,
      startedAt: new Date(info.startedAt).toISOString(),
      finishedAt: info.finishedAt === undefined ? null : new Date(info.finishedAt).toISOString(),
      items: { done, of: info.items, problems },
      bytes: { done: info.appliedBytes, of: info.bytes },
      requests,
    })),
    ...status.locks.map((lock) => ({ ...lockJson(lock), plan })),
    { type: "planStatus", plan, file: file ?? null, status: word ?? null },
  ];
}

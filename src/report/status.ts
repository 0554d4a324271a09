import type { ControlRequest, LockInfo, RunInfo } from "../state/state-store.ts";

/** What a state holds at a moment, with what its plan says. */
export interface StatusSource {
  readonly plan: string;
  /** undefined where only the state is known, and not its plan. */
  readonly planned: PlannedStatus | undefined;
  /** Items that are known to be equal at both ends, by sync. */
  readonly items: Readonly<Record<string, number>>;
  /** Newest first. */
  readonly runs: readonly RunInfo[];
  readonly locks: readonly LockInfo[];
  /** What other processes asked of runs that go on. */
  readonly requests: ReadonlyMap<string, readonly ControlRequest[]>;
  /** What each run that goes on is to do, where its changeset is kept. */
  readonly work: ReadonlyMap<string, readonly SyncWorkStatus[]>;
}

export interface PlannedStatus {
  readonly file: string;
  readonly syncs: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  readonly locations: readonly string[];
}

export interface SyncWorkStatus {
  readonly name: string;
  readonly items: number;
  readonly bytes: number;
}

/** Of a plan and of its syncs; `undefined` where nothing has run yet. */
export type SyncWord = "Migrating" | "Stopped" | "Create Failed" | "Completed" | "Failed";
export type RunWord = "Scanning" | "Scan Finished" | "Success" | "Stopped" | "Failed";
export type LocationWord = "Normal" | "Creating" | "Invalid";

export interface RunStatusView {
  readonly word: RunWord;
  readonly info: RunInfo;
  /** With an outcome, and of these not applied nor cancelled. */
  readonly done: number;
  readonly problems: number;
  readonly requests: readonly ControlRequest[];
}

export interface SyncStatus {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly word: SyncWord | undefined;
  readonly items: number;
  /** Of the run that goes on. */
  readonly progress: { readonly done: number; readonly of: number | undefined; readonly problems: number } | undefined;
  /** Runs that had something to do for it, newest first. */
  readonly runs: readonly SyncRun[];
}

export interface SyncRun {
  readonly run: RunInfo;
  readonly word: SyncWord;
  readonly counts: Readonly<Record<string, number>>;
}

export interface PlanStatus {
  readonly plan: string;
  readonly file: string | undefined;
  readonly word: SyncWord | undefined;
  readonly syncs: readonly SyncStatus[];
  readonly locations: readonly { readonly name: string; readonly word: LocationWord }[];
  /** Those that go on. */
  readonly running: readonly RunStatusView[];
  /** The newest that have ended. */
  readonly ended: readonly RunStatusView[];
  readonly locks: readonly LockInfo[];
}

const ENDED_SHOWN = 5;

/** Says in words how a plan and all of its syncs are. Knows only what the state knows: nobody looks at a location. */
export function planStatus(source: StatusSource): PlanStatus {
  const names = source.planned?.syncs.map(({ name }) => name) ?? namesOf(source);
  const syncs = names.map((name) => syncStatus(name, source));
  const runs = source.runs.map((run) => runView(run, source));
  const running = runs.filter(({ info }) => info.status === "running");
  return {
    plan: source.plan,
    file: source.planned?.file,
    word: wordOfAll(running.length > 0, syncs, source.runs[0]),
    syncs,
    locations: source.planned?.locations.map((name) => ({ name, word: locationWord(name, syncs) })) ?? [],
    running,
    ended: runs.filter(({ info }) => info.status !== "running").slice(0, ENDED_SHOWN),
    locks: source.locks,
  };
}

function namesOf({ items, runs, work }: StatusSource): string[] {
  const names = new Set(Object.keys(items));
  for (const { counts } of runs) for (const name of Object.keys(counts)) names.add(name);
  for (const syncs of work.values()) for (const { name } of syncs) names.add(name);
  return [...names].toSorted();
}

function syncStatus(name: string, { planned, items, runs, work }: StatusSource): SyncStatus {
  const going = runs.find((run) => run.status === "running" && (isPartOf(name, run, work) || (planned?.syncs.length === 1 && !work.has(run.run))));
  const own = runs
    .filter((run) => run === going || run.counts[name] !== undefined)
    .map((run): SyncRun => ({ run, word: syncWord(name, run), counts: run.counts[name] ?? {} }));
  const ends = planned?.syncs.find((sync) => sync.name === name);
  return {
    name,
    from: ends?.from,
    to: ends?.to,
    // A run that could not even begin has no outcome of any sync.
    word: own[0]?.word ?? (runs[0] !== undefined && isStillborn(runs[0]) ? "Create Failed" : undefined),
    items: items[name] ?? 0,
    progress: going && { ...totals(going.counts[name]), of: work.get(going.run)?.find((each) => each.name === name)?.items },
    runs: own,
  };
}

function isPartOf(name: string, { run, counts }: RunInfo, work: StatusSource["work"]): boolean {
  return counts[name] !== undefined || work.get(run)?.some((sync) => sync.name === name && sync.items > 0) === true;
}

function syncWord(name: string, { status, counts }: RunInfo): SyncWord {
  const { problems, done } = totals(counts[name]);
  switch (status) {
    case "running":
      return "Migrating";
    case "applied":
      return "Completed";
    case "stopped":
    case "interrupted":
      return "Stopped";
    case "failed":
      return done === 0 ? "Create Failed" : "Failed";
    case "partly":
      return problems > 0 || (counts[name]?.["cancelled"] ?? 0) > 0 ? "Failed" : "Completed";
  }
}

function isStillborn({ status, counts }: RunInfo): boolean {
  return status === "failed" && Object.keys(counts).length === 0;
}

function wordOfAll(isRunning: boolean, syncs: readonly SyncStatus[], newest: RunInfo | undefined): SyncWord | undefined {
  if (isRunning) return "Migrating";
  if (newest !== undefined && isStillborn(newest)) return "Create Failed";
  const words = new Set(syncs.map(({ word }) => word));
  // The worst counts.
  return (["Create Failed", "Failed", "Stopped", "Completed"] as const).find((word) => words.has(word));
}

/** From what its syncs came to: `Creating` until one of them has run, `Invalid` where the last run of each did nothing but fail. */
function locationWord(location: string, syncs: readonly SyncStatus[]): LocationWord {
  const newest = syncs
    .filter(({ from, to }) => from === location || to === location)
    .flatMap(({ runs, word }): (SyncRun | "none")[] => (runs[0] !== undefined ? [runs[0]] : word === "Create Failed" ? ["none"] : []));
  if (newest.length === 0) return "Creating";
  const isUseless = (each: SyncRun | "none") =>
    each === "none" || ((each.word === "Failed" || each.word === "Create Failed") && (each.counts["applied"] ?? 0) === 0);
  return newest.every(isUseless) ? "Invalid" : "Normal";
}

function runView(info: RunInfo, { requests }: StatusSource): RunStatusView {
  let done = 0;
  let problems = 0;
  for (const counts of Object.values(info.counts)) {
    const total = totals(counts);
    done += total.done;
    problems += total.problems;
  }
  return { word: runWord(info), info, done, problems, requests: requests.get(info.run) ?? [] };
}

/** A run begins when its plan is made, and what there is to do is known: only one that cleans up first has nothing to do. */
function runWord({ status, items }: RunInfo): RunWord {
  switch (status) {
    case "running":
      return items === 0 ? "Scanning" : "Scan Finished";
    case "applied":
      return "Success";
    case "stopped":
      return "Stopped";
    default:
      return "Failed";
  }
}

function totals(counts: Readonly<Record<string, number>> = {}): { readonly done: number; readonly problems: number } {
  const sum = Object.values(counts).reduce((total, items) => total + items, 0);
  const { applied = 0, cancelled = 0 } = counts;
  return { done: sum - cancelled, problems: sum - applied - cancelled };
}

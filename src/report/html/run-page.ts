import { formatBytes, formatCount, formatDuration } from "../../core/units.ts";
import { readSamples, type Sample } from "../progress/timeline.ts";
import { type ItemOutcome, outcomeCounts, type RunItem, runItems, type RunRecord } from "../run-items.ts";
import { RUN_STATUS_WORDS } from "../run-words.ts";
import { toRow } from "./action-row.ts";
import type { PageRow } from "./chunks.ts";
import { markup, type Markup } from "./markup.ts";
import type { BarsData, CourseData, PageColumn, RowDetail } from "./page-data.ts";
import type { Page } from "./page.ts";
import { callout, type Tile, tiles } from "./parts.ts";
import { type Picture, pictures } from "./pictures.ts";
import { type ProblemGroup, survey } from "./run-survey.ts";
import { actionWords, OUTCOME_WORDS } from "./words.ts";

export interface RunPageOptions extends RunRecord {
  readonly tidemark: string;
  /** How it went over time; default: what the state keeps. */
  readonly samples?: readonly Sample[] | undefined;
}

/** What somebody has to look at comes first. */
const OUTCOMES: readonly ItemOutcome[] = ["failed", "inDoubt", "stale", "refused", "cancelled", "notReached", "applied"];
const ALWAYS: ReadonlySet<ItemOutcome> = new Set<ItemOutcome>(["applied", "failed", "stale"]);
const MOST_SYNCS = 40;

/** A run as a page: what it came to, how it went, what it could not do and why, and all its items. */
export async function runPage(options: RunPageOptions): Promise<Page> {
  const { run, changeset, tidemark } = options;
  const counts = outcomeCounts(run);
  const found = await survey(options);
  const drawn = [...course(options), ...found.pictures, ...bySync(options)];
  const words = { ...actionWords(), ...OUTCOME_WORDS };
  const problems = found.groups.length > 0 ? [{ id: "problems", title: "What went wrong", body: problemList(found.groups) }] : [];
  return {
    title: `${run.plan} · run ${run.run.slice(0, 8)}`,
    kicker: "Run",
    heading: run.plan,
    verdict: verdict(options, counts),
    facts: facts(options),
    sections: [
      { id: "summary", title: "Summary", body: markup`${trouble(options, counts)}${tiles(outcomeTiles(options, counts), "Items by outcome")}` },
      ...problems,
      ...(drawn.length > 0 ? [{ id: "pictures", title: "At a glance", body: pictures(drawn, words) }] : []),
    ],
    data: { page: "run", words, columns: columnsOf(options), charts: drawn.map(({ chart }) => chart) },
    table: {
      title: "Items",
      one: "item",
      many: "items",
      rest: markup`All of them: <code>tidemark report ${run.run} --json</code>.`,
      note:
        changeset === undefined
          ? markup`Only what was not applied is listed by name: the changeset of this run is not there. The state keeps no more of what went well than how much it was. Name the changeset with <code>--changeset FILE</code> to list all.`
          : undefined,
    },
    async *rows() {
      for await (const item of runItems(options)) if (isTrouble(item)) yield rowOf(item);
      if (changeset === undefined) return;
      for await (const item of runItems(options)) if (!isTrouble(item)) yield rowOf(item);
    },
    total: () => found.items,
    tidemark,
  };
}

function isTrouble({ outcome }: RunItem): boolean {
  return outcome !== "applied" && outcome !== "notReached";
}

function verdict({ run }: RunRecord, counts: Readonly<Record<ItemOutcome, number>>): Markup {
  const parts = OUTCOMES.toReversed()
    .filter((outcome) => outcome === "applied" || counts[outcome] > 0)
    .map((outcome) => `${formatCount(counts[outcome])} ${OUTCOME_WORDS[outcome].word}`);
  const status = RUN_STATUS_WORDS[run.status];
  return markup`<strong>${status.charAt(0).toUpperCase()}${status.slice(1)}.</strong> ${parts.join(", ")}. ${formatBytes(run.appliedBytes)} moved${took(run)}.`;
}

function took({ startedAt, finishedAt }: RunRecord["run"]): string {
  return finishedAt === undefined ? "" : ` in ${formatDuration(finishedAt - startedAt)}`;
}

function facts({ run, changeset }: RunRecord): Page["facts"] {
  const { owner, host, pid, startedAt, finishedAt, planId } = run;
  return [
    ["Run", markup`<code>${run.run}</code>`],
    ["Plan ID", markup`<code>${planId}</code>`],
    ["Started", markup`${time(startedAt)}`],
    ["Ended", markup`${finishedAt === undefined ? "not known" : time(finishedAt)}`],
    ["By", markup`${owner} on ${host}, process ${pid}`],
    ...(changeset === undefined || changeset.origin.planFile === "" ? [] : ([["Plan file", markup`<code>${changeset.origin.planFile}</code>`]] as const)),
  ];
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function trouble({ run, changeset }: RunRecord, counts: Readonly<Record<ItemOutcome, number>>): Markup | undefined {
  const lines: (Markup | string)[] = [];
  if (counts.inDoubt > 0) lines.push(`${formatCount(counts.inDoubt)} in doubt: nobody could find out what became of ${counts.inDoubt === 1 ? "it" : "them"}.`);
  if (counts.failed + counts.refused > 0) lines.push(`${formatCount(counts.failed + counts.refused)} could not be done.`);
  if (counts.stale > 0)
    lines.push(`${formatCount(counts.stale)} changed since ${counts.stale === 1 ? "it was reviewed, and was" : "they were reviewed, and were"} left alone.`);
  if (run.status === "interrupted") lines.push("The run died before its end.");
  const rest = counts.cancelled + counts.notReached;
  if (rest > 0 && run.status !== "running") lines.push(`${formatCount(rest)} ${rest === 1 ? "was" : "were"} not reached.`);
  if (lines.length === 0) return undefined;
  const file = changeset?.origin.planFile;
  return callout(counts.failed + counts.inDoubt + counts.refused > 0 ? "danger" : "warning", [
    ...lines,
    markup`Apply again to go on: <code>tidemark apply ${file === undefined || file === "" ? "PLAN" : file}</code> does what is left, and nothing twice.`,
  ]);
}

function outcomeTiles({ run }: RunRecord, counts: Readonly<Record<ItemOutcome, number>>): Tile[] {
  return OUTCOMES.filter((outcome) => ALWAYS.has(outcome) || counts[outcome] > 0).map((outcome) => ({
    kind: outcome,
    ...OUTCOME_WORDS[outcome],
    items: counts[outcome],
    beside: outcome === "applied" && run.appliedBytes > 0 ? formatBytes(run.appliedBytes) : "",
  }));
}

function problemList(groups: readonly ProblemGroup[]): Markup {
  return markup`<ul class="problems">${groups.map(
    ({ code, outcome, message, hint, items, keys }) =>
      markup`<li class="of-${outcome}"><p><strong>${formatCount(items)} ${OUTCOME_WORDS[outcome].word}</strong> <code>${code}</code></p><p>${message}</p>${hint === undefined ? undefined : markup`<p class="hint">${hint}</p>`}<p class="names">${keys.map((key) => markup`<code>${cut(key)}</code> `)}${items > keys.length ? `and ${formatCount(items - keys.length)} more` : undefined}</p></li>\n`,
  )}</ul>`;
}

/** A list of names is no place for one of a thousand characters. */
function cut(key: string): string {
  return key.length <= 120 ? key : `${key.slice(0, 60).toWellFormed()}…${key.slice(-59).toWellFormed()}`;
}

function course({ run, samples = readSamples(run.notes) }: RunPageOptions): Picture[] {
  const chart = courseOf(samples);
  if (chart === undefined) return [];
  return [{ title: "How it went", text: "What was done over time, and what went wrong. An item counts once its outcome is recorded.", chart, isWide: true }];
}

/** What was done between each two samples, a second. @returns undefined where there is nothing between */
export function courseOf(samples: readonly Sample[]): CourseData | undefined {
  const at: number[] = [];
  const rates: Record<"bytes" | "items" | "problems" | "retries", number[]> = { bytes: [], items: [], problems: [], retries: [] };
  for (const [n, sample] of samples.entries()) {
    const before = samples[n - 1];
    if (before === undefined || sample.at <= before.at) continue;
    const seconds = (sample.at - before.at) / 1000;
    at.push(sample.at);
    rates.bytes.push(Math.max(0, Math.round((sample.bytes - before.bytes) / seconds)));
    rates.items.push(Math.max(0, Math.round(((sample.items - before.items) / seconds) * 10) / 10));
    rates.problems.push(Math.max(0, sample.problems - before.problems));
    rates.retries.push(Math.max(0, sample.retries - before.retries));
  }
  return at.length < 2 ? undefined : { type: "course", id: "course", at, ...rates };
}

function bySync({ run }: RunRecord): Picture[] {
  const names = Object.keys(run.counts);
  if (names.length < 2) return [];
  const shown = names.slice(0, MOST_SYNCS);
  const series = OUTCOMES.toReversed().flatMap((outcome) => {
    if (outcome === "notReached") return [];
    const values = shown.map((name) => run.counts[name]?.[outcome] ?? 0);
    return values.some((value) => value > 0) ? [{ kind: outcome, values }] : [];
  });
  const chart: BarsData = { type: "bars", id: "by-sync", lying: true, categories: shown, measures: [{ measure: "items", series }] };
  return [{ title: "By sync", text: "Items of each sync by what became of them.", chart, isWide: false }];
}

function columnsOf({ changeset, run }: RunRecord): readonly PageColumn[] {
  const hasRows = changeset?.summary.syncs.some(({ header }) => header.kind === "postgres") === true;
  const syncs = changeset?.summary.syncs.length ?? Object.keys(run.counts).length;
  return [
    { name: "kind", title: "Outcome" },
    { name: "action", title: "Action" },
    { name: "key", title: "Key" },
    ...(hasRows ? [{ name: "rows", title: "Rows" } as const] : []),
    { name: "bytes", title: "Size" },
    { name: "reason", title: "Why" },
    ...(syncs > 1 ? [{ name: "sync", title: "Sync" } as const] : []),
  ];
}

function rowOf({ sync, key, action, outcome, bytes, planned, problem }: RunItem): PageRow {
  const said: RowDetail =
    problem === undefined
      ? {}
      : { message: problem.message, hint: problem.hint, startedAt: Math.floor(problem.startedAt / 1000), finishedAt: Math.floor(problem.finishedAt / 1000) };
  const reason = problem?.code ?? planned?.reason ?? "";
  if (planned !== undefined) return toRow(planned, outcome, reason, said);
  return { kind: outcome, action, key, bytes, rows: 0, at: undefined, reason, sync, detail: problem === undefined ? undefined : said };
}

import { visible } from "../core/escape.ts";
import { formatByteRate, formatBytes, formatCount, formatDuration } from "../core/units.ts";
import type { ApplyHelp } from "./apply-help.ts";
import type { ApplyProgress, SyncProgress } from "./apply-progress.ts";
import { clock, momentOf } from "./clock.ts";
import { lineOf, type Piece, spread } from "./lines.ts";
import type { ScreenSize } from "./open-screen.ts";
import { cell, shownKey, widthOf, wrapText } from "./text.ts";
import type { Theme } from "./theme.ts";

/** What the keys have brought about, beside what the run tells. */
export interface ApplyControlsShown {
  /** Whether anybody can type at all. */
  readonly hasKeys: boolean;
  readonly details: boolean;
  /** Where it is shown. */
  readonly help: ApplyHelp | undefined;
  /** What is being typed after `r`, with its question, or why it is no answer to that. */
  readonly prompt: { readonly question: string; readonly text: string; readonly problem: string | undefined } | undefined;
  /** What was asked of the run last. */
  readonly said: string | undefined;
}

const MOST_SYNCS = 6;
const LONGEST_NAME = 24;
const NARROW = 60;
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const SPIN_MS = 500;
const FLYING = 3;
const FLYING_DETAILS = 8;
/** Of a database, in the order in which they come. */
const PHASE_WORDS: Readonly<Record<string, string>> = {
  accounts: "accounts",
  database: "database",
  schema: "schema",
  rows: "rows and indexes",
  links: "constraints",
  finish: "finish",
  "event-triggers": "event triggers",
};

/** The live region of an apply: pure, so that a test can look at it. */
export function drawApply(progress: ApplyProgress, shown: ApplyControlsShown, { columns, rows }: ScreenSize, theme: Theme): string[] {
  const footer = footerLines(progress, shown, columns, theme);
  if (shown.help !== undefined) {
    const page = shown.help.draw({ columns, rows: Math.max(1, rows - footer.length) });
    // How much is below is known only now; the footer is as tall as before.
    return [...page, ...footerLines(progress, shown, columns, theme)].slice(0, rows);
  }
  const { current } = progress;
  const head = headLine(progress, columns, theme);
  const notes = noteLines(progress, columns, theme);
  // What matters most is what is left where there is little room: the sync at work, then what one can do.
  const own = current === undefined ? [] : syncLines(current, progress, columns, theme);
  let room = rows - own.length;
  const take = (lines: readonly string[], most = lines.length) => {
    const taken = lines.slice(0, Math.max(0, Math.min(room, most)));
    room -= taken.length;
    return taken;
  };
  const end = take(footer);
  const top = take([head]);
  const noted = take(notes);
  const others = otherSyncs(progress, Math.min(room, shown.details ? room : MOST_SYNCS - 1), columns, theme);
  room -= others.before.length + others.after.length;
  const flying = take(flyingLines(progress, shown.details, columns, theme));
  const retried = shown.details ? take(retryLines(progress, columns, theme)) : [];
  return [...top, ...others.before, ...own, ...others.after, ...flying, ...retried, ...noted, ...end].slice(0, Math.max(1, rows));
}

function headLine({ plan, elapsed, run, syncs }: ApplyProgress, columns: number, theme: Theme): string {
  const ended = syncs.filter(({ status }) => status === "ended").length;
  return spread(
    [
      [`Applying ${visible(plan)}`, theme.strong],
      [`  ${clock(elapsed)}`, theme.faint],
      [syncs.length > 1 ? `  ${ended} of ${syncs.length} syncs` : "", theme.faint],
    ],
    [[run === undefined ? "" : `run ${run.slice(0, 8)}`, theme.faint]],
    columns,
  );
}

function otherSyncs(
  progress: ApplyProgress,
  most: number,
  columns: number,
  theme: Theme,
): { readonly before: readonly string[]; readonly after: readonly string[] } {
  const { syncs, currentAt } = progress;
  const count = Math.max(0, Math.min(most, syncs.length - 1));
  const beforeCount = Math.min(currentAt, Math.max(Math.floor(count / 2), count - (syncs.length - 1 - currentAt)));
  const line = (sync: SyncProgress) => syncLines(sync, progress, columns, theme)[0] ?? "";
  return {
    before: syncs.slice(currentAt - beforeCount, currentAt).map(line),
    after: syncs.slice(currentAt + 1, currentAt + 1 + count - beforeCount).map(line),
  };
}

/** Two lines of the sync at work, one of each other. */
function syncLines(sync: SyncProgress, progress: ApplyProgress, columns: number, theme: Theme): string[] {
  const nameWidth = Math.min(LONGEST_NAME, Math.floor(columns / 3), Math.max(...progress.syncs.map(({ name }) => widthOf(visible(name)))));
  const name = cell(visible(sync.name), nameWidth);
  const { items, bytes } = sync;
  if (sync.status === "waiting") return [lineOf([[`  ${name}  waiting`, theme.faint]], columns)];
  const isPaused = sync.limit === "pause";
  const mark: Piece =
    sync.status === "ended"
      ? items.failed > 0
        ? ["! ", theme.warn]
        : items.done < items.of
          ? ["– ", theme.faint]
          : ["✓ ", theme.good]
      : isPaused
        ? ["= ", theme.warn]
        : [`${SPINNER[Math.floor(progress.elapsed / SPIN_MS) % SPINNER.length] ?? ""} `, theme.strong];
  const part = partOf(sync);
  const isNarrow = columns < NARROW;
  const counted = `${formatCount(items.done)} of ${formatCount(items.of)}`;
  const counts = isNarrow ? "" : `  ${counted}`;
  const failed = isNarrow ? "" : items.failed > 0 ? `  ${formatCount(items.failed)} with problems` : "";
  const percent = `${Math.floor(part * 100)}%`.padStart(5);
  const fixed = 2 + nameWidth + 1 + percent.length + widthOf(counts) + widthOf(failed);
  const barWidth = Math.max(4, Math.min(40, columns - fixed - 1));
  const first = lineOf(
    [
      mark,
      [`${name} `],
      ...bar(part, barWidth, sync.status === "ended" && items.failed > 0 ? theme.warn : theme.good, theme.faint),
      [percent],
      [counts],
      [failed, theme.warn],
    ],
    columns,
  );
  if (sync.status === "ended") return [first];
  const { rate, left } = progress;
  const moved = bytes.of > 0 ? [`${formatBytes(bytes.done)} of ${formatBytes(bytes.of)}`] : [];
  const done = [...(isNarrow ? [counted] : []), ...moved];
  const facts = isPaused
    ? [...done, "paused"]
    : [
        ...(isNarrow ? [counted] : moved),
        ...(rate.items >= 0.5 ? [`${formatCount(rate.items)}/s`] : []),
        ...(rate.bytes >= 0.5 ? [formatByteRate(rate.bytes)] : []),
        ...(left === undefined ? [] : [`${formatDuration(left)} left`]),
      ];
  const lines = [first, lineOf([[`  ${facts.join("  ")}`]], columns)];
  if (sync.isDatabase && sync.phases.length > 0) lines.push(phaseLine(sync, columns, theme));
  return lines;
}

/** From 0 to 1. While it goes, by bytes, which is what takes the time; at its end, by what was done. */
function partOf({ items, bytes, status }: SyncProgress): number {
  const byItems = items.of === 0 ? 1 : Math.min(1, items.done / items.of);
  if (status === "ended" || bytes.of === 0) return byItems;
  return Math.min(1, Math.max(bytes.done / bytes.of, items.done >= items.of ? 1 : 0));
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

function bar(part: number, width: number, full: (text: string) => string, empty: (text: string) => string): Piece[] {
  const eighths = Math.round(Math.min(1, Math.max(0, part)) * width * 8);
  const done = "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
  return [
    [done, full],
    ["░".repeat(Math.max(0, width - widthOf(done))), empty],
  ];
}

/** `accounts ✓  schema ✓  rows and indexes …  constraints  finish`. */
function phaseLine({ phases }: SyncProgress, columns: number, theme: Theme): string {
  const now = phases.at(-1);
  const known = Object.keys(PHASE_WORDS);
  const all = [...known, ...phases.filter((phase) => !known.includes(phase))];
  const at = now === undefined ? -1 : all.indexOf(now);
  const pieces = all.flatMap((phase, place): Piece[] => {
    // Most databases have none, and most are there.
    if ((phase === "event-triggers" || phase === "database") && !phases.includes(phase)) return [];
    const word = visible(PHASE_WORDS[phase] ?? phase);
    if (place === at) return [[`${word} …`, theme.strong], ["  "]];
    if (place > at) return [[`${word}  `, theme.faint]];
    return phases.includes(phase) ? [[`${word} `], ["✓", theme.good], ["  "]] : [];
  });
  return lineOf([["  "], ...pieces], columns);
}

function flyingLines(progress: ApplyProgress, details: boolean, columns: number, theme: Theme): string[] {
  const { count, items } = progress.inFlight;
  if (count === 0) return [];
  const shown = items.slice(0, details ? FLYING_DETAILS : FLYING);
  const limit = progress.slots === undefined || !details ? "" : `, up to ${formatCount(progress.slots)}`;
  const lines = shown.map(({ key, bytes, done, sinceMs }) => {
    const size = bytes === 0 ? "" : done > 0 ? `${formatBytes(done)} of ${formatBytes(bytes)}` : formatBytes(bytes);
    const facts = `  ${size}  ${clock(sinceMs)}`;
    const width = Math.max(8, columns - widthOf(facts) - 4);
    return lineOf([["    "], [shownKey(key, width)], [facts, theme.faint]], columns);
  });
  return [
    lineOf(
      [
        [`  ${formatCount(count)} in flight${limit}`, theme.faint],
        [shown.length < count ? ", the largest:" : ":", theme.faint],
      ],
      columns,
    ),
    ...lines,
  ];
}

function retryLines({ retries }: ApplyProgress, columns: number, theme: Theme): string[] {
  return retries.last.map(({ key, code, attempt }) =>
    lineOf(
      [["  again: ", theme.faint], [shownKey(key, Math.max(8, columns - widthOf(code) - 24))], [`  ${visible(code)}, attempt ${attempt}`, theme.faint]],
      columns,
    ),
  );
}

/** How fast it may go, what went wrong, that it ends. */
function noteLines(progress: ApplyProgress, columns: number, theme: Theme): string[] {
  const { current, retries, stopping, failed } = progress;
  const lines: string[] = [];
  const troubles = [failed > 0 ? `${formatCount(failed)} with problems` : "", retries.count > 0 ? `${formatCount(retries.count)} tried again` : ""].filter(
    (text) => text !== "",
  );
  if (troubles.length > 0) lines.push(lineOf([[`  ${troubles.join(", ")}`, theme.warn]], columns));
  const flow = current === undefined ? undefined : flowSentence(current);
  if (flow !== undefined) lines.push(lineOf([[`  ${flow}`, theme.warn]], columns));
  if (stopping !== undefined) lines.push(lineOf([[`  ${visible(stopping)}`, theme.warn]], columns));
  return lines;
}

function flowSentence({ limit, until }: SyncProgress): string | undefined {
  const end = until === undefined ? "" : ` until ${momentOf(until)}`;
  if (limit === "pause") return until === undefined ? "Paused until somebody lets it go on" : `Paused by its flow${end}`;
  if (limit === "unlimited") return until === undefined ? undefined : `No limit${end}`;
  return `At most ${formatByteRate(limit)}${end}`;
}

function footerLines(progress: ApplyProgress, { hasKeys, prompt, said, help }: ApplyControlsShown, columns: number, theme: Theme): string[] {
  if (prompt !== undefined) {
    // One or the other: in a low window both would push away what is typed.
    const above = prompt.problem === undefined ? wrapText(prompt.question, columns) : wrapText(visible(prompt.problem), columns).map(theme.warn);
    return [...above, lineOf([["> ", theme.strong], [visible(prompt.text)], ["▏"]], columns)];
  }
  const lines = said === undefined ? [] : [lineOf([[`  ${visible(said)}`, theme.strong]], columns)];
  if (!hasKeys) return lines;
  const isPaused = progress.current?.limit === "pause";
  if (help !== undefined) return [...lines, spread([["  ↑↓ scroll  ? back  q stop", theme.faint]], help.status().right, columns)];
  const keys =
    columns < NARROW
      ? `p ${isPaused ? "go on" : "pause"}  q stop  ? help`
      : `p ${isPaused ? "go on" : "pause"}  r rate  + - in flight  d details  q stop  ? help`;
  return [...lines, lineOf([[`  ${keys}`, theme.faint]], columns)];
}

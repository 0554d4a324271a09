import { visible } from "../../core/escape.ts";
import type { PlanStatus, SyncStatus } from "../../report/status.ts";
import { requestText, runFacts, runProgress, syncRunFacts } from "../../report/status-view.ts";
import { formatCount, formatDuration } from "../../core/units.ts";
import { momentOf } from "../clock.ts";
import type { KeyName } from "../keys.ts";
import { fill, lineOf, type Piece, selectedLine, spread } from "../lines.ts";
import type { ScreenSize } from "../open-screen.ts";
import { cell, widthOf } from "../text.ts";
import type { Theme } from "../theme.ts";

interface Row {
  readonly plan: PlanStatus;
  readonly sync: SyncStatus;
}

interface Sample {
  readonly at: number;
  readonly done: number;
}

/** Rates are of this time, milliseconds. */
const WINDOW_MS = 10_000;
const WORD_WIDTH = 13;
const LONGEST_NAME = 32;

/** What a status screen shows, and where somebody is in it. Knows no terminal and no state. */
export class StatusView {
  readonly #theme: Theme;
  readonly #now: () => number;
  readonly #samples = new Map<string, Sample[]>();
  #plans: readonly PlanStatus[] = [];
  #problem: string | undefined;
  #readAt: number | undefined;
  #cursor = 0;
  /** Of which the history is shown, by plan and name. */
  #opened: string | undefined;
  #scroll = 0;

  constructor(theme: Theme, now: () => number = () => Date.now()) {
    this.#theme = theme;
    this.#now = now;
  }

  take(plans: readonly PlanStatus[]): void {
    this.#plans = plans;
    this.#problem = undefined;
    this.#readAt = this.#now();
    const runs = new Set<string>();
    for (const { running } of plans) {
      for (const { info, done } of running) {
        runs.add(info.run);
        const samples = [...(this.#samples.get(info.run) ?? []), { at: this.#now(), done }];
        this.#samples.set(
          info.run,
          samples.filter(({ at }) => this.#now() - at <= WINDOW_MS),
        );
      }
    }
    for (const run of this.#samples.keys()) if (!runs.has(run)) this.#samples.delete(run);
    this.#cursor = Math.max(0, Math.min(this.#cursor, this.#rows.length - 1));
  }

  /** The state could not be read; what was read before stays. */
  fail(message: string): void {
    this.#problem = message;
  }

  /** @returns whether it is to be left */
  key(name: KeyName): "leave" | undefined {
    if (name === "q") return "leave";
    const rows = this.#rows;
    const step = { up: -1, k: -1, down: 1, j: 1, pageUp: -10, pageDown: 10, home: -Infinity, end: Infinity }[name];
    if (step !== undefined) {
      if (this.#opened !== undefined) this.#scroll = Math.max(0, Math.min(1e6, this.#scroll + step));
      else this.#cursor = Math.max(0, Math.min(rows.length - 1, this.#cursor + step));
    } else if (name === "enter" || name === "right") {
      const row = rows[this.#cursor];
      this.#opened = row && idOf(row);
      this.#scroll = 0;
    } else if (name === "escape" || name === "left" || name === "backspace" || name === "h") this.#opened = undefined;
    return undefined;
  }

  draw({ columns, rows }: ScreenSize): string[] {
    const theme = this.#theme;
    const opened = this.#rows.find((row) => idOf(row) === this.#opened);
    const read = this.#readAt === undefined ? "reading…" : new Date(this.#readAt).toISOString().slice(11, 19);
    const title = opened === undefined ? "Status" : `History of ${visible(opened.sync.name)}`;
    const head = spread([[title, theme.strong]], [[`${read} UTC`, theme.faint]], columns);
    const foot = lineOf(
      this.#problem === undefined
        ? [[opened === undefined ? "↑ ↓ choose  enter history  q quit" : "↑ ↓ scroll  esc back  q quit", theme.faint]]
        : [[visible(this.#problem), theme.remove]],
      columns,
    );
    const height = Math.max(0, rows - 2);
    const body = opened === undefined ? this.#overview(columns, height) : this.#history(opened, columns, height);
    return [head, ...fill(body, height), foot].slice(0, Math.max(1, rows));
  }

  get #rows(): Row[] {
    return this.#plans.flatMap((plan) => plan.syncs.map((sync) => ({ plan, sync })));
  }

  #overview(columns: number, height: number): string[] {
    const theme = this.#theme;
    const lines: string[] = [];
    let cursorLine = 0;
    let at = 0;
    for (const plan of this.#plans) {
      if (lines.length > 0) lines.push("");
      lines.push(
        lineOf(
          [[visible(plan.plan), theme.strong], ["  "], this.#word(plan.word), [plan.file === undefined ? "" : `  ${visible(plan.file)}`, theme.faint]],
          columns,
        ),
      );
      const nameWidth = Math.min(LONGEST_NAME, Math.floor(columns / 3), Math.max(0, ...plan.syncs.map(({ name }) => widthOf(visible(name)))));
      for (const sync of plan.syncs) {
        if (at === this.#cursor) cursorLine = lines.length;
        lines.push(this.#syncLine(sync, { isSelected: at === this.#cursor, nameWidth, columns }));
        at += 1;
      }
      lines.push(...this.#runLines(plan, columns));
      lines.push(
        ...plan.locations.map(({ name, word }) =>
          lineOf([["  "], [word.padEnd(WORD_WIDTH), word === "Invalid" ? theme.remove : theme.faint], [`  location ${visible(name)}`, theme.faint]], columns),
        ),
      );
      lines.push(
        ...plan.ended.map(({ info, word }) =>
          lineOf(
            [
              ["  "],
              [word.padEnd(WORD_WIDTH), word === "Success" ? theme.good : word === "Stopped" ? theme.warn : theme.remove],
              [`  run ${info.run.slice(0, 8)}  ${runFacts(info)}`, theme.faint],
            ],
            columns,
          ),
        ),
      );
      lines.push(...this.#lockLines(plan, columns));
    }
    const from = Math.max(0, Math.min(cursorLine - height + 3, lines.length - height));
    return lines.slice(from, from + height);
  }

  #syncLine(sync: SyncStatus, { isSelected, nameWidth, columns }: { isSelected: boolean; nameWidth: number; columns: number }): string {
    const { progress, items, from, to } = sync;
    const facts =
      progress === undefined
        ? `${formatCount(items)} known`
        : `${formatCount(progress.done)}${progress.of === undefined ? "" : ` of ${formatCount(progress.of)}`}${progress.of ? `  ${Math.floor((progress.done / progress.of) * 100)}%` : ""}${progress.problems > 0 ? `  ${progress.problems} with problems` : ""}`;
    const pieces: Piece[] = [
      [isSelected ? "> " : "  "],
      this.#word(sync.word, WORD_WIDTH),
      [`  ${cell(visible(sync.name), nameWidth)}  ${facts}`],
      [from === undefined ? "" : `  ${visible(from)} → ${visible(to ?? "")}`, this.#theme.faint],
    ];
    return isSelected ? selectedLine(pieces, columns, this.#theme) : lineOf(pieces, columns);
  }

  #runLines({ running }: PlanStatus, columns: number): string[] {
    const theme = this.#theme;
    return running.flatMap((view) => {
      const { info, word, requests } = view;
      const rate = this.#rate(info.run);
      const last = requests.at(-1);
      return [
        lineOf(
          [
            ["  "],
            [word.padEnd(WORD_WIDTH), theme.strong],
            [`  run ${info.run.slice(0, 8)}  ${runProgress(view, this.#now(), rate)}${this.#left(info.items - view.done, rate)}`],
          ],
          columns,
        ),
        ...(last === undefined ? [] : [lineOf([[`  ${" ".repeat(WORD_WIDTH)}  asked: ${requestText(last)}`, theme.warn]], columns)]),
      ];
    });
  }

  #lockLines({ locks }: PlanStatus, columns: number): string[] {
    return locks.map(({ destination, run, owner, host, heartbeatAt }) =>
      lineOf(
        [
          ["  "],
          ["locked".padEnd(WORD_WIDTH), this.#theme.warn],
          [
            `  ${visible(destination)} by ${visible(owner)} on ${visible(host)}, run ${run.slice(0, 8)}, sign of life ${formatDuration(Math.max(0, this.#now() - heartbeatAt))} ago`,
            this.#theme.faint,
          ],
        ],
        columns,
      ),
    );
  }

  #history({ sync }: Row, columns: number, height: number): string[] {
    const theme = this.#theme;
    const lines = sync.runs.map((each) =>
      lineOf(
        [["  "], this.#word(each.word, WORD_WIDTH), [`  run ${each.run.run.slice(0, 8)}  ${momentOf(each.run.startedAt, this.#now())}  ${syncRunFacts(each)}`]],
        columns,
      ),
    );
    if (lines.length === 0) return [lineOf([["  It has not run yet.", theme.faint]], columns)];
    this.#scroll = Math.max(0, Math.min(this.#scroll, lines.length - height));
    return lines.slice(this.#scroll, this.#scroll + height);
  }

  #word(word: SyncStatus["word"], width = 0): Piece {
    const { good, strong, warn, remove, faint } = this.#theme;
    const text = (word ?? "not run yet").padEnd(width);
    return [text, word === undefined ? faint : word === "Completed" ? good : word === "Migrating" ? strong : word === "Stopped" ? warn : remove];
  }

  #rate(run: string): number | undefined {
    const samples = this.#samples.get(run) ?? [];
    const [first, last] = [samples[0], samples.at(-1)];
    return first && last && last.at > first.at ? ((last.done - first.done) * 1000) / (last.at - first.at) : undefined;
  }

  #left(items: number, rate: number | undefined): string {
    return rate === undefined || rate <= 0 || items <= 0 ? "" : `, ${formatDuration((items / rate) * 1000)} left`;
  }
}

function idOf({ plan, sync }: Row): string {
  return `${plan.plan}\0${sync.name}`;
}

import type { ActionKind } from "../../changeset/action.ts";
import type { Changeset } from "../../changeset/changeset.ts";
import type { PlanNotice, SyncSummary } from "../../changeset/summary.ts";
import { visible } from "../../core/escape.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import { databaseCounts } from "../../report/database-sync-view.ts";
import { countKinds, type KindCounts } from "../../report/database-words.ts";
import { losses } from "../../report/losses.ts";
import { tint } from "../../report/sync-lines.ts";
import { ACTION_WORDS, counted, moveSentence, planSentence, READING_ORDER, totals } from "../../report/words.ts";
import type { KeyName } from "../keys.ts";
import { lineOf, type Piece, selectedLine } from "../lines.ts";
import type { ScreenSize } from "../open-screen.ts";
import { cell, wrapText } from "../text.ts";
import { listedItems } from "./action-list.ts";
import { ActionsPage } from "./actions-page.ts";
import { NoticePage } from "./notice-page.ts";
import type { Hint, Page, Shell } from "./page.ts";
import { Scroll } from "./scroll.ts";

/** A line, and what opens with it. */
interface Entry {
  readonly pieces: readonly Piece[];
  readonly open?: (() => Page) | undefined;
}

/** The driver's remark about rows that it trusts: no warning, since nothing is wrong. */
const NO_WARNING = "ROWS_NOT_COMPARED";

/** The plan at a glance: what to look at first, then each sync with its counts. */
export class OverviewPage implements Page {
  readonly title = "";
  readonly hints: readonly Hint[] = [
    ["↑↓", "move"],
    ["enter", "open"],
  ];
  readonly #shell: Shell;
  readonly #changeset: Changeset;
  readonly #scroll = new Scroll();
  #entries: { readonly columns: number; readonly list: readonly Entry[] } | undefined;
  #kinds = new Map<string, ReadonlyMap<ActionKind, KindCounts>>();

  constructor(shell: Shell, changeset: Changeset) {
    this.#shell = shell;
    this.#changeset = changeset;
  }

  draw({ columns, rows }: ScreenSize): readonly string[] {
    const list = this.#list(columns);
    const doors = list.flatMap(({ open }, at) => (open === undefined ? [] : [at]));
    this.#scroll.cursor = Math.min(this.#scroll.cursor, Math.max(0, doors.length - 1));
    const selected = doors[this.#scroll.cursor] ?? -1;
    // The lines above the first door are seen with it, those below the last one too.
    const from = this.#scroll.cursor === 0 ? 0 : selected;
    const to = this.#scroll.cursor === doors.length - 1 ? list.length - 1 : selected;
    let { top } = this.#scroll;
    if (to >= top + rows) top = to - rows + 1;
    if (from < top) top = from;
    if (selected >= top + rows) top = selected - rows + 1;
    this.#scroll.top = Math.max(0, Math.min(top, list.length - rows));
    return list.slice(this.#scroll.top, this.#scroll.top + rows).map(({ pieces }, at) => {
      if (this.#scroll.top + at === selected) return selectedLine([["❯ "], ...pieces], columns, this.#shell.theme);
      return lineOf([["  "], ...pieces], columns);
    });
  }

  status(): { left: readonly Piece[]; right: readonly Piece[] } {
    const { summary } = this.#changeset;
    return { left: [], right: [[counted(summary.syncs.length, "sync"), this.#shell.theme.faint]] };
  }

  key(name: KeyName): boolean {
    const doors = (this.#entries?.list ?? []).filter(({ open }) => open !== undefined);
    if (this.#scroll.key(name, doors.length)) return true;
    if (name !== "enter" && name !== "right" && name !== "l") return false;
    const page = doors[this.#scroll.cursor]?.open?.();
    if (page) this.#shell.open(page);
    return true;
  }

  #list(columns: number): readonly Entry[] {
    if (this.#entries?.columns !== columns) this.#entries = { columns, list: this.#make(columns - 2) };
    return this.#entries.list;
  }

  #make(columns: number): Entry[] {
    const { summary } = this.#changeset;
    const { theme } = this.#shell;
    const first = summary.syncs.flatMap((sync) => this.#attention(sync, columns));
    const sentence = `${planSentence(summary)}. ${moveSentence(totals(summary.syncs))}.`;
    const head = summary.hasChanges ? sentence : `${summary.hasConflicts ? "No changes, but conflicts." : "No changes."} ${sentence}`;
    return [
      ...wrapText(head, columns).map((line): Entry => ({ pieces: [[line, theme.strong]] })),
      { pieces: [] },
      ...(first.length === 0 ? [] : [...first, { pieces: [] }]),
      ...summary.syncs.flatMap((sync, at) => [...(at > 0 ? [{ pieces: [] }] : []), ...this.#sync(sync, columns)]),
    ];
  }

  /** Losses, warnings, and what is refused. */
  #attention(sync: SyncSummary, columns: number): Entry[] {
    const { theme } = this.#shell;
    const name = visible(sync.header.name);
    const entries: Entry[] = losses(this.#changeset, sync).flatMap((line) =>
      wrapText(`${name}: ${line}`, columns).map((part): Entry => ({ pieces: [[part, theme.remove]] })),
    );
    for (const notice of sync.notices.filter(({ code }) => code !== NO_WARNING)) {
      entries.push({ pieces: [[`${name}: ${firstLine(notice)}`, theme.warn]], open: () => new NoticePage(this.#shell, notice) });
    }
    for (const kind of ["conflict", "notSynced"] as const) {
      if (sync.actions[kind].items === 0) continue;
      entries.push({
        pieces: [[`${name}: ${formatCount(sync.actions[kind].items)} ${ACTION_WORDS[kind].to}`, theme.warn]],
        open: () => this.#actions(sync, kind),
      });
    }
    return entries;
  }

  #sync(sync: SyncSummary, columns: number): Entry[] {
    const { theme } = this.#shell;
    const { header, actions, listed } = sync;
    const shown = READING_ORDER.filter((kind) => actions[kind].items > 0);
    const width = Math.max(0, ...shown.map((kind) => ACTION_WORDS[kind].word.length + 2));
    const notes = this.#changeset.span(header.name, "notes");
    const verb = header.kind === "postgres" ? "read" : "listed";
    return [
      {
        pieces: [[visible(header.name), theme.strong], [`  ${visible(header.from.display)} → ${visible(header.to.display)}`]],
        open: () => this.#actions(sync, undefined),
      },
      ...shown.map((kind): Entry => {
        const text = `  ${cell(`${ACTION_WORDS[kind].mark} ${ACTION_WORDS[kind].word}`, width)}  ${this.#counts(sync, kind)}`;
        const isListed = listedItems(sync, kind, notes) > 0;
        return { pieces: [[text, tint(kind, theme)]], open: isListed ? () => this.#actions(sync, kind) : undefined };
      }),
      ...wrapText(`${verb}: ${counted(listed.source, "object")} at the source, ${formatCount(listed.destination)} at the destination`, columns - 2).map(
        (line): Entry => ({ pieces: [[`  ${line}`, theme.faint]] }),
      ),
    ];
  }

  #counts(sync: SyncSummary, kind: ActionKind): string {
    const { header, actions } = sync;
    if (header.kind === "postgres") return databaseCounts(kind, sync, this.#kindsOf(header.name).get(kind));
    const bytes = kind === "delete" || actions[kind].bytes === 0 ? "" : `  ${formatBytes(actions[kind].bytes)}`;
    return `${counted(actions[kind].items, "object")}${bytes}`;
  }

  #kindsOf(sync: string): ReadonlyMap<ActionKind, KindCounts> {
    const known = this.#kinds.get(sync) ?? countKinds(this.#changeset, sync);
    this.#kinds.set(sync, known);
    return known;
  }

  #actions(sync: SyncSummary, kind: ActionKind | undefined): Page {
    return new ActionsPage({ shell: this.#shell, changeset: this.#changeset, sync, kind });
  }
}

function firstLine({ message, code }: PlanNotice): string {
  return `${visible(message)} [${visible(code)}]`;
}

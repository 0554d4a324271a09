import type { ActionKind, NumberedAction } from "../../changeset/action.ts";
import type { Changeset } from "../../changeset/changeset.ts";
import type { SyncSummary } from "../../changeset/summary.ts";
import { visible } from "../../core/escape.ts";
import { formatCount } from "../../core/units.ts";
import { tint } from "../../report/sync-lines.ts";
import { ACTION_WORDS, READING_ORDER } from "../../report/words.ts";
import type { KeyName } from "../keys.ts";
import { lineOf, type Piece, selectedLine } from "../lines.ts";
import type { ScreenSize } from "../open-screen.ts";
import { widthOf } from "../text.ts";
import { ActionList, listedItems } from "./action-list.ts";
import { actionPieces } from "./action-row.ts";
import { DetailPage } from "./detail-page.ts";
import { findNext } from "./find.ts";
import type { Hint, Page, Shell } from "./page.ts";
import { type Query, readQuery } from "./query.ts";
import { Scroll } from "./scroll.ts";

const EVERYTHING: Query = { text: "", filter: {} };

export interface ActionsPageOptions {
  readonly shell: Shell;
  readonly changeset: Changeset;
  readonly sync: SyncSummary;
  /** The kind to begin with; undefined: all. */
  readonly kind: ActionKind | undefined;
}

/** A search that goes on. */
interface Finding {
  readonly direction: 1 | -1;
  /** Matches still to go. */
  steps: number;
  /** Rows looked through. */
  looked: number;
  readonly stop: AbortController;
}

/** The actions of a sync: tabs by kind, a filter, a search. */
export class ActionsPage implements Page {
  readonly title: string;
  readonly hints: readonly Hint[] = [
    ["enter", "details"],
    ["/", "search"],
    ["n/N", "next"],
    ["f", "filter"],
    ["r", "reason"],
    ["tab", "kind"],
  ];
  readonly #options: ActionsPageOptions;
  readonly #kinds: readonly ActionKind[];
  readonly #reasons: readonly string[];
  #kind: ActionKind | undefined;
  #filter: Query = EVERYTHING;
  #search: Query = EVERYTHING;
  #list: ActionList;
  #scroll = new Scroll();
  #finding: Finding | undefined;

  constructor(options: ActionsPageOptions) {
    this.#options = options;
    const { sync, changeset } = options;
    this.title = visible(sync.header.name);
    const notes = changeset.span(sync.header.name, "notes");
    this.#kinds = READING_ORDER.filter((kind) => listedItems(sync, kind, notes) > 0);
    this.#reasons = Object.entries(sync.reasons)
      .toSorted(([, a], [, b]) => b - a)
      .map(([reason]) => reason);
    this.#kind = options.kind;
    this.#list = this.#open();
  }

  draw({ columns, rows }: ScreenSize): readonly string[] {
    const { theme } = this.#options.shell;
    const height = Math.max(1, rows - 1);
    this.#scroll.fit(this.#list.length, height);
    const { cursor, top } = this.#scroll;
    const texts = [...(this.#filter.filter.texts ?? []), ...(this.#search.filter.texts ?? [])];
    const lines = this.#list.rows(top, height).map((action, at) => {
      const pieces = actionPieces(action, columns - 2, theme, texts);
      return top + at === cursor ? selectedLine([["❯ "], ...pieces], columns, theme) : `  ${lineOf(pieces, columns - 2)}`;
    });
    if (lines.length === 0) lines.push(theme.faint(lineOf([[this.#list.scan === undefined ? "  Nothing matches." : "  …"]], columns)));
    return [this.#tabs(columns), ...lines];
  }

  status(): { left: readonly Piece[]; right: readonly Piece[] } {
    const { theme } = this.#options.shell;
    const { length, scan, isCounted, problem } = this.#list;
    if (problem !== undefined) return { left: [[visible(problem), theme.remove]], right: [] };
    const left: Piece[] = [];
    if (this.#filter.text !== "") left.push([`filter: ${visible(this.#filter.text)}  `, theme.warn]);
    if (this.#finding) left.push([`searching ${visible(this.#search.text)}: ${formatCount(this.#finding.looked)} looked through`, theme.faint]);
    else if (this.#search.text !== "") left.push([`search: ${visible(this.#search.text)}`, theme.faint]);
    const reading = scan === undefined || isCounted ? "" : `looked through ${formatCount(scan.looked)} of ${formatCount(scan.of)}  `;
    const place = length === 0 ? "0" : `${formatCount(this.#scroll.cursor + 1)} of ${formatCount(length)}${isCounted ? "" : "+"}`;
    return { left, right: [[`${reading}${place}`, theme.faint]] };
  }

  key(name: KeyName): boolean {
    const { shell } = this.#options;
    if (this.#scroll.key(name, this.#list.length)) {
      this.#stopFinding();
      return true;
    }
    switch (name) {
      case "enter":
      case "right":
      case "l":
        this.#openDetail();
        return true;
      case "tab":
      case "]":
        this.#turn(1);
        return true;
      case "shift-tab":
      case "[":
        this.#turn(-1);
        return true;
      case "/":
        shell.ask("/", "", (text) => this.#find(text));
        return true;
      case "n":
        this.#next(1);
        return true;
      case "N":
        this.#next(-1);
        return true;
      case "f":
        shell.ask("filter (action:… reason:… text): ", this.#filter.text, (text) => this.#setFilter(readQuery(text, this.#reasons)));
        return true;
      case "r":
        this.#turnReason();
        return true;
      case "escape":
        return this.#giveUp();
      default:
        return false;
    }
  }

  close(): void {
    this.#stopFinding();
    this.#list.close();
  }

  /** The action under the cursor; undefined where there is none, or it was not found yet. */
  get #current(): NumberedAction | undefined {
    const { cursor, top } = this.#scroll;
    return this.#list.rows(top, Math.max(1, cursor - top + 1))[cursor - top];
  }

  #open(): ActionList {
    const { changeset, sync, shell } = this.#options;
    const { filter } = this.#filter;
    const kinds = this.#kind === undefined ? filter.kinds : [this.#kind].filter((kind) => filter.kinds?.includes(kind) !== false);
    return new ActionList({ changeset, sync, filter: { ...filter, kinds }, onChange: () => shell.redraw() });
  }

  #reopen(): void {
    this.close();
    this.#list = this.#open();
    this.#scroll = new Scroll();
  }

  #setFilter(query: Query): void {
    this.#filter = query;
    this.#reopen();
  }

  #turn(by: 1 | -1): void {
    const tabs = [undefined, ...this.#kinds];
    this.#kind = tabs[(tabs.indexOf(this.#kind) + by + tabs.length) % tabs.length];
    this.#reopen();
  }

  #turnReason(): void {
    const tabs = ["", ...this.#reasons];
    const at = this.#filter.text.startsWith("reason:") ? tabs.indexOf(this.#filter.text.slice("reason:".length)) : 0;
    const reason = tabs[(at + 1) % tabs.length] ?? "";
    // By name, not by its beginning: one reason may begin as another does.
    this.#setFilter(reason === "" ? EVERYTHING : { text: `reason:${reason}`, filter: { reasons: [reason] } });
  }

  #giveUp(): boolean {
    if (this.#finding) {
      this.#stopFinding();
      return true;
    }
    if (this.#search.text === "" && this.#filter.text === "") return false;
    if (this.#search.text !== "") this.#search = EVERYTHING;
    else this.#setFilter(EVERYTHING);
    return true;
  }

  #find(text: string): void {
    this.#search = readQuery(text, this.#reasons);
    if (text !== "") this.#next(1);
  }

  #next(direction: 1 | -1): void {
    if (this.#search.text === "") return this.#options.shell.say("Search for something first: /");
    // Pressed again while it looks: one further.
    if (this.#finding?.direction === direction) {
      this.#finding.steps += 1;
      return;
    }
    this.#stopFinding();
    const finding: Finding = { direction, steps: 1, looked: 0, stop: new AbortController() };
    this.#finding = finding;
    this.#seek(finding).then(
      () => this.#ended(finding),
      (error: unknown) => {
        this.#ended(finding);
        this.#options.shell.say(error instanceof Error ? error.message : String(error));
      },
    );
  }

  #ended(finding: Finding): void {
    if (this.#finding === finding) this.#finding = undefined;
    this.#options.shell.redraw();
  }

  async #seek(finding: Finding): Promise<void> {
    const { shell } = this.#options;
    const { direction } = finding;
    const { signal } = finding.stop;
    const list = this.#list;
    const onLooked = (rows: number) => {
      finding.looked = rows;
      shell.redraw();
    };
    for (; finding.steps > 0; finding.steps -= 1) {
      const at = this.#current;
      const found = await findNext({ list, wanted: this.#search.filter, from: at && { kind: at.action, seq: at.seq }, direction, signal, onLooked });
      if (signal.aborted) return;
      if (found === undefined) return shell.say(`Not found: ${this.#search.text}`);
      if (found.wrapped) shell.say(direction === 1 ? "The end was passed: on from the beginning." : "The beginning was passed: on from the end.");
      // Where it stands among the others is known once those before it were counted.
      if (list.positionOf(found.kind, found.seq) === undefined) await list.scanned;
      const position = list.positionOf(found.kind, found.seq);
      if (signal.aborted || position === undefined) return;
      this.#scroll.jump(position);
    }
  }

  #stopFinding(): void {
    this.#finding?.stop.abort();
    this.#finding = undefined;
  }

  #openDetail(): void {
    const { shell, sync } = this.#options;
    if (this.#current === undefined) return;
    const step = (by: 1 | -1) => {
      const { cursor } = this.#scroll;
      if (cursor + by < 0 || cursor + by >= this.#list.length) return undefined;
      this.#scroll.cursor = cursor + by;
      return this.#list.rows(this.#scroll.cursor, 1)[0];
    };
    shell.open(new DetailPage({ shell, sync, action: this.#current, step }));
  }

  #tabs(columns: number): string {
    const { theme } = this.#options.shell;
    const { sync } = this.#options;
    const label = (kind: ActionKind | undefined) =>
      kind === undefined ? " all " : ` ${ACTION_WORDS[kind].mark} ${ACTION_WORDS[kind].word} ${formatCount(sync.actions[kind].items)} `;
    const tabs = [undefined, ...this.#kinds];
    const labels = tabs.map(label);
    if (widthOf(labels.join(" ")) + 2 > columns) return lineOf([["  ‹"], [label(this.#kind), theme.select], ["›"]], columns);
    const pieces = tabs.map((kind, at): Piece => [labels[at] ?? "", kind === this.#kind ? theme.select : tint(kind, theme)]);
    return lineOf([["  "], ...pieces.flatMap((piece): Piece[] => [piece, [" "]])], columns);
  }
}

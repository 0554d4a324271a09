import type { TidemarkEvent } from "../core/events.ts";
import { visible } from "../core/escape.ts";
import { formatCount } from "../core/units.ts";
import { lineOf, type Piece } from "./lines.ts";
import type { ScreenSize } from "./open-screen.ts";
import { cell, widthOf } from "./text.ts";
import type { Theme } from "./theme.ts";

interface SyncState {
  readonly name: string;
  status: "waiting" | "reading" | "planned";
  source: number;
  destination: number;
  /** What is read, where that is no listing. */
  what: string | undefined;
}

/** The rate is of this time, milliseconds. */
const WINDOW_MS = 5000;
const SAMPLE_MS = 250;
/** Syncs shown at once: a plan of a hundred would fill the screen with what waits. */
const MOST_SYNCS = 8;
const LONGEST_NAME = 24;
const WITH_WORDS = 90;
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const SPIN_MS = 200;

/** How far planning is, by sync. Takes constant memory, whatever is listed. */
export class PlanProgress {
  readonly #now: () => number;
  readonly #startedAt: number;
  #plan = "";
  #syncs: SyncState[] = [];
  #current = 0;
  #samples: { readonly at: number; readonly listed: number }[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#startedAt = now();
  }

  take(event: TidemarkEvent): void {
    if (event.type === "planStarted") {
      this.#plan = event.plan;
      this.#syncs = event.syncs.map((name) => ({ name, status: "waiting", source: 0, destination: 0, what: undefined }));
      return;
    }
    if (event.type !== "syncListing" && event.type !== "listed" && event.type !== "reading" && event.type !== "syncPlanned") return;
    const at = this.#syncs.findIndex(({ name }) => name === event.sync);
    const sync = this.#syncs[at];
    if (sync === undefined) return;
    this.#current = at;
    switch (event.type) {
      case "syncListing":
        sync.status = "reading";
        this.#samples = [{ at: this.#now(), listed: 0 }];
        break;
      case "listed":
        sync.source = event.source;
        sync.destination = event.destination;
        this.#sample(event.source + event.destination);
        break;
      case "reading":
        sync.what = event.what;
        break;
      case "syncPlanned":
        sync.status = "planned";
        break;
      default:
    }
  }

  draw({ columns, rows }: ScreenSize, theme: Theme): string[] {
    if (this.#syncs.length === 0) return [];
    const most = Math.max(1, Math.min(MOST_SYNCS, rows - 2));
    const first = Math.max(0, Math.min(this.#current - Math.floor(most / 2), this.#syncs.length - most));
    const shown = this.#syncs.slice(first, first + most);
    const done = this.#syncs.filter(({ status }) => status === "planned").length;
    const head = `Planning ${visible(this.#plan)}`;
    const width = Math.min(LONGEST_NAME, Math.floor(columns / 3), Math.max(...shown.map(({ name }) => widthOf(visible(name)))));
    return [
      lineOf(
        [
          [head, theme.strong],
          [`  ${clock(this.#now() - this.#startedAt)}`, theme.faint],
          [this.#syncs.length > 1 ? `  ${done} of ${this.#syncs.length} syncs` : "", theme.faint],
        ],
        columns,
      ),
      ...shown.map((sync) => lineOf(this.#line(sync, columns, width, theme), columns)),
    ];
  }

  #line({ name, status, source, destination, what }: SyncState, columns: number, width: number, theme: Theme): Piece[] {
    const title = cell(visible(name), width);
    if (status === "waiting") return [[`  ${title}`, theme.faint]];
    const mark: Piece = status === "planned" ? ["✓ ", theme.good] : [`${SPINNER[Math.floor(this.#now() / SPIN_MS) % SPINNER.length] ?? ""} `, theme.strong];
    // Of databases the counts come at once, after most of the work.
    if (status === "reading" && what !== undefined) return [mark, [`${title}  reading ${visible(what)}`]];
    const counts =
      columns >= WITH_WORDS
        ? `${formatCount(source)} at the source, ${formatCount(destination)} at the destination`
        : `${formatCount(source)} → ${formatCount(destination)}`;
    const rate = this.#rate();
    return [mark, [`${title}  ${counts}`], [status === "reading" && rate > 0 ? `  ${formatCount(Math.round(rate))}/s` : "", theme.faint]];
  }

  #sample(listed: number): void {
    const at = this.#now();
    const last = this.#samples.at(-1);
    if (last && at - last.at < SAMPLE_MS) return;
    this.#samples.push({ at, listed });
    const oldest = this.#samples.findIndex((sample) => at - sample.at <= WINDOW_MS);
    if (oldest > 0) this.#samples.splice(0, oldest);
  }

  #rate(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    return first && last && last.at > first.at ? (last.listed - first.listed) / ((last.at - first.at) / 1000) : 0;
  }
}

/** `0:12`, `1:02:03`. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = `${Math.floor(seconds / 60) % 60}`;
  return seconds < 3600 ? `${minutes}:${two(seconds % 60)}` : `${Math.floor(seconds / 3600)}:${minutes.padStart(2, "0")}:${two(seconds % 60)}`;
}

import type { Emit, TidemarkEvent } from "../../core/events.ts";
import { shorten } from "../../core/escape.ts";
import { formatBytes, formatCount, formatDuration } from "../../core/units.ts";
import type { JsonLines } from "../json-lines.ts";
import type { Messages } from "../messages.ts";
import { counted } from "../words.ts";
import { type ProgressSnapshot, ProgressState } from "./progress-state.ts";

export type ProgressMode = "tty" | "plain" | "json" | "none";

/** Listens to the engine and shows how far it is. */
export interface Progress {
  readonly emit: Emit;
  /** Takes the live line away and ends the heartbeat. */
  close(): void;
}

export interface ProgressOptions {
  readonly mode: ProgressMode;
  readonly messages: Messages;
  /** Where JSON events go; the human modes do not use it. */
  readonly json: Pick<JsonLines, "line"> | undefined;
  /** Writes at once, past what is buffered: a live line must not wait for a full piece. */
  readonly flush: () => void;
  /** Of the terminal. */
  readonly columns: number;
}

const HEARTBEAT_MS = 10_000;
const LIVE_MS = 100;

/** Problems shown as they come; the rest are counted, and listed at the end. */
const PROBLEMS_LIVE = 5;

/** Makes the listener for a mode. What goes wrong is said in every mode but `none`; what only moves, as the mode says. */
export function makeProgress(options: ProgressOptions): Progress {
  const state = new ProgressState();
  const lines = options.mode === "json" ? jsonLines(options, state) : options.mode === "none" ? undefined : humanLines(options, state);
  return {
    emit(event) {
      state.take(event);
      lines?.event(event);
      if (event.type === "retry")
        options.messages.debug(`Trying ${event.key} again (attempt ${event.attempt}) in ${formatDuration(event.delayMs)}: ${event.code}`);
      if (event.type === "slots") options.messages.debug(`Requests in flight: up to ${event.limit}`);
    },
    close() {
      lines?.close();
    },
  };
}

interface Lines {
  event(event: TidemarkEvent): void;
  close(): void;
}

function humanLines({ mode, messages, flush, columns }: ProgressOptions, state: ProgressState): Lines {
  let live = "";
  let problems = 0;
  const clear = () => {
    if (live !== "") messages.raw("\r\u001b[2K");
    live = "";
  };
  const say = (text: string) => {
    clear();
    messages.info(text);
    flush();
  };
  const beat = () => {
    const text = progressLine(state.snapshot());
    if (text === undefined) return;
    if (mode === "plain") return say(text);
    const fitted = text.slice(0, Math.max(1, columns - 1));
    if (fitted === live) return;
    messages.raw(`\r\u001b[2K${fitted}`);
    live = fitted;
    flush();
  };
  const timer = setInterval(beat, mode === "plain" ? HEARTBEAT_MS : LIVE_MS);
  timer.unref();
  return {
    event(event) {
      switch (event.type) {
        case "syncListing":
          if (mode === "plain") say(`${event.sync}: listing both ends`);
          break;
        case "runStarted":
          say(`${event.resumed ? "Going on" : "Applying"}: ${workSentence(event)} (run ${event.run})`);
          break;
        case "syncStarted":
          if (mode === "plain") say(`${event.sync}: started, ${workSentence(event)}`);
          break;
        case "syncFinished":
          if (mode === "plain") say(`${event.sync}: finished`);
          break;
        case "itemProblem":
          problems += 1;
          if (problems <= PROBLEMS_LIVE) say(`${event.sync}: ${event.fate}: ${shorten(event.key, 160)}: ${event.message}`);
          break;
        case "notice":
          clear();
          messages.warn(event.message, event.hint);
          flush();
          break;
        case "stopping":
          say(event.reason);
          break;
        default:
      }
    },
    close() {
      clearInterval(timer);
      clear();
      flush();
    },
  };
}

function jsonLines({ json, flush }: ProgressOptions, state: ProgressState): Lines {
  let last: TidemarkEvent | undefined;
  const beat = () => {
    if (last === undefined) return;
    const { phase, listed, items, bytes, rate, left } = state.snapshot();
    json?.line({
      type: "progress",
      phase,
      listed,
      items,
      bytes,
      rate: { items: Math.round(rate.items), bytes: Math.round(rate.bytes) },
      ...(left !== undefined && { leftMs: Math.round(left) }),
    });
    flush();
    last = undefined;
  };
  const timer = setInterval(beat, 1000);
  timer.unref();
  return {
    event(event) {
      // Many a second: told once a second, summed up.
      if (event.type === "progress" || event.type === "listed" || event.type === "transferred") last = event;
      else if (event.type !== "slots" && event.type !== "retry" && event.type !== "inFlight") {
        json?.line(event);
        flush();
      }
    },
    close() {
      clearInterval(timer);
      beat();
    },
  };
}

/** `4 objects, 2.4 MB`; of databases `53 actions, about 5,000,000 rows, 780 MB`. */
function workSentence({ items, bytes, rows }: { readonly items: number; readonly bytes: number; readonly rows?: number | undefined }): string {
  if (rows === undefined) return `${counted(items, "object")}, ${formatBytes(bytes)}`;
  return `${counted(items, "action")}, about ${counted(rows, "row")}, ${formatBytes(bytes)}`;
}

/** One line of how far it is. @returns undefined before anything is known */
export function progressLine({ phase, sync, listed, items, bytes, rows, rate, left }: ProgressSnapshot): string | undefined {
  if (phase === "starting") return undefined;
  if (phase === "listing")
    return `${sync ?? ""}: listed ${counted(listed.source, "object")} at the source, ${formatCount(listed.destination)} at the destination`;
  const parts = [
    `${formatCount(items.done)} of ${counted(items.of, rows.of > 0 ? "action" : "object")}`,
    `${formatBytes(bytes.done)} of ${formatBytes(bytes.of)}`,
    `${formatCount(Math.round(rate.items))}/s, ${formatBytes(Math.round(rate.bytes))}/s`,
  ];
  if (left !== undefined) parts.push(`about ${formatDuration(left)} left`);
  if (items.failed > 0) parts.push(`${formatCount(items.failed)} with problems`);
  return parts.join("; ");
}

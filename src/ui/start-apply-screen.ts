import type { TidemarkEvent } from "../core/events.ts";
import { visible } from "../core/escape.ts";
import { formatBytes } from "../core/units.ts";
import type { Messages } from "../report/messages.ts";
import type { Progress } from "../report/progress/progress.ts";
import { counted } from "../report/words.ts";
import { ApplyKeys, type ApplyKeysOptions } from "./apply-keys.ts";
import { ApplyProgress, type PlannedSync } from "./apply-progress.ts";
import { drawApply } from "./apply-view.ts";
import { untilForeground } from "./foreground.ts";
import type { Screen } from "./open-screen.ts";
import type { ScreenTerminal } from "./terminal.ts";
import { makeTheme } from "./theme.ts";

/** What is applied within this time is not worth a screen, nor the time that Ink takes to load. Milliseconds. */
const WORTH_MS = 300;
/** Drawn this often while nothing but numbers move: nobody reads faster, and each frame is taken from the work. */
const TICK_MS = 500;
/** Problems that are shown as they come; the rest is counted, and listed at the end. */
const MOST_PROBLEMS = 20;

export interface ApplyScreenOptions {
  readonly terminal: ScreenTerminal;
  readonly plan: string;
  readonly syncs: readonly PlannedSync[];
  readonly messages: Messages;
  /** Hands over what `messages` holds. */
  readonly flush: () => void;
  readonly onInterrupt: () => void;
  readonly request: ApplyKeysOptions["request"];
  /** What shows the rest where the screen cannot be drawn. */
  readonly plain: () => Progress;
}

/** Shows how far an apply is, on a terminal, and takes keys. What fails in here is no matter of the apply. */
export function startApplyScreen(options: ApplyScreenOptions): Progress {
  const { terminal, messages, flush, onInterrupt } = options;
  const progress = new ApplyProgress(options);
  const theme = makeTheme(messages.paint);
  const lines = new LastingLines(messages);
  let screen: Screen | undefined;
  let plain: Progress | undefined;
  let isClosed = false;
  const keys = new ApplyKeys({ progress, hasKeys: terminal.input !== undefined, request: options.request, onInterrupt, redraw: () => screen?.redraw() });
  const fallBack = (error: unknown) => {
    if (isClosed || plain !== undefined) return;
    screen = undefined;
    messages.debug(`The progress cannot be drawn: ${error instanceof Error ? error.message : String(error)}`);
    plain = options.plain();
    for (const event of lines.remembered) plain.emit(event);
  };
  const mount = async () => {
    const { openScreen } = await import("./open-screen.ts");
    await untilForeground(() => isClosed);
    if (isClosed) return;
    flush();
    screen = openScreen({
      terminal,
      draw: (size) => drawApply(progress, keys.shown, size, theme),
      onKey: (key) => keys.press(key),
      onInterrupt,
      everyMs: TICK_MS,
    });
    await screen.closed;
  };
  const timer = setTimeout(() => void mount().catch(fallBack), WORTH_MS);
  timer.unref();

  const show = (event: TidemarkEvent) => {
    if (plain !== undefined) return plain.emit(event);
    progress.take(event);
    const text = lines.of(event);
    if (text === undefined) return;
    if (screen !== undefined) return screen.print(text);
    messages.raw(text, "error");
    flush();
  };
  return {
    emit(event) {
      try {
        lines.remember(event);
        show(event);
      } catch (error) {
        fallBack(error);
      }
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      plain?.close();
      try {
        screen?.close();
      } catch (error) {
        messages.debug(`The screen could not be closed: ${error instanceof Error ? error.message : String(error)}`);
      }
      screen = undefined;
      if (lines.unshown > 0 && plain === undefined) messages.info(`${counted(lines.unshown, "more problem")} came.`);
    },
  };
}

/** Told by the frame, as long as it holds. */
const IN_FRAME = ["FLOW_CHANGED", "FLOW_PAUSED", "CONCURRENCY_CHANGED"];

/** What stays on the terminal above the frame. */
class LastingLines {
  readonly #messages: Messages;
  readonly #progress = new Map<string, TidemarkEvent>();
  #started: TidemarkEvent | undefined;
  #problems = 0;

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  get unshown(): number {
    return Math.max(0, this.#problems - MOST_PROBLEMS);
  }

  /** Enough for somebody who begins to listen in the middle. */
  get remembered(): readonly TidemarkEvent[] {
    return [...(this.#started === undefined ? [] : [this.#started]), ...this.#progress.values()];
  }

  remember(event: TidemarkEvent): void {
    if (event.type === "runStarted") this.#started = event;
    if (event.type === "progress") this.#progress.set(event.sync, event);
  }

  of(event: TidemarkEvent): string | undefined {
    const { paint } = this.#messages;
    switch (event.type) {
      case "runStarted":
        if (!this.#messages.shows("info")) return undefined;
        return `${event.resumed ? "Going on" : "Applying"}: ${counted(event.items, event.rows === undefined ? "object" : "action")}, ${formatBytes(event.bytes)} (run ${event.run})\n`;
      case "itemProblem":
        this.#problems += 1;
        if (this.#problems > MOST_PROBLEMS || !this.#messages.shows("warn")) return undefined;
        return `${visible(event.sync)}: ${paint.remove(event.fate === "inDoubt" ? "in doubt" : event.fate)}: ${visible(event.key, { maxLength: 160 })}: ${visible(event.message)}\n`;
      case "notice":
        if (IN_FRAME.includes(event.code) || !this.#messages.shows("warn")) return undefined;
        return `${paint.warn("Warning:")} ${visible(event.message)}\n${event.hint === undefined ? "" : `  ${visible(event.hint)}\n`}`;
      case "stopping":
        return this.#messages.shows("info") ? `${visible(event.reason)}\n` : undefined;
      default:
        return undefined;
    }
  }
}

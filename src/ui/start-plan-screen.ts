import type { TidemarkEvent } from "../core/events.ts";
import { visible } from "../core/escape.ts";
import type { Messages } from "../report/messages.ts";
import type { Progress } from "../report/progress/progress.ts";
import { untilForeground } from "./foreground.ts";
import type { Screen } from "./open-screen.ts";
import { PlanProgress } from "./plan-progress.ts";
import type { ScreenTerminal } from "./terminal.ts";
import { makeTheme } from "./theme.ts";

/** What is planned within this time is not worth a screen, nor the time that Ink takes to load. Milliseconds. */
const WORTH_MS = 200;
const TICK_MS = 200;

export interface PlanScreenOptions {
  readonly terminal: ScreenTerminal;
  readonly messages: Messages;
  /** Hands over what `messages` holds. */
  readonly flush: () => void;
  readonly onInterrupt: () => void;
}

/** Shows how far planning is, on a terminal. What fails in here is no matter of the plan. */
export function startPlanScreen({ terminal, messages, flush, onInterrupt }: PlanScreenOptions): Progress {
  const state = new PlanProgress();
  const theme = makeTheme(messages.paint);
  let screen: Screen | undefined;
  let isClosed = false;
  const mount = async () => {
    const { openScreen } = await import("./open-screen.ts");
    await untilForeground(() => isClosed);
    if (isClosed) return;
    flush();
    screen = openScreen({ terminal, draw: (size) => state.draw(size, theme), onKey: () => {}, onInterrupt, everyMs: TICK_MS });
    await screen.closed;
  };
  const timer = setTimeout(() => {
    mount().catch((error: unknown) => {
      screen = undefined;
      messages.debug(`The progress cannot be shown: ${error instanceof Error ? error.message : String(error)}`);
      flush();
    });
  }, WORTH_MS);
  timer.unref();
  return {
    emit(event) {
      state.take(event);
      const text = lineOfEvent(event, messages);
      if (text === undefined) screen?.redraw();
      else if (screen) screen.print(text);
      else {
        messages.raw(text, "error");
        flush();
      }
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      screen?.close();
      screen = undefined;
    },
  };
}

/** What is to stay on the terminal. */
function lineOfEvent(event: TidemarkEvent, messages: Messages): string | undefined {
  if (event.type === "notice" && messages.shows("warn")) {
    return `${messages.paint.warn("Warning:")} ${visible(event.message)}\n${event.hint ? `  ${visible(event.hint)}\n` : ""}`;
  }
  return undefined;
}

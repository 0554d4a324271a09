import { setTimeout as wait } from "node:timers/promises";
import type { Paint } from "../../report/paint.ts";
import type { PlanStatus } from "../../report/status.ts";
import { openScreen } from "../open-screen.ts";
import type { ScreenTerminal } from "../terminal.ts";
import { makeTheme } from "../theme.ts";
import { StatusView } from "./status-view.ts";

export interface WatchStatusOptions {
  readonly terminal: ScreenTerminal;
  readonly paint: Paint;
  readonly read: () => Promise<readonly PlanStatus[]>;
  /** From the end of one reading to the next. */
  readonly everyMs: number;
  readonly onInterrupt: () => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Shows how plans are, and keeps up, until it is left.
 *
 * @throws what `signal` was aborted with; what the first reading throws
 */
export async function watchStatus({ terminal, paint, read, everyMs, onInterrupt, signal }: WatchStatusOptions): Promise<void> {
  signal.throwIfAborted();
  const view = new StatusView(makeTheme(paint));
  view.take(await read());
  const left = new AbortController();
  const screen = openScreen({
    terminal,
    draw: (size) => view.draw(size),
    onKey(name) {
      if (view.key(name) === "leave") screen.close();
      else screen.redraw();
    },
    onInterrupt,
    alternate: true,
  });
  const onAbort = () => screen.close();
  signal.addEventListener("abort", onAbort, { once: true });
  const reading = keepReading({ view, read, everyMs, signal: left.signal, redraw: () => screen.redraw() });
  try {
    await screen.closed;
  } finally {
    left.abort();
    signal.removeEventListener("abort", onAbort);
    // The state is closed by whoever opened it, and not while it is read.
    await reading;
  }
  signal.throwIfAborted();
}

interface Reading extends Pick<WatchStatusOptions, "read" | "everyMs" | "signal"> {
  readonly view: StatusView;
  readonly redraw: () => void;
}

async function keepReading({ view, read, everyMs, signal, redraw }: Reading): Promise<void> {
  for (;;) {
    await wait(everyMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    try {
      view.take(await read());
    } catch (error) {
      // A state that is being moved, or a server that restarts: the next reading may do.
      view.fail(`The state cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
    redraw();
  }
}

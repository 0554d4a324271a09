import type { Changeset } from "../../changeset/changeset.ts";
import { lostOf, measureLost } from "../../report/lost.ts";
import type { Paint } from "../../report/paint.ts";
import { openScreen } from "../open-screen.ts";
import type { ScreenTerminal } from "../terminal.ts";
import { makeTheme } from "../theme.ts";
import { Browser } from "./browser.ts";

export interface BrowseOptions {
  readonly terminal: ScreenTerminal;
  readonly changeset: Changeset;
  readonly paint: Paint;
  readonly onInterrupt: () => void;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Whether the plan may be approved from within. */
  readonly canApprove: boolean;
}

/**
 * Looks through a changeset until it is left.
 *
 * @throws what `signal` was aborted with
 */
export async function browseChangeset(options: BrowseOptions): Promise<"left" | "approved"> {
  const { terminal, changeset, paint, onInterrupt, signal, canApprove } = options;
  signal.throwIfAborted();
  const left = new AbortController();
  let how: "left" | "approved" = "left";
  let lost = canApprove ? lostOf(changeset) : [];
  let isFailed = false;
  const browser = new Browser({
    changeset,
    theme: makeTheme(paint),
    redraw: () => screen.redraw(),
    onLeave(way) {
      how = way;
      screen.close();
    },
    ...(canApprove && { lost: () => lost }),
  });
  const screen = openScreen({ terminal, draw: (size) => browser.draw(size), onKey: (name) => browser.key(name), onInterrupt, alternate: true });
  const onAbort = () => screen.close();
  signal.addEventListener("abort", onAbort, { once: true });
  const measured = measureLost(changeset, lost, left.signal);
  measured.then(
    (known) => {
      lost = known;
      screen.redraw();
    },
    () => {
      if (left.signal.aborted) return;
      isFailed = true;
      screen.close();
    },
  );
  try {
    await screen.closed;
  } finally {
    left.abort();
    browser.close();
    signal.removeEventListener("abort", onAbort);
    // What was begun reads from the changeset, which its owner closes.
    await measured.catch(() => {});
  }
  signal.throwIfAborted();
  if (isFailed) await measured;
  return how;
}

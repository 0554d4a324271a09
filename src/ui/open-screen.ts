import { render } from "ink";
import { createElement } from "react";
import { Frame, type InkTerminal } from "./frame.tsx";
import { FRAME_MS, Frames } from "./frames.ts";
import { JobControl } from "./job-control.ts";
import type { KeyName } from "./keys.ts";
import { pauseInput } from "./pause-input.ts";
import type { ScreenTerminal } from "./terminal.ts";

/** What a screen may draw on, in characters. */
export interface ScreenSize {
  readonly columns: number;
  /** One less than the terminal has: a full one would scroll. */
  readonly rows: number;
}

export interface ScreenOptions {
  readonly terminal: ScreenTerminal;
  /**
   * The lines of a frame: escaped, in colour where wanted, none wider than `columns`. What is past
   * `rows` is left out. Called for each frame, and must be quick: only what is seen is made.
   */
  readonly draw: (size: ScreenSize) => readonly string[];
  /** Takes the keyboard, where there is one. Ctrl-C, Ctrl-Z, Ctrl-\ and Ctrl-L never come here. */
  readonly onKey?: ((key: KeyName) => void) | undefined;
  /** What comes in one piece with Enter, behind it, is no key: the lines below the first one of a paste. */
  readonly endsAtEnter?: boolean | undefined;
  /** Ctrl-C, which is a key and no signal while the keyboard is taken. */
  readonly onInterrupt: () => void;
  /** Covers what is on the terminal, and gives it back at the end. Otherwise the frame stands below what was written last. */
  readonly alternate?: boolean | undefined;
  /** Draws again though nothing changed, for clocks and rates. Milliseconds. */
  readonly everyMs?: number | undefined;
}

/** Something drawn on a terminal until it is closed. */
export interface Screen {
  /** What is drawn has changed. Cheap: at most ten frames a second are drawn, whatever calls there are. */
  redraw(): void;
  /** Writes lines above the frame, where they stay; the last ends with a line break. Not for an alternate screen. */
  print(text: string): void;
  /** Gives the terminal back as it was. `keep` leaves a last frame standing, which is no matter of an alternate screen. */
  close(last?: "keep" | "clear"): void;
  /** Resolves when the screen is closed; rejects where drawing failed. The terminal is as it was by then. */
  readonly closed: Promise<void>;
}

/**
 * Mounts a screen. However the process ends, the terminal is given back: Ink listens to its exit.
 * Ctrl-Z and SIGTSTP leave the terminal to the shell, SIGCONT takes it again.
 */
export function openScreen(options: ScreenOptions): Screen {
  const { output, input } = options.terminal;
  const frames = new Frames();
  const keyboard = options.onKey === undefined ? undefined : input;
  const ink = Promise.withResolvers<InkTerminal>();
  let write: (text: string) => void = () => {};
  const jobs = new JobControl(async () => {
    const { suspend } = await ink.promise;
    const suspension = await suspend();
    if (keyboard !== undefined) await pauseInput(keyboard);
    return suspension;
  });
  let isCleared = false;
  // A terminal moves lines about when it is resized, before anybody is told: what Ink knows of them is wrong then.
  const refresh = () => {
    if (options.alternate) output.write("\u001b[H\u001b[2J");
    instance.clear();
  };
  if (options.alternate) output.on("resize", refresh);
  const onReady = (terminal: InkTerminal) => {
    write = terminal.write;
    ink.resolve(terminal);
  };
  const view = createElement(Frame, {
    options: { ...options, onKey: keyboard === undefined ? undefined : options.onKey, draw: (size) => (isCleared ? [] : options.draw(size)) },
    frames,
    refresh,
    jobs,
    onReady,
  });
  // Before anything is seen: Ctrl-Z at the first frame would else stop the process as if there were no screen.
  const unlisten = jobs.listen();
  keyboard?.setRawMode(true);
  const instance = render(view, {
    stdout: output,
    stderr: output,
    ...(input !== undefined && { stdin: input }),
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    alternateScreen: options.alternate ?? false,
    isScreenReaderEnabled: false,
    maxFps: 1000 / FRAME_MS,
  });
  const timer = options.everyMs === undefined ? undefined : setInterval(() => frames.changed(), options.everyMs);
  timer?.unref();
  const end = () => {
    clearInterval(timer);
    unlisten();
    frames.stop();
    output.off("resize", refresh);
    // Ink lets go of it, and who asks next would wait for a stream that keeps no process.
    keyboard?.ref();
  };
  const closed = instance.waitUntilExit().then(() => {});
  closed.then(end, end);
  return {
    redraw: () => frames.changed(),
    print(text) {
      if (!frames.stopped) write(text);
    },
    close(last = "clear") {
      if (frames.stopped) return;
      isCleared = last === "clear";
      frames.next();
      // React would draw it when the key that closed was dealt with, which is too late.
      instance.rerender(view);
      end();
      instance.unmount();
      // An empty frame is an empty line to Ink: what comes next stands in it.
      if (isCleared && !options.alternate) output.write("\u001b[1A");
    },
    closed,
  };
}

import type { Paint } from "../../report/paint.ts";
import { openScreen } from "../open-screen.ts";
import type { ScreenTerminal } from "../terminal.ts";
import { makeTheme } from "../theme.ts";
import { Dialogue } from "./dialogue.ts";
import { dialogueLines } from "./draw.ts";
import type { Answers, Question } from "./question.ts";

export interface AskAllOptions {
  readonly terminal: ScreenTerminal;
  readonly paint: Paint;
  readonly title: string;
  /** What is asked after these answers; undefined: nothing more. */
  readonly next: (answers: Answers) => Question | undefined;
  readonly onInterrupt: () => void;
  readonly signal: AbortSignal;
}

/**
 * Asks on a terminal until nothing is left to ask. What was answered stays on it, without secrets.
 *
 * @throws what `signal` was aborted with
 */
export async function askAll({ terminal, paint, title, next, onInterrupt, signal }: AskAllOptions): Promise<Answers> {
  signal.throwIfAborted();
  const theme = makeTheme(paint);
  let answers: Answers | undefined;
  let failure: Error | undefined;
  let redraw = () => {};
  let close = () => {};
  const dialogue = new Dialogue({
    next,
    onChange: () => redraw(),
    onEnd: (all) => {
      answers = all;
      close();
    },
    onFailure: (error) => {
      failure = error instanceof Error ? error : new Error(String(error));
      close();
    },
  });
  if (answers !== undefined) return answers;
  // Ink does so once it has drawn: until then the terminal itself would show what is typed, a password too.
  terminal.input?.setRawMode(true);
  const screen = openScreen({
    terminal,
    onInterrupt,
    draw: (size) => dialogueLines(dialogue, title, size, theme),
    onKey: (key) => dialogue.press(key),
    endsAtEnter: true,
  });
  redraw = () => screen.redraw();
  close = () => {
    dialogue.close();
    screen.close("keep");
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    await screen.closed;
  } finally {
    signal.removeEventListener("abort", close);
    dialogue.close();
    terminal.input?.setRawMode(false);
  }
  signal.throwIfAborted();
  if (failure !== undefined) throw failure;
  if (answers === undefined) throw new Error("A dialogue was closed before its end.");
  return answers;
}

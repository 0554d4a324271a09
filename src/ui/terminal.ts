import { ReadStream, WriteStream } from "node:tty";

/** A real terminal that screens may be drawn on. */
export interface ScreenTerminal {
  /** Where screens are drawn: stderr, so that data on stdout stays apart. */
  readonly output: WriteStream;
  /** Where keys come from; undefined where stdin is something else than a terminal. */
  readonly input: ReadStream | undefined;
}

export interface TerminalStreams {
  readonly stdin: unknown;
  readonly stderr: unknown;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @returns undefined where there is no terminal, or one that cannot move its cursor (`TERM=dumb`) */
export function terminalOf(streams: TerminalStreams): ScreenTerminal | undefined {
  const { stderr, env } = streams;
  if (!(stderr instanceof WriteStream) || !stderr.isTTY || env["TERM"] === "dumb") return undefined;
  const { stdin } = streams;
  return { output: stderr, input: stdin instanceof ReadStream && stdin.isTTY ? stdin : undefined };
}

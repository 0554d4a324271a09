import { Box, Text, useApp, useInput, useStdout, useWindowSize } from "ink";
import type { ReactElement } from "react";
import { useEffect, useSyncExternalStore } from "react";
import type { Frames } from "./frames.ts";
import { type KeyName, keysOf } from "./keys.ts";
import type { JobControl, Suspension } from "./job-control.ts";
import type { ScreenOptions } from "./open-screen.ts";

export interface FrameProps {
  readonly options: ScreenOptions;
  readonly frames: Frames;
  /** Forgets what is on the terminal, so that the next frame is drawn whole. */
  readonly refresh: () => void;
  readonly jobs: JobControl;
  readonly onReady: (terminal: InkTerminal) => void;
}

export interface InkTerminal {
  /** Writes above the frame. */
  readonly write: (text: string) => void;
  /** Leaves the terminal as it was before the frame. */
  readonly suspend: () => Promise<Suspension>;
}

/** One row an element, and only those that are seen. */
export function Frame({ options, frames, refresh, jobs, onReady }: FrameProps): ReactElement {
  useSyncExternalStore(frames.subscribe, frames.current);
  const { columns, rows } = useWindowSize();
  const { suspendTerminal } = useApp();
  const { write } = useStdout();
  useEffect(() => onReady({ write, suspend: suspendTerminal }), [onReady, write, suspendTerminal]);

  const { onKey, onInterrupt, endsAtEnter = false } = options;
  const own: Readonly<Record<KeyName, () => void>> = {
    "ctrl-c": onInterrupt,
    "ctrl-z": () => void jobs.stop("group"),
    "ctrl-\\": () => void process.kill(process.pid, "SIGQUIT"),
    "ctrl-l": () => {
      refresh();
      frames.next();
    },
  };
  useInput(
    (input, key) => {
      let isEnded = false;
      for (const name of keysOf(input, key)) {
        if (own[name] !== undefined) own[name]();
        else if (!isEnded) onKey?.(name);
        isEnded ||= endsAtEnter && name === "enter";
      }
    },
    { isActive: onKey !== undefined },
  );

  const height = Math.max(1, rows - 1);
  const lines = options.draw({ columns, rows: height }).slice(0, height);
  return (
    <Box flexDirection="column">
      {lines.map((line, row) => (
        <Text key={row} wrap="truncate-end">
          {line === "" ? " " : line}
        </Text>
      ))}
    </Box>
  );
}

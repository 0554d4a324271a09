import { Box, Text, useApp, useInput, useStdout, useWindowSize } from "ink";
import type { ReactElement } from "react";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Frames } from "./frames.ts";
import { type KeyName, keysOf } from "./keys.ts";
import { JobControl } from "./job-control.ts";
import type { ScreenOptions } from "./open-screen.ts";
import { pauseInput } from "./pause-input.ts";

export interface FrameProps {
  readonly options: ScreenOptions;
  readonly frames: Frames;
  /** Forgets what is on the terminal, so that the next frame is drawn whole. */
  readonly refresh: () => void;
  /** Is given what writes above the frame. */
  readonly onWriter: (write: (text: string) => void) => void;
}

/** One row an element, and only those that are seen. */
export function Frame({ options, frames, refresh, onWriter }: FrameProps): ReactElement {
  useSyncExternalStore(frames.subscribe, frames.current);
  const { columns, rows } = useWindowSize();
  const { suspendTerminal } = useApp();
  const { write } = useStdout();
  useEffect(() => onWriter(write), [onWriter, write]);

  const { input } = options.terminal;
  const [jobs] = useState(
    () =>
      new JobControl(async () => {
        const suspension = await suspendTerminal();
        if (input !== undefined && options.onKey !== undefined) await pauseInput(input);
        return suspension;
      }),
  );
  useEffect(() => jobs.listen(), [jobs]);

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

import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** Nobody is told when a job comes from the background to the foreground. */
const LOOK_MS = 250;

/**
 * Whether this process may read keys: one that a shell runs in the background is stopped by the
 * system when it only prepares the terminal for that.
 *
 * @see proc_pid_stat(5): the process group, and the one that the terminal belongs to
 */
export function isInForeground(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    // The name of the program, in brackets, may hold anything.
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === foreground || foreground === "-1";
  } catch {
    // No such file elsewhere than on Linux: nobody knows.
    return true;
  }
}

/** Waits in the background, without keeping the process, until the terminal is this process's or nobody wants it any more. */
export async function untilForeground(isOver: () => boolean): Promise<void> {
  while (!isOver() && !isInForeground()) await wait(LOOK_MS, undefined, { ref: false });
}

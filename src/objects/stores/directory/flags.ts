import { constants } from "node:fs";
import type { WorkerSetup } from "./jobs.ts";

/** Not blocking: a FIFO that took the place of a file would never open. */
export function readFlags(symlinks: WorkerSetup["symlinks"]): number {
  return constants.O_RDONLY | constants.O_NONBLOCK | (symlinks === "follow" ? 0 : constants.O_NOFOLLOW);
}

/** What was just created by ourselves. */
export const FILL = constants.O_WRONLY | constants.O_NOFOLLOW;

/** New, never through a link that somebody laid there. */
export const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

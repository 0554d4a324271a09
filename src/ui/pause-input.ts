import { setImmediate } from "node:timers/promises";
import type { ReadStream } from "node:tty";

/**
 * Stops reading a terminal that nobody listens to any more, until somebody does again: Ink that is suspended
 * leaves it being read, and the system stops a job in the background that reads what is typed for the shell.
 */
export async function pauseInput(input: ReadStream): Promise<void> {
  // The stream knows from the next turn on that nobody listens, and stops reading in the one after.
  await setImmediate();
  input.pause();
  await setImmediate();
}

import { TidemarkError } from "../core/errors.ts";

/**
 * What Ctrl-C and SIGTERM mean to the command that runs.
 *
 * A command that only reads ends at the first. One that writes sets `graceful`: the first then stops
 * new work and lets what is in flight finish; the second cuts it off and cleans up.
 */
export class Interrupts {
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  #count = 0;
  graceful = false;

  /** Take no new work. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Cut off what is in flight. */
  get abort(): AbortSignal {
    return this.#abort.signal;
  }

  get interrupted(): boolean {
    return this.#count > 0;
  }

  /**
   * @returns `exit` where the command was asked often enough and the process should end at once
   */
  interrupt(): "stopping" | "aborting" | "exit" {
    this.#count += 1;
    const limit = this.graceful ? 2 : 1;
    if (this.#count > limit) return "exit";
    this.#stop.abort(interrupted());
    if (this.#count < limit) return "stopping";
    this.#abort.abort(interrupted());
    return "aborting";
  }

  /** What is still in flight had its time: cut it off. */
  expire(): void {
    this.#stop.abort(interrupted());
    this.#abort.abort(interrupted());
  }
}

function interrupted(): TidemarkError {
  return new TidemarkError("INTERRUPTED", "Interrupted.");
}

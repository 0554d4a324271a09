import { setTimeout as wait } from "node:timers/promises";
import { untilForeground } from "./foreground.ts";

/** Where no shell would continue a stopped process, the system does not stop it: then the screen is back after this long. */
const RESUME_MS = 50;

export interface Suspension {
  resume(): Promise<void>;
}

/**
 * Gives the terminal to the shell when the job is stopped, and takes it again when it goes on.
 *
 * @see https://www.gnu.org/software/libc/manual/html_node/Job-Control-Signals.html
 */
export class JobControl {
  readonly #suspend: () => Promise<Suspension>;
  #isStopped = false;
  #isListening = false;

  /** @param suspend leaves the terminal as a shell expects it */
  constructor(suspend: () => Promise<Suspension>) {
    this.#suspend = suspend;
  }

  /** @returns what ends it */
  listen(): () => void {
    this.#isListening = true;
    process.on("SIGTSTP", this.#onStop);
    process.on("SIGCONT", this.#onContinue);
    return () => {
      this.#isListening = false;
      process.off("SIGTSTP", this.#onStop);
      process.off("SIGCONT", this.#onContinue);
    };
  }

  /** @param whom `group`: all of the shell's job, as the terminal does at Ctrl-Z; else this process only */
  async stop(whom: "group" | "process"): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    try {
      const suspension = await this.#suspend();
      process.off("SIGTSTP", this.#onStop);
      process.kill(whom === "group" ? 0 : process.pid, "SIGTSTP");
      // Time stands still while the process does.
      await wait(RESUME_MS);
      await this.#resume(suspension);
    } finally {
      this.#isStopped = false;
    }
  }

  readonly #onStop = (): void => void this.stop("process");

  /** After a SIGSTOP, which nobody is told of: the shell has used the terminal meanwhile. */
  readonly #onContinue = (): void => {
    if (this.#isStopped) return;
    this.#isStopped = true;
    void this.#suspend()
      .then((suspension) => this.#resume(suspension))
      .finally(() => {
        this.#isStopped = false;
      });
  };

  /** In the background the work goes on unseen: the system stops who takes a terminal that is not theirs. */
  async #resume(suspension: Suspension): Promise<void> {
    await untilForeground(() => !this.#isListening);
    if (!this.#isListening) return;
    process.off("SIGTSTP", this.#onStop).on("SIGTSTP", this.#onStop);
    await suspension.resume();
  }
}

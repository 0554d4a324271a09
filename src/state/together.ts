import { setImmediate } from "node:timers";

interface Waiting<Work> {
  readonly work: Work;
  readonly resolve: (result: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes what is asked for in the same moment durable by one transaction: a sync with the disk an item would be the slowest part of a run. */
export class Together<Work> {
  readonly #write: (works: readonly Work[]) => Promise<readonly number[]>;
  #waiting: Waiting<Work>[] = [];

  /** @param write does all of them in one transaction; one result each, in their order */
  constructor(write: (works: readonly Work[]) => Promise<readonly number[]>) {
    this.#write = write;
  }

  do(work: Work): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const results = await this.#write(waiting.map(({ work }) => work));
      for (const [index, { resolve }] of waiting.entries()) resolve(results[index] ?? 0);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}

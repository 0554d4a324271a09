/** One piece of work that a worker does, and what it makes possible. */
export interface Job<Worker> {
  /** Larger ones begin first, so that no large one is left over at the end. */
  readonly weight: number;
  /** @returns further jobs that can begin now. Never throws for an item: what it throws ends the pool */
  run(worker: Worker): Promise<readonly Job<Worker>[]>;
  /** Called instead of `run` where the work was stopped before this was begun. */
  abandon(): void;
}

export interface PoolOptions<Worker> {
  readonly jobs: readonly Job<Worker>[];
  readonly workers: number;
  /** Makes a worker when there is work for one more. */
  open(): Promise<Worker>;
  /** Whether a worker is of no use any more: the next job has another. */
  isLost(worker: Worker): boolean;
  /** Aborted: nothing new begins. */
  readonly signal: AbortSignal;
}

/**
 * Works through jobs that make further jobs, a bounded number at a time, the heaviest first.
 *
 * @throws the first error of a job or of `open`, when all that had begun is over
 */
export async function workThroughJobs<Worker>({ jobs, workers, open, isLost, signal }: PoolOptions<Worker>): Promise<void> {
  const ready = new Heap<Job<Worker>>((a, b) => a.weight > b.weight);
  for (const job of jobs) ready.push(job);
  const idle: Worker[] = [];
  let busy = 0;
  let failure: { readonly error: unknown } | undefined;

  await new Promise<void>((resolve) => {
    const next = () => {
      while (!failure && !signal.aborted && busy < workers) {
        const job = ready.pop();
        if (!job) break;
        busy += 1;
        void work(job);
      }
      if (busy === 0) resolve();
    };
    const work = async (job: Job<Worker>) => {
      try {
        const worker = idle.pop() ?? (await open());
        try {
          for (const further of await job.run(worker)) ready.push(further);
        } finally {
          if (!isLost(worker)) idle.push(worker);
        }
      } catch (error) {
        failure ??= { error };
      }
      busy -= 1;
      next();
    };
    next();
  });
  for (const job of ready.all()) job.abandon();
  if (failure !== undefined) throw failure.error;
}

/** Gives the first of its items by an order, at a cost that grows with the logarithm of their number. */
class Heap<T> {
  readonly #items: T[] = [];
  readonly #isBefore: (a: T, b: T) => boolean;

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore;
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#precedes(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): T | undefined {
    const items = this.#items;
    const [first] = items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    items[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      let best = at;
      for (const child of [left, left + 1]) if (child < items.length && this.#precedes(child, best)) best = child;
      if (best === at) return first;
      this.#swap(at, best);
      at = best;
    }
  }

  all(): readonly T[] {
    return [...this.#items];
  }

  #precedes(a: number, b: number): boolean {
    const [one, other] = [this.#items[a], this.#items[b]];
    return one !== undefined && other !== undefined && this.#isBefore(one, other);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#items[a], this.#items[b]];
    if (one !== undefined && other !== undefined) [this.#items[a], this.#items[b]] = [other, one];
  }
}

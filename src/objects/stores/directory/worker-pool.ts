import { Worker } from "node:worker_threads";
import { fromFault } from "./faults.ts";
import { JobRunner } from "./job-runner.ts";
import { isFault, type Job, type JobOf, type JobOp, type JobResults, type Request, type Response, type WorkerSetup } from "./jobs.ts";

interface Pending {
  readonly job: Job;
  settle(result: JobResults[JobOp]): void;
  fail(error: unknown): void;
}

const CHANGES: ReadonlySet<JobOp> = new Set<JobOp>(["write", "prepare", "publish", "folder", "delete", "sweep", "probe"]);

/** Jobs that a thread takes at once: enough that messages cost nothing, few enough that threads share. */
const BATCH = 32;

/**
 * Threads that work on one directory's files. Started when there is work, each with a batch of jobs at
 * a time: those asked for in one turn of the event loop travel together.
 */
export class WorkerPool {
  readonly #setup: WorkerSetup;
  readonly #size: number;
  readonly #threads: Thread[] = [];
  readonly #queue: Pending[] = [];
  readonly #runner: JobRunner | undefined;
  #scheduled = false;
  #closed = false;

  /** @param size threads at most; 0: the calling thread does the work itself, and may wait for it */
  constructor(setup: WorkerSetup, size: number) {
    this.#setup = setup;
    this.#size = size;
    if (size === 0) this.#runner = new JobRunner(setup);
  }

  /** @throws what the job throws; the signal's reason where that comes first */
  run<Op extends JobOp>(job: JobOf<Op>, signal?: AbortSignal): Promise<JobResults[Op]> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#closed) return reject(new Error("The directory store is closed."));
      const onAbort = () => {
        const queued = this.#queue.indexOf(pending);
        if (queued >= 0) this.#queue.splice(queued, 1);
        // What is being changed is waited for: whoever asked must know what became of it.
        if (queued >= 0 || !CHANGES.has(job.op)) pending.fail(signal?.reason);
      };
      const done = () => signal?.removeEventListener("abort", onAbort);
      const pending: Pending = {
        job,
        settle: (result) => (done(), resolve(result as JobResults[Op])),
        fail: (error) => (done(), reject(error)),
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#queue.push(pending);
      this.#schedule();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { fail } of this.#queue.splice(0)) fail(new Error("The directory store was closed."));
    await Promise.all(this.#threads.splice(0).map((thread) => thread.close()));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    if (this.#runner) {
      const batch = this.#queue.splice(0);
      settle(batch, this.#runner.runAll(batch.map(({ job }) => job)));
      return;
    }
    while (this.#queue.length > 0) {
      const idle = this.#threads.filter((thread) => !thread.busy);
      const free = idle.length + this.#size - this.#threads.length;
      if (free <= 0) return;
      const batch = this.#queue.splice(0, Math.min(BATCH, Math.ceil(this.#queue.length / free)));
      let thread = idle[0];
      if (!thread) {
        thread = new Thread(this.#setup, () => this.#dispatch());
        this.#threads.push(thread);
      }
      thread.start(batch);
    }
  }
}

function settle(batch: readonly Pending[], results: Response["results"]): void {
  for (const [at, pending] of batch.entries()) {
    const result = results[at];
    if (result === undefined) pending.fail(new Error("The directory worker answered less than it was asked."));
    else if (isFault(result)) pending.fail(fromFault(result));
    else pending.settle(result);
  }
}

/** One worker thread, with one batch at a time. It keeps the program alive only while it works. */
class Thread {
  readonly #worker: Worker;
  #batch: readonly Pending[] = [];
  #id = 0;
  #failure: Error | undefined;

  constructor(setup: WorkerSetup, idle: () => void) {
    this.#worker = new Worker(workerFile(), { workerData: setup, name: "directory", resourceLimits: { maxYoungGenerationSizeMb: 8 } });
    this.#worker.on("message", (response: Response) => {
      if (response.id !== this.#id) return;
      const batch = this.#batch;
      this.#batch = [];
      this.#worker.unref();
      idle();
      settle(batch, response.results);
    });
    this.#worker.on("error", (error: Error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("The directory worker ended.")));
    this.#worker.unref();
  }

  get busy(): boolean {
    return this.#batch.length > 0;
  }

  start(batch: readonly Pending[]): void {
    if (this.#failure) {
      for (const pending of batch) pending.fail(this.#failure);
      return;
    }
    this.#batch = batch;
    this.#worker.ref();
    this.#worker.postMessage({ id: ++this.#id, jobs: batch.map(({ job }) => job) } satisfies Request);
  }

  async close(): Promise<void> {
    const stuck = this.busy;
    this.#fail(new Error("The directory store was closed."));
    const ended = this.#worker.terminate();
    // A call into a mount that hangs does not end: it must not keep us.
    if (!stuck) await ended;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const batch = this.#batch;
    this.#batch = [];
    for (const pending of batch) pending.fail(this.#failure);
  }
}

/** Beside this module in the sources; under a name of its own beside the bundle. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./directory-worker.js", import.meta.url);
}

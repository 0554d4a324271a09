import { deleteFile, sweep } from "./delete-file.ts";
import { toFault, writeFault } from "./faults.ts";
import { Folders } from "./folders.ts";
import type { Fault, Job, JobOp, JobResults, WorkerSetup } from "./jobs.ts";
import { makeFolder, prepareFile, publishFile, writeFile } from "./place-file.ts";
import { probe } from "./probe.ts";
import { headFile, readFile } from "./read-file.ts";
import { RootWatch } from "./root-watch.ts";
import { Walk } from "./walk.ts";

const PAGE = 1000;

/** Does the jobs of one directory store, a batch at a time, with synchronous calls: for a thread that may wait. */
export class JobRunner {
  readonly #setup: WorkerSetup;
  readonly #watch: RootWatch;
  readonly #walks = new Map<number, Walk>();

  constructor(setup: WorkerSetup) {
    this.#setup = setup;
    this.#watch = new RootWatch(setup.root, setup.identity);
  }

  /** Never throws: what a job cannot do is its result. */
  runAll(jobs: readonly Job[]): (JobResults[JobOp] | Fault)[] {
    try {
      const folders = new Folders(this.#setup, this.#watch);
      const results = jobs.map((job) => {
        try {
          return this.#run(folders, job);
        } catch (error) {
          return toFault(error);
        }
      });
      folders.sync();
      return results;
    } catch (error) {
      // The root is not what it was, or names cannot be made durable: nothing of the batch can be vouched for.
      return jobs.map((job) => toFault(writeFault(error, "key" in job ? job.key : "")));
    }
  }

  #run(folders: Folders, job: Job): JobResults[JobOp] {
    switch (job.op) {
      case "walk":
        return this.#walkOn(folders, job.walk, job.range);
      case "walkEnd":
        this.#walks.delete(job.walk);
        return null;
      case "head":
        return headFile(this.#setup, folders, job);
      case "read":
        return readFile(this.#setup, folders, job);
      case "write":
        return writeFile(this.#setup, folders, job);
      case "prepare":
        return prepareFile(folders, job);
      case "publish":
        return publishFile(this.#setup, folders, job);
      case "folder":
        return makeFolder(folders, job);
      case "delete":
        deleteFile(this.#setup, folders, job);
        return null;
      case "sweep":
        sweep(folders, job);
        return null;
      case "probe":
        return probe(folders, job);
    }
  }

  #walkOn(folders: Folders, id: number, range: ConstructorParameters<typeof Walk>[1]): JobResults["walk"] {
    if (!folders.rootExists) return { keys: [], sizes: new Float64Array(), modified: [], modifiedMs: new Float64Array(), problems: new Map(), last: true };
    const walk = this.#walks.get(id) ?? new Walk(this.#setup, range);
    const page = walk.next(PAGE);
    if (page.last) this.#walks.delete(id);
    else this.#walks.set(id, walk);
    // Also after the page: what was missing from it may have been unmounted.
    this.#watch.look();
    return page;
  }
}

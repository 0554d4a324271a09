/** A thread that works on files for a directory store: see jobs.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { deleteFile, sweep } from "./delete-file.ts";
import { toFault, writeFault } from "./faults.ts";
import { Folders } from "./folders.ts";
import type { Fault, Job, JobOp, JobResults, Request, Response, WorkerSetup } from "./jobs.ts";
import { makeFolder, prepareFile, publishFile, writeFile } from "./place-file.ts";
import { probe } from "./probe.ts";
import { headFile, readFile } from "./read-file.ts";
import { RootWatch } from "./root-watch.ts";
import { Walk } from "./walk.ts";

const PAGE = 1000;

const setup = workerData as WorkerSetup;
const watch = new RootWatch(setup.root, setup.identity);
const walks = new Map<number, Walk>();

parentPort?.on("message", ({ id, jobs }: Request) => {
  const results = runAll(jobs);
  const transfer = results.flatMap((result) =>
    typeof result === "object" && result !== null && "body" in result && result.body ? [result.body.bytes.buffer] : [],
  );
  parentPort?.postMessage({ id, results } satisfies Response, transfer);
});

function runAll(jobs: readonly Job[]): (JobResults[JobOp] | Fault)[] {
  try {
    const folders = new Folders(setup, watch);
    const results = jobs.map((job) => {
      try {
        return run(folders, job);
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

function run(folders: Folders, job: Job): JobResults[JobOp] {
  switch (job.op) {
    case "walk":
      return walkOn(folders, job.walk, job.range);
    case "walkEnd":
      walks.delete(job.walk);
      return null;
    case "head":
      return headFile(setup, folders, job);
    case "read":
      return readFile(setup, folders, job);
    case "write":
      return writeFile(setup, folders, job);
    case "prepare":
      return prepareFile(folders, job);
    case "publish":
      return publishFile(setup, folders, job);
    case "folder":
      return makeFolder(folders, job);
    case "delete":
      deleteFile(setup, folders, job);
      return null;
    case "sweep":
      sweep(folders, job);
      return null;
    case "probe":
      return probe(folders, job);
  }
}

function walkOn(folders: Folders, id: number, range: ConstructorParameters<typeof Walk>[1]): JobResults["walk"] {
  if (!folders.rootExists) return { keys: [], sizes: new Float64Array(), modified: [], modifiedMs: new Float64Array(), problems: new Map(), last: true };
  const walk = walks.get(id) ?? new Walk(setup, range);
  const page = walk.next(PAGE);
  if (page.last) walks.delete(id);
  else walks.set(id, walk);
  // Also after the page: what was missing from it may have been unmounted.
  watch.look();
  return page;
}

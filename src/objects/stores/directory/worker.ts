/** A thread that works on files for a directory store: see jobs.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { JobRunner } from "./job-runner.ts";
import type { Request, Response, WorkerSetup } from "./jobs.ts";

const runner = new JobRunner(workerData as WorkerSetup);

parentPort?.on("message", ({ id, jobs }: Request) => {
  const results = runner.runAll(jobs);
  const transfer = results.flatMap((result) =>
    typeof result === "object" && result !== null && "body" in result && result.body ? [result.body.bytes.buffer] : [],
  );
  parentPort?.postMessage({ id, results } satisfies Response, transfer);
});

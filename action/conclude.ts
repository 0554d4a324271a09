/** Last step: the outputs, and whether the job is red. */
import { type Job, graver, type PlanResult, readJob, readResults } from "./support/job.ts";
import { annotate, runStep, setOutput, variable } from "./support/runner.ts";

await runStep(() => {
  const folder = variable("TIDEMARK_FOLDER");
  const job = readJob(folder);
  const results = readResults(folder);
  const all = job.plans.map(({ file }) => results[file] ?? { exitCode: 0 });
  const exitCode = all.map((result) => result.exitCode).reduce(graver, 0);
  const lines = (value: (result: PlanResult) => string | number | undefined) => all.map((result) => value(result) ?? "").join("\n");
  setOutput(
    "plan-id",
    lines(({ planId }) => planId),
  );
  setOutput(
    "changeset",
    lines(({ changeset }) => changeset),
  );
  setOutput(
    "comment-id",
    lines(({ commentId }) => commentId),
  );
  setOutput("has-changes", String(all.some(({ hasChanges }) => hasChanges === true)));
  setOutput("exit-code", String(exitCode));
  sayInvalid(job, results);
  if (exitCode !== 0 && exitCode !== 2) process.exitCode = exitCode;
  else if (all.some(({ isTooGrave }) => isTooGrave === true)) {
    annotate("error", "Review", `The review has findings that fail-on: ${job.failOn ?? ""} asks to stop at.`);
    process.exitCode = 2;
  }
});

function sayInvalid({ plans }: Job, results: Readonly<Record<string, PlanResult>>): void {
  const invalid = plans.filter(({ file }) => results[file]?.valid === false);
  if (invalid.length > 0) annotate("error", "Not valid", `Not valid: ${invalid.map(({ file }) => JSON.stringify(file)).join(", ")}.`);
}

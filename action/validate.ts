/** Checks the plan files, without touching a location: annotations at their lines. */
import { addResult, readJob } from "./support/job.ts";
import { runStep, say, variable } from "./support/runner.ts";
import { asArgument, runTidemark } from "./support/tidemark.ts";

await runStep(async () => {
  const folder = variable("TIDEMARK_FOLDER");
  const job = readJob(folder);
  // Without secrets every variable would be a problem. A review finds the problems that do not depend on them.
  if (job.restricted) {
    say("There are no secrets here, and so no values of variables: the review says what is wrong.");
    return;
  }
  for (const { file } of job.plans) {
    const { exitCode } = await runTidemark(job, ["validate", asArgument(file), "--format", "github"], { annotations: true });
    addResult(folder, file, { exitCode, valid: exitCode === 0 });
  }
});

/** Says what a change means, without touching a location. */
import { readJob } from "./support/job.ts";
import { reviewPlan } from "./support/review.ts";
import { runStep, say, variable } from "./support/runner.ts";

await runStep(async () => {
  const folder = variable("TIDEMARK_FOLDER");
  const job = readJob(folder);
  if (job.base === undefined) {
    say("There is no earlier commit to review against.");
    return;
  }
  for (const plan of job.plans) await reviewPlan(folder, job, plan, job.base);
});

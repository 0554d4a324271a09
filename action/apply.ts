/** Applies the changesets that were reviewed, one plan after another, or what comes to the plan-id that was. */
import { join } from "node:path";
import { statSync } from "node:fs";
import { addResult, changesetFolder, type Job, type PlanFile, type PlanResult, readJob } from "./support/job.ts";
import { addSummary, annotate, runStep, variable } from "./support/runner.ts";
import { asArgument, type Finished, jsonFields, runTidemark } from "./support/tidemark.ts";

const OTHERWISE = "the log of this step says why. Run the job again once it is mended: what was done is not done twice.";

const ENDS: Readonly<Record<number, { readonly title: string; readonly message: string }>> = {
  3: {
    title: "Applied in part",
    message:
      "some of it was left as it is: what changed since it was reviewed (stale), what failed, or what is in conflict. The page of this job lists it. Run the job again for what failed; plan and review again for what is stale.",
  },
  4: {
    title: "Stale plan",
    message:
      "what was reviewed no longer holds as a whole, and nothing of it was applied: the plan, its state or a location is another, or the plan comes to another planId. Plan and review again, with a new pull request or by hand.",
  },
  11: { title: "Locked", message: "another run writes to the destination. Run this job again when it has ended; `tidemark state list` says who it is." },
  130: { title: "Interrupted", message: "it was stopped. Run this job again: it goes on where it stopped." },
};

await runStep(async () => {
  const folder = variable("TIDEMARK_FOLDER");
  const job = readJob(folder);
  for (const plan of job.plans) {
    const exitCode = await applyOne(folder, job, plan);
    addResult(folder, plan.file, { exitCode });
    // A later plan may build on this one.
    if (exitCode !== 0) return;
  }
});

async function applyOne(folder: string, job: Job, { file, changeset: name }: PlanFile): Promise<number> {
  const changeset = join(changesetFolder(folder), name);
  const confirm = job.confirm.length > 0 ? ["--confirm", ...job.confirm] : [];
  const common = [...confirm, "--progress", "plain", ...job.applyArguments];
  if (job.planId === undefined && !statSync(changeset, { throwIfNoEntry: false })?.isFile()) {
    annotate("error", "Not reviewed", `The pull request made no changeset of ${JSON.stringify(file)}: nothing is applied. Plan and review it.`);
    return 1;
  }
  const what = job.planId === undefined ? [changeset, "--plan", asArgument(file)] : [asArgument(file), "--plan-id", job.planId];
  const finished = await runTidemark(job, ["apply", ...what, ...common], { find: /\brun ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/i });
  await summarize(job, file, finished);
  const { exitCode } = finished;
  if (exitCode !== 0) annotate("error", ENDS[exitCode]?.title ?? "Not applied", `${JSON.stringify(file)}: ${ENDS[exitCode]?.message ?? OTHERWISE}`);
  addResult(folder, file, { exitCode, ...(job.planId === undefined ? { changeset, ...(await identityOf(job, changeset)) } : { planId: job.planId }) });
  return exitCode;
}

/** For the outputs: what the changeset says of itself. */
async function identityOf(job: Job, changeset: string): Promise<Pick<PlanResult, "planId" | "hasChanges">> {
  const { lastLine } = await runTidemark(job, ["show", changeset, "--json"], { quiet: true });
  const { planId, hasChanges } = jsonFields(lastLine);
  return { ...(typeof planId === "string" && { planId }), hasChanges: hasChanges === true };
}

/** The run as tidemark tells it; where it cannot, the end of the log. */
async function summarize(job: Job, file: string, { found: run, tail, exitCode }: Finished): Promise<void> {
  if (run !== undefined) {
    const report = await reportMarkdown(job, file, run);
    if (report !== undefined) {
      addSummary(report);
      return;
    }
  }
  const longest = Math.max(2, ...[...tail.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  addSummary(`**${exitCode === 0 ? "Applied" : "Not applied"}** (exit code ${exitCode})\n\n${fence}text\n${tail}\n${fence}`);
}

async function reportMarkdown(job: Job, file: string, run: string): Promise<string | undefined> {
  const { exitCode, stdout } = await runTidemark(job, ["report", run, "--plan", asArgument(file), "--markdown"], { quiet: true, collect: true });
  return exitCode === 0 ? stdout : undefined;
}

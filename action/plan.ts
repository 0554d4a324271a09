/** Plans, keeps the changesets, and says what they are: beside a review, where there is a base. */
import { closeSync, mkdirSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { addResult, changesetFolder, type Job, type PlanFile, readJob } from "./support/job.ts";
import { fileAt } from "./support/plan-files.ts";
import { isInvalid, reviewPlan } from "./support/review.ts";
import { addSummary, annotate, runStep, say, setOutput, variable } from "./support/runner.ts";
import { asArgument, errorCode, jsonFields, runTidemark } from "./support/tidemark.ts";

await runStep(async () => {
  const folder = variable("TIDEMARK_FOLDER");
  const job = readJob(folder);
  let kept = 0;
  for (const plan of job.plans) if (await planOne(folder, job, plan)) kept += 1;
  setOutput("kept", String(kept));
});

/** @returns whether there is a changeset */
async function planOne(folder: string, job: Job, plan: PlanFile): Promise<boolean> {
  const { base } = job;
  if (isInvalid(folder, plan.file)) {
    // What an earlier push said must not stay in the comment.
    if (base !== undefined) await reviewPlan(folder, job, plan, base);
    return false;
  }
  const changeset = join(changesetFolder(folder), plan.changeset);
  const alone = base === undefined ? ["--step-summary"] : [];
  const planned = await runTidemark(job, ["plan", asArgument(plan.file), "--out", changeset, "--json", "--progress", "plain", ...alone, ...job.planArguments], {
    quiet: true,
  });
  if (planned.exitCode !== 0 && planned.exitCode !== 2) {
    await sayFailure(folder, job, plan, planned.exitCode, errorCode(planned.lastLine));
    return false;
  }
  const { planId, hasChanges } = jsonFields(planned.lastLine);
  addResult(folder, plan.file, {
    exitCode: hasChanges === true ? 2 : 0,
    changeset,
    hasChanges: hasChanges === true,
    ...(typeof planId === "string" && { planId }),
  });
  await runTidemark(job, ["show", changeset]);
  if (base !== undefined) await reviewPlan(folder, job, plan, base, [...(await planBase(folder, job, plan, base)), changeset]);
  return true;
}

async function sayFailure(folder: string, job: Job, plan: PlanFile, exitCode: number, code: string | undefined): Promise<void> {
  addResult(folder, plan.file, { exitCode: exitCode, ...(code !== undefined && { code }) });
  annotate(
    "error",
    "Not planned",
    `${JSON.stringify(plan.file)} could not be planned${code === undefined ? "" : ` (${code})`}: the log of this step says why.`,
  );
  if (job.base === undefined) addSummary(`A plan could not be made${code === undefined ? "" : ` (${code})`}: the log says why.`);
  else await reviewPlan(folder, job, plan, job.base);
}

/**
 * The changeset of the plan as it was, where it was another: what the change adds and takes away.
 * Its file lies where it lay for a moment, since relative paths begin there.
 */
async function planBase(folder: string, job: Job, { file, changeset, baseFile = file }: PlanFile, base: string): Promise<readonly string[]> {
  const before = job.difference ? fileAt(job.root, base, baseFile) : undefined;
  if (before === undefined || (baseFile === file && fileAt(job.root, "HEAD", file)?.equals(before))) return [];
  const home = join(job.root, dirname(baseFile));
  const out = join(folder, `base-${changeset}`);
  let made: string | undefined;
  try {
    made = mkdirSync(home, { recursive: true });
  } catch {
    return noDifference();
  }
  const beside = join(home, `.tidemark-base-${process.pid}.yaml`);
  try {
    writeNew(beside, before);
    say("What the plan at the base would do:");
    const { exitCode } = await runTidemark(job, ["plan", relative(job.root, beside), "--out", out, "--json", "--progress", "plain", ...job.planArguments], {
      quiet: true,
    });
    return exitCode === 0 || exitCode === 2 ? [out] : noDifference();
  } finally {
    if (statSync(beside, { throwIfNoEntry: false })) rmSync(beside);
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
  }
}

function noDifference(): readonly string[] {
  annotate("warning", "No difference", "The plan at the base could not be planned, so that what the change adds and takes away is not shown.");
  return [];
}

/** Never over or through something that the repository holds. */
function writeNew(file: string, content: Uint8Array): void {
  const handle = openSync(file, "wx", 0o600);
  try {
    writeFileSync(handle, content);
  } finally {
    closeSync(handle);
  }
}

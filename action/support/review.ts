import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { addResult, type Job, type PlanFile, readResults } from "./job.ts";
import { asArgument, runTidemark } from "./tidemark.ts";

/**
 * Reviews one plan against the base: annotations, the job's page and the text of a comment.
 *
 * @param changesets none, the new plan's, or those of the base and of the new plan
 */
export async function reviewPlan(
  folder: string,
  job: Job,
  { file, changeset, baseFile }: PlanFile,
  base: string,
  changesets: readonly string[] = [],
): Promise<void> {
  const markdown = join(folder, `${changeset}.md`);
  // Without room for an earlier text: a second job writes into a folder of its own.
  writeFileSync(markdown, "");
  const { exitCode } = await runTidemark(
    job,
    [
      "review",
      asArgument(file),
      "--base",
      base,
      ...(baseFile === undefined ? [] : ["--base-file", asArgument(baseFile)]),
      "--format",
      "github",
      "--markdown",
      markdown,
      "--step-summary",
      ...(job.failOn === undefined ? [] : ["--fail-on", job.failOn]),
      ...(changesets.length > 0 ? ["--changesets", ...changesets] : []),
    ],
    { annotations: true },
  );
  // 2 is a finding as grave as `fail-on` says; beside it 2 would mean that a plan has changes.
  const isTooGrave = exitCode === 2;
  addResult(folder, file, { exitCode: isTooGrave ? 0 : exitCode, markdown, ...(isTooGrave && { isTooGrave }) });
}

/** Whether validation found that a plan cannot be used. */
export function isInvalid(folder: string, file: string): boolean {
  return readResults(folder)[file]?.valid === false;
}

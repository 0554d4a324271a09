/** Writes what a plan would do to the pull request: one comment a plan, updated in place. */
import { readFileSync } from "node:fs";
import { commentBody, commentMarker, goneMarkdown, putComment, retireComments } from "./support/comments.ts";
import { GitHub, GitHubError } from "./support/github.ts";
import { addResult, type Job, type PlanFile, type PlanResult, readJob, readResults } from "./support/job.ts";
import { fileAt } from "./support/plan-files.ts";
import { annotate, input, runStep, say, variable } from "./support/runner.ts";

await runStep(async () => {
  const folder = variable("TIDEMARK_FOLDER");
  const job = readJob(folder);
  if (job.pullRequest === undefined || job.restricted) return;
  try {
    await writeComments(folder, job, job.pullRequest);
  } catch (error) {
    // A token that may not write is no reason to stop: the same stands on the job's page.
    if (!(error instanceof GitHubError) || ![401, 403, 404].includes(error.status)) throw error;
    annotate("warning", "No comment", `${error.message} The job needs \`permissions: pull-requests: write\`. The same stands on the page of this job.`);
  }
});

async function writeComments(folder: string, job: Job, { number: pullRequest, head }: NonNullable<Job["pullRequest"]>): Promise<void> {
  const github = new GitHub();
  const artifact = input("ARTIFACT");
  const results = readResults(folder);
  for (const plan of job.plans) {
    const { file } = plan;
    const result = results[file];
    const markdown = result?.markdown === undefined ? "" : readFileSync(result.markdown, "utf8");
    if (result === undefined || markdown === "") continue;
    const marker = commentMarker(artifact, file);
    const body = commentBody({ markdown, footer: footer(job, result, head), marker, artifact });
    const put = await putComment(github, { pullRequest, marker, body, mayBegin: isWorthIt(job, plan, result) });
    if (put === undefined) continue;
    say(`${put.isNew ? "Wrote" : "Updated"} the comment ${put.id}.`);
    addResult(folder, file, { exitCode: result.exitCode, commentId: put.id });
  }
  for (const file of job.gone) {
    const marker = commentMarker(artifact, file);
    const body = commentBody({ markdown: goneMarkdown(file), footer: source(head), marker, artifact });
    await putComment(github, { pullRequest, marker, body, mayBegin: true });
  }
  const markers = new Set([...job.plans.map(({ file }) => file), ...job.gone].map((file) => commentMarker(artifact, file)));
  await retireComments(github, { pullRequest, artifact, markers, footer: source(head) });
}

function isWorthIt({ root, base }: Job, { file, baseFile }: PlanFile, { exitCode }: PlanResult): boolean {
  // 2: it has changes; else it failed.
  if (exitCode !== 0 || base === undefined || baseFile !== undefined) return true;
  const before = fileAt(root, base, file);
  return before === undefined || !fileAt(root, "HEAD", file)?.equals(before);
}

/** Which commit and which job a comment is of. */
function source(head: string): string {
  const run = `${process.env["GITHUB_SERVER_URL"] ?? "https://github.com"}/${variable("GITHUB_REPOSITORY")}/actions/runs/${variable("GITHUB_RUN_ID")}`;
  return `_Of ${head.slice(0, 12)}, by [this job](${run})._`;
}

function footer({ mode }: Job, result: PlanResult, head: string): string {
  const of = source(head);
  if (mode !== "plan") return of;
  if (result.changeset !== undefined) return `${of} _The merge applies exactly this changeset, the artifact \`${input("ARTIFACT")}\`._`;
  const code = result.code === undefined ? "" : ` (\`${result.code}\`)`;
  return `> [!CAUTION]\n> **It could not be planned**${code}: there is nothing that a merge could apply.\n\n${of}`;
}

import { at, commit, text } from "./decide.ts";
import type { GitHub } from "./github.ts";
import { ActionError } from "./runner.ts";

const INSTEAD = "Plan and review again: with a new pull request, or by hand with `command: plan` and then its plan-id.";

export interface Merged {
  readonly number: number;
  /** The commit that was reviewed last. */
  readonly head: string;
}

/**
 * The pull request that a commit of the default branch came by.
 *
 * @throws ActionError where it came by none
 */
export async function findMerged(github: GitHub, sha: string): Promise<Merged> {
  for await (const page of github.pages(`/commits/${sha}/pulls`)) {
    for (const pull of page) {
      const number = at(pull, "number");
      const head = commit(at(pull, "head", "sha"));
      const isMerged = text(at(pull, "merged_at")) !== "" && text(at(pull, "merge_commit_sha")) === sha;
      if (isMerged && typeof number === "number" && head !== undefined) return { number, head };
    }
  }
  throw new ActionError(`The commit ${sha.slice(0, 12)} was merged by no pull request, so that nothing was reviewed: nothing is applied. ${INSTEAD}`);
}

export interface ReviewedArtifact {
  readonly name: string;
  readonly number: number;
  readonly head: string;
}

/**
 * The newest artifact that a job for the head of a pull request kept.
 *
 * A fork's jobs can keep artifacts of any name and content: theirs are passed over.
 *
 * @returns the run that has it
 * @throws ActionError where there is none, or it expired
 */
export async function findArtifact(github: GitHub, { name, number, head }: ReviewedArtifact): Promise<{ readonly run: number }> {
  let newest: { readonly run: number; readonly created: string } | undefined;
  let hasExpired = false;
  for await (const page of github.pages(`/actions/artifacts?name=${encodeURIComponent(name)}`, (answer) => at(answer, "artifacts"))) {
    for (const artifact of page) {
      const run = at(artifact, "workflow_run", "id");
      const home = at(artifact, "workflow_run", "repository_id");
      if (typeof run !== "number" || typeof home !== "number" || at(artifact, "workflow_run", "head_repository_id") !== home) continue;
      if (text(at(artifact, "name")) !== name || text(at(artifact, "workflow_run", "head_sha")) !== head) continue;
      const created = text(at(artifact, "created_at"));
      if (at(artifact, "expired") === true) hasExpired = true;
      else if (newest === undefined || created > newest.created) newest = { run, created };
    }
    // Newest first.
    if (newest !== undefined) break;
  }
  if (newest !== undefined) return newest;
  const what = hasExpired ? "has expired" : "is not there: it was not planned, as one from a fork is not, or its plan failed";
  throw new ActionError(`The changeset of #${number} at ${head.slice(0, 12)} ${what}. Nothing is applied. ${INSTEAD}`);
}

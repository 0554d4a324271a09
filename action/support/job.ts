import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a job does. `review` touches no location. */
export type Mode = "review" | "plan" | "apply";

export interface PlanFile {
  /** From the root of the repository, with `/`. */
  readonly file: string;
  /** The changeset's file in the artifact: the same for the same plan in any run. */
  readonly changeset: string;
  /** What the file was called at the base, where that was another name. */
  readonly baseFile?: string;
}

/** What the first step found out, and the later ones go by. */
export interface Job {
  readonly mode: Mode;
  /** No secrets, or no right to use them: no location is touched and nothing is written to GitHub. */
  readonly restricted: boolean;
  /** The repository's root: tidemark runs there, so that annotations name files as GitHub does. */
  readonly root: string;
  readonly plans: readonly PlanFile[];
  /** Plan files that the base has, and that are there no longer. */
  readonly gone: readonly string[];
  /** How tidemark is started: a program and its first arguments. */
  readonly tidemark: readonly string[];
  /** The commit that a change is reviewed against. */
  readonly base: string | undefined;
  readonly pullRequest: { readonly number: number; readonly head: string } | undefined;
  readonly failOn: string | undefined;
  readonly difference: boolean;
  readonly planId: string | undefined;
  readonly confirm: readonly string[];
  readonly planArguments: readonly string[];
  readonly applyArguments: readonly string[];
}

/** What became of one plan so far. */
export interface PlanResult {
  readonly exitCode: number;
  readonly valid?: boolean;
  /** Why it failed, as tidemark's code. */
  readonly code?: string;
  readonly planId?: string;
  readonly hasChanges?: boolean;
  /** An absolute path. */
  readonly changeset?: string;
  /** The comment's text, an absolute path. */
  readonly markdown?: string;
  readonly commentId?: number;
  /** A finding was as grave as `fail-on` says. */
  readonly isTooGrave?: boolean;
}

export type Results = Readonly<Record<string, PlanResult>>;

/** The folder that the steps of one job share. Its files are named by us alone. */
export function changesetFolder(folder: string): string {
  return join(folder, "changesets");
}

export function readJob(folder: string): Job {
  return JSON.parse(readFileSync(join(folder, "job.json"), "utf8")) as Job;
}

export function writeJob(folder: string, job: Job): void {
  writeFileSync(join(folder, "job.json"), JSON.stringify(job));
}

export function readResults(folder: string): Results {
  return JSON.parse(readFileSync(join(folder, "results.json"), "utf8")) as Results;
}

export function writeResults(folder: string, results: Results): void {
  writeFileSync(join(folder, "results.json"), JSON.stringify(results));
}

/** Adds to what is known of a plan; the graver exit code stays. */
export function addResult(folder: string, file: string, more: PlanResult): void {
  const results = readResults(folder);
  const known = Object.hasOwn(results, file) ? results[file] : undefined;
  writeResults(folder, { ...results, [file]: { ...known, ...more, exitCode: graver(known?.exitCode ?? 0, more.exitCode) } });
}

/** From harmless to grave, as docs/exit-codes.md has them. */
const GRAVITY: readonly number[] = [0, 2, 3, 11, 4, 1, 130];

/** An exit code that tidemark does not have, as of a process that was killed, is the gravest. */
export function graver(a: number, b: number): number {
  const gravity = (code: number) => (GRAVITY.includes(code) ? GRAVITY.indexOf(code) : GRAVITY.length);
  return gravity(b) > gravity(a) ? b : a;
}

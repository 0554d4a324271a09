import { execFileSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { startS3Server, type S3Server } from "../../support/s3-server/index.ts";
import { temporaryFolder, type TemporaryFolder } from "../../support/temp.ts";
import { type GitHubServer, REPOSITORY_ID, startGitHub } from "./github.ts";
import { type JobResult, runAction } from "./runner.ts";

const CLI = join(import.meta.dirname, "../../../dist/main.js");

/** A file without content is deleted. */
type Files = Readonly<Record<string, string | undefined>>;

export interface PullRequestRun {
  readonly base: string;
  readonly head: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly isFork?: boolean;
  readonly actor?: string;
  readonly eventName?: string;
  /** More of the event's pull request: a title, a branch. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A repository on a GitHub that is a stand-in, with stores that are not. */
export interface Repository extends AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly server: S3Server;
  readonly github: GitHubServer;
  readonly workspace: string;
  /** Commits files on top of another commit. @returns the hash */
  commit(files: Files, on?: string): Promise<string>;
  /** Puts a commit into the workspace, and what it shall be compared with into its repository. */
  checkOut(commit: string, base?: string): Promise<void>;
  pullRequest(run: PullRequestRun): Promise<JobResult>;
  /** Says that the API knows a commit as the merge of a pull request. */
  merged(commit: string, head: string): void;
  /** @param before the branch's commit until then */
  push(commit: string, inputs?: Readonly<Record<string, string>>, before?: string): Promise<JobResult>;
  dispatch(commit: string, inputs?: Readonly<Record<string, string>>): Promise<JobResult>;
}

export const PULL_REQUEST = 7;

export async function makeRepository({ env: more = {} }: { readonly env?: Readonly<Record<string, string>> } = {}): Promise<Repository> {
  const folder = await temporaryFolder("tidemark-action-");
  const server = await startS3Server({ buckets: ["hot", "cold"] });
  const github = await startGitHub();
  const origin = folder.join("origin");
  const workspace = folder.join("workspace");
  const git = (cwd: string, ...args: readonly string[]) => execFileSync("git", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  await mkdir(origin);
  git(origin, "init", "--quiet", "--initial-branch=main");
  for (const [name, value] of [
    ["user.name", "Alice"],
    ["user.email", "alice@example.org"],
    // As GitHub has it.
    ["uploadpack.allowAnySHA1InWant", "true"],
  ] as const)
    git(origin, "config", name, value);
  let run = 100;

  /** As actions/checkout does: one commit, and no other. */
  const checkOut = async (commit: string, base?: string) => {
    await rm(workspace, { recursive: true, force: true });
    await mkdir(workspace);
    git(workspace, "init", "--quiet");
    git(workspace, "remote", "add", "origin", `file://${origin}`);
    git(workspace, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit);
    git(workspace, "checkout", "--quiet", "--detach", "FETCH_HEAD");
    if (base !== undefined) git(workspace, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", base);
  };

  interface Start {
    readonly eventName: string;
    readonly event: unknown;
    readonly ref: string;
    readonly headSha: string;
    readonly inputs: Readonly<Record<string, string>>;
    readonly actor?: string | undefined;
    readonly hasSecrets?: boolean;
  }
  const start = async (commit: string, { inputs, hasSecrets = true, actor, ...job }: Start) => {
    await checkOut(commit);
    run += 1;
    return runAction({
      ...job,
      ...(actor !== undefined && { actor }),
      inputs: { plan: "plans/*.yaml", path: CLI, ...inputs },
      sha: commit,
      workspace,
      temp: folder.join(`temp-${run}`),
      store: folder.join("artifacts"),
      run,
      github,
      // A job for a fork gets empty texts for secrets.
      env: { ENDPOINT: server.endpoint, AK: hasSecrets ? server.accessKeyId : "", SK: hasSecrets ? server.secretAccessKey : "", ...more },
    });
  };
  const repository = { default_branch: "main", id: REPOSITORY_ID };

  return {
    folder,
    server,
    github,
    workspace,
    checkOut,
    async commit(files, on) {
      if (on !== undefined) git(origin, "checkout", "--quiet", "--detach", on);
      for (const [name, content] of Object.entries(files)) {
        if (content === undefined) {
          await rm(join(origin, name));
          continue;
        }
        await mkdir(dirname(join(origin, name)), { recursive: true });
        await writeFile(join(origin, name), content);
      }
      git(origin, "add", "--all");
      git(origin, "commit", "--quiet", "--allow-empty", "--message=change");
      return git(origin, "rev-parse", "HEAD");
    },
    pullRequest: ({ base, head, inputs = {}, isFork = false, actor, eventName = "pull_request", more: fields = {} }) =>
      start(head, {
        eventName,
        event: {
          action: "synchronize",
          repository,
          pull_request: {
            number: PULL_REQUEST,
            title: "A change",
            ...fields,
            head: { sha: head, ref: "change", repo: { id: isFork ? 99 : REPOSITORY_ID } },
            base: { sha: base, ref: "main", repo: { id: REPOSITORY_ID } },
          },
        },
        ref: `refs/pull/${PULL_REQUEST}/merge`,
        headSha: head,
        inputs,
        actor,
        hasSecrets: !isFork && actor !== "dependabot[bot]",
      }),
    merged(commit, head) {
      github.pulls.set(commit, [{ number: PULL_REQUEST, merged_at: "2026-01-01T00:00:00Z", merge_commit_sha: commit, head: { sha: head } }]);
    },
    push: (commit, inputs = {}, before = "0".repeat(40)) =>
      start(commit, { eventName: "push", event: { repository, before }, ref: "refs/heads/main", headSha: commit, inputs }),
    dispatch: (commit, inputs = {}) =>
      start(commit, { eventName: "workflow_dispatch", event: { repository }, ref: "refs/heads/main", headSha: commit, inputs }),
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]();
      await server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A plan between two buckets. @param rules more keys of the sync, as YAML lines */
export function plan(rules: readonly string[] = [], { name = "media", state = "" } = {}): string {
  return `version: 1
name: ${name}
${state}locations:
  hot: { type: s3, bucket: hot, region: us-east-1, endpoint: "\${ENDPOINT}", credentials: { accessKeyId: "\${AK}", secretAccessKey: "\${SK}" } }
  cold: { type: s3, bucket: cold, region: us-east-1, endpoint: "\${ENDPOINT}", credentials: { accessKeyId: "\${AK}", secretAccessKey: "\${SK}" } }
syncs:
  files:
    from: { location: hot, prefix: in/ }
    to: { location: cold, prefix: out/ }
${rules.map((rule) => `    ${rule}\n`).join("")}`;
}

/** The plan of most tests. */
export const FILE = "plans/media.yaml";

interface Started {
  readonly repository: Repository;
  readonly base: string;
}

/** A repository whose plan is on the default branch, with two objects to copy. */
export async function started(rules: readonly string[] = []): Promise<Started> {
  const repository = await makeRepository();
  repository.server.put("hot", "in/a.txt", "a");
  repository.server.put("hot", "in/b.txt", "bb");
  return { repository, base: await repository.commit({ [FILE]: plan(rules) }) };
}

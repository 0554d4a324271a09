import { copyFile, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { GITLAB_TOKEN, PROJECT, startGitLab } from "./support/gitlab.ts";
import { makeRepository, plan, type Repository } from "./support/repository.ts";
import { readAction } from "./support/runner.ts";
import { runScript, type ShellResult } from "./support/shell.ts";

const ROOT = join(import.meta.dirname, "../..");
const PLAN = "plans/media.yaml";
const PINNED = /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/;

function read(file: string): Promise<string> {
  return readFile(join(ROOT, file), "utf8");
}

async function blocks(file: string, language: string): Promise<string[]> {
  return [...(await read(file)).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions: unknown;
        readonly concurrency: unknown;
        readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, string>> }[];
      }
    >
  >;
}

describe("action.yml", async () => {
  const action = await readAction();

  test("puts nothing into a shell's text", () => {
    const runs = action.runs.steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(runs.length).toBeGreaterThan(5);
    expect(runs.filter((run) => !/^node "\$GITHUB_ACTION_PATH\/action\/[a-z-]+\.ts"$/.test(run))).toEqual([]);
  });

  test("gives the token to the steps that speak to GitHub, and to no other", () => {
    const holders = action.runs.steps.filter((step) => JSON.stringify(step).includes("inputs.token")).map(({ id }) => id);
    expect(holders).toEqual(["comment", "find", "download"]);
  });

  test("names actions of others by a commit, with the version beside it", async () => {
    const text = await read("action.yml");
    const uses = [...text.matchAll(/uses: (\S+) *(.*)/g)];
    expect(uses.filter(([, name = "", comment = ""]) => !PINNED.test(name) || !/^# v\d+\.\d+\.\d+$/.test(comment)).map(([line]) => line)).toEqual([]);
  });

  test("every input and output is in docs/github.md, and no other", async () => {
    const text = await read("docs/github.md");
    const table = text.slice(text.indexOf("## Inputs"), text.indexOf("Outputs:"));
    const named = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name = ""]) => name));
    expect(named.toSorted()).toEqual(Object.keys(action.inputs).toSorted());
    for (const name of Object.keys(action.outputs)) expect(text).toContain(`\`${name}\``);
  });
});

test("the workflows of docs/github.md are whole, and ask for what the action needs and no more", async () => {
  const { inputs } = await readAction();
  const workflows = (await blocks("docs/github.md", "yaml")).map((text): Workflow => parse(text));
  expect(workflows).toHaveLength(2);
  const [both, byHand] = workflows;
  for (const { permissions, jobs } of workflows) {
    expect(permissions).toEqual({});
    for (const { concurrency, steps } of Object.values(jobs)) {
      expect(concurrency).toBeDefined();
      for (const { uses = "", run, with: given = {} } of steps) {
        expect(run).toBeUndefined();
        if (uses.startsWith("OWNER/tidemark@")) expect(Object.keys(given).filter((name) => !Object.hasOwn(inputs, name))).toEqual([]);
        else expect(uses).toMatch(PINNED);
      }
    }
  }
  expect(both?.jobs["plan"]?.permissions).toEqual({ contents: "read", "pull-requests": "write" });
  expect(both?.jobs["apply"]?.permissions).toEqual({ contents: "read", actions: "read", "pull-requests": "read" });
  expect(byHand?.jobs["tidemark"]?.permissions).toEqual({ contents: "read" });
});

test("every YAML of the pages about CI can be read", async () => {
  for (const page of ["docs/ci.md", "docs/gitlab.md", "docs/ci-shell.md", "docs/review-in-a-pull-request.md"])
    for (const text of await blocks(page, "yaml")) expect(() => parse(text)).not.toThrow();
});

describe("the shell recipe", async () => {
  const [planScript = "", applyScript = ""] = await blocks("docs/ci-shell.md", "sh");
  const job = (repository: Repository, script: string, more: Readonly<Record<string, string>>): Promise<ShellResult> =>
    runScript(script, {
      shell: "sh",
      cwd: repository.workspace,
      home: repository.folder.path,
      env: { ...environment(repository), PLAN, KEPT: repository.folder.join("kept"), ...more },
    });

  test("applies what was reviewed, and says what is stale", async () => {
    await using repository = await makeRepository();
    const { server, folder } = repository;
    server.put("hot", "in/a.txt", "a");
    server.put("hot", "in/b.txt", "b");
    const base = await repository.commit({ [PLAN]: plan() });
    const head = await repository.commit({ [PLAN]: plan(["delete: true"]) }, base);

    await repository.checkOut(head, base);
    const untrusted = await job(repository, planScript, { BASE: base, TRUSTED: "no" });
    expect([untrusted.code, untrusted.output], untrusted.output).toEqual([0, expect.stringContaining("reviewed, not planned")]);
    expect(server.requests.count()).toBe(0);
    const missing = await job(repository, applyScript, { REVIEWED: head });
    expect([missing.code, missing.output]).toEqual([1, expect.stringContaining("plan and review again")]);

    const planned = await job(repository, planScript, { BASE: base, TRUSTED: "yes" });
    expect(planned.code, planned.output).toBe(0);
    expect(planned.output).toContain("There are changes: review them.");
    const comment = await readFile(folder.join("kept", "comment.md"), "utf8");
    expect(comment).toContain("**1 danger**");
    expect(comment).toContain("**Plan: 2 to copy");
    expect(comment).not.toContain("adds and takes away");

    // Another runner, after the merge; somebody wrote to one of the two.
    server.put("cold", "out/b.txt", "somebody else's");
    await repository.checkOut(head);
    expect((await job(repository, applyScript, { REVIEWED: base })).code).toBe(1);
    const applied = await job(repository, applyScript, { REVIEWED: head });
    expect([applied.code, applied.output], applied.output).toEqual([3, expect.stringContaining("plan and review again for what is stale")]);
    expect(server.get("cold", "out/a.txt").toString()).toBe("a");
    expect(server.get("cold", "out/b.txt").toString()).toBe("somebody else's");

    await repository.checkOut(base);
    const stale = await job(repository, applyScript, { REVIEWED: head });
    expect([stale.code, stale.output], stale.output).toEqual([4, expect.stringContaining("Stale:")]);
  });

  test("fails where the plan is not valid", async () => {
    await using repository = await makeRepository();
    const base = await repository.commit({ [PLAN]: plan() });
    const head = await repository.commit({ [PLAN]: plan(["delte: true"]) }, base);
    await repository.checkOut(head, base);
    const { code, output } = await job(repository, planScript, { BASE: base, TRUSTED: "yes" });
    expect([code, output]).toEqual([1, expect.stringContaining("UNKNOWN_KEY")]);
    await expect(stat(repository.folder.join("kept", "tidemark.changes"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

interface GitLabJob {
  readonly script: readonly string[];
  readonly rules: readonly { readonly if: string; readonly changes?: readonly string[]; readonly when?: string }[];
  readonly needs?: readonly string[];
  readonly resource_group?: string;
}

describe("the GitLab template", async () => {
  const template = parse(await read("ci/gitlab/tidemark.gitlab-ci.yml")) as Readonly<Record<string, GitLabJob>>;
  const names = Object.keys(template).filter((name) => name.startsWith("tidemark:"));

  test("applies by hand, one at a time; jobs with secrets are left out for forks", () => {
    expect(names).toEqual(["tidemark:review", "tidemark:validate", "tidemark:plan", "tidemark:apply"]);
    expect(template["tidemark:apply"]).toMatchObject({ resource_group: "tidemark-apply", rules: [{ when: "manual" }] });
    for (const name of ["tidemark:validate", "tidemark:plan"])
      expect(template[name]?.rules.map((rule) => rule.if)).toEqual([expect.stringContaining("$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID")]);
  });

  test("a pipeline without a change of the plan has none of its jobs", () => {
    for (const name of names) expect(template[name]?.rules.map(({ changes }) => changes)).toEqual([["$TIDEMARK_PLAN"]]);
  });

  test("what the documents override is there", async () => {
    const [text = ""] = await blocks("docs/gitlab.md", "yaml");
    const jobs = Object.keys(parse(text) as object).filter((name) => name.startsWith("tidemark:"));
    expect(jobs).toEqual(["tidemark:plan", "tidemark:apply"]);
  });

  test("one note, updated; the merge applies the changeset of the merge request", async () => {
    await using repository = await makeRepository();
    await using gitlab = await startGitLab();
    const { server, folder, workspace } = repository;
    server.put("hot", "in/a.txt", "a");
    const base = await repository.commit({ [PLAN]: plan() });
    const head = await repository.commit({ [PLAN]: plan(["delete: true"]) }, base);
    for (let id = 1; id <= 100; id += 1) gitlab.notes.push({ id, author: { id: 6 }, body: "<!-- tidemark:media -->\nnot ours" });
    const job = (name: string, more: Readonly<Record<string, string>> = {}): Promise<ShellResult> =>
      runScript((template[name]?.script ?? []).join("\n"), {
        shell: "bash",
        cwd: workspace,
        home: folder.path,
        env: {
          ...environment(repository),
          TIDEMARK_PLAN: PLAN,
          TIDEMARK_CONFIRM: "",
          TIDEMARK_GITLAB_TOKEN: GITLAB_TOKEN,
          CI_API_V4_URL: gitlab.url,
          CI_PROJECT_ID: PROJECT,
          CI_MERGE_REQUEST_IID: "9",
          CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
          CI_JOB_URL: "https://gitlab.example/job/701",
          ...more,
        },
      });

    await repository.checkOut(head, base);
    for (const name of ["tidemark:review", "tidemark:validate", "tidemark:plan", "tidemark:plan"]) {
      const { code, output } = await job(name);
      expect(code, output).toBe(0);
    }
    expect(await readFile(join(workspace, "tidemark-junit.xml"), "utf8")).toContain("<testsuite");
    expect(gitlab.notes).toHaveLength(101);
    expect(gitlab.notes.at(-1)?.body).toContain("**Plan: 1 to copy");
    expect(gitlab.notes.at(-1)?.body).toContain("keeps this changeset");
    expect(gitlab.notes.slice(0, 100).every(({ body }) => body.endsWith("not ours"))).toBe(true);

    const file = folder.join("kept.changes");
    await copyFile(join(workspace, "tidemark.changes"), file);
    // Later pushes: one that cannot be used, and one whose locations cannot be reached.
    expect(template["tidemark:plan"]?.needs).toEqual([]);
    await repository.checkOut(await repository.commit({ [PLAN]: plan(["delte: true"]) }, head), base);
    const invalid = await job("tidemark:plan");
    expect([invalid.code, gitlab.notes.length], invalid.output).toEqual([1, 101]);
    expect(gitlab.notes.at(-1)?.body).toContain("could not be planned");
    expect(gitlab.notes.at(-1)?.body).not.toContain("keeps this changeset");
    await repository.checkOut(head, base);
    expect((await job("tidemark:plan")).code).toBe(0);
    expect(gitlab.notes.at(-1)?.body).toContain("keeps this changeset");
    const unplanned = await job("tidemark:plan", { SK: "wrong" });
    expect([unplanned.code, gitlab.notes.length], unplanned.output).toEqual([1, 101]);
    expect(gitlab.notes.at(-1)?.body).toContain("**1 danger**");
    expect(gitlab.notes.at(-1)?.body).toContain("could not be planned");
    expect(gitlab.notes.at(-1)?.body).not.toContain("keeps this changeset");
    await expect(stat(join(workspace, "tidemark.changes"))).rejects.toMatchObject({ code: "ENOENT" });
    await repository.checkOut(head);
    Object.assign(gitlab, { merge: head, head });
    const apply = () => job("tidemark:apply", { CI_COMMIT_SHA: head });
    for (const kept of [undefined, { file, sha: head, project: "43" }, { file, sha: base, project: PROJECT }]) {
      gitlab.kept = kept;
      const refused = await apply();
      expect([refused.code, refused.output]).toEqual([1, expect.stringContaining("plan and review again")]);
    }
    gitlab.kept = { file, sha: head, project: PROJECT };
    server.put("hot", "in/later.txt", "later");
    const applied = await apply();
    expect(applied.code, applied.output).toBe(0);
    expect(server.keys("cold")).toEqual(["out/a.txt"]);
    const direct = await job("tidemark:apply", { CI_COMMIT_SHA: base });
    expect([direct.code, direct.output]).toEqual([1, expect.stringContaining("was merged by no merge request")]);
  });
});

function environment({ server }: Repository): Readonly<Record<string, string>> {
  return { ENDPOINT: server.endpoint, AK: server.accessKeyId, SK: server.secretAccessKey };
}

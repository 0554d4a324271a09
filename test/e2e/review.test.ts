import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { intruders } from "../report/rendered.ts";
import { makeWorld, planFile, startCli, summaryOf, type World } from "./cli.ts";

const run = promisify(execFile);

/** A repository with one commit: a plan that copies, in a folder of its own. */
async function repository(rules: readonly string[] = []): Promise<World & { git(...args: readonly string[]): Promise<string>; commit(): Promise<void> }> {
  const world = await makeWorld();
  const git = async (...args: readonly string[]) => {
    const { stdout } = await run("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
      cwd: world.folder.path,
      env: { PATH: process.env["PATH"], HOME: world.folder.path },
    });
    return stdout.trim();
  };
  const commit = async () => {
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "change");
  };
  await git("init", "--quiet", "--initial-branch=main", ".");
  await world.write({ "plans/plan.yaml": inFolder(rules), "here/a.txt": "a", "here/sub/b.txt": "bb" });
  await commit();
  return { ...world, git, commit, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

function inFolder(rules: readonly string[]): string {
  return planFile(rules).replace("./here", "../here");
}

const bare = { PATH: process.env["PATH"] ?? "" };

test("without any variable, and without a location that answers", async () => {
  await using world = await repository(["guards: { maxDeletes: 0 }"]);
  await world.server.close();
  await world.write({ "plans/plan.yaml": inFolder(["delete: true"]) });

  const done = await startCli(["review", "plans/plan.yaml", "--base", "main"], { cwd: world.folder.path, env: bare }).finished;
  expect(done.code, done.stderr).toBe(0);
  expect(done.stderr).toBe("");
  expect(done.stdout).toContain(
    "danger: `media` now deletes at `s3://cold/media/ at ${ENDPOINT}` what `../here/` does not have. [DELETES]\n  --> plans/plan.yaml:15:13\n",
  );
  expect(done.stdout).toMatch(/Review: plans\/plan\.yaml against main \([0-9a-f]{12}\): 2 dangers\.\n$/);
});

test("exit codes: done, what --fail-on asks for, a plan that is not valid", async () => {
  await using world = await repository();
  const review = (...more: readonly string[]) => world.run("review", "plans/plan.yaml", "--base", "HEAD", ...more);

  expect(await review("--fail-on", "note")).toMatchObject({ code: 0, stdout: expect.stringContaining("The plan file did not change.") });
  await world.write({ "plans/plan.yaml": `# said\n${inFolder([])}` });
  expect(await review("--fail-on", "note")).toMatchObject({ code: 0, stdout: expect.stringContaining("the plan means the same") });
  await world.write({ "plans/plan.yaml": inFolder(['exclude: ["*.tmp"]']) });
  expect((await review("--fail-on", "danger")).code).toBe(0);
  expect((await review("--fail-on", "change")).code).toBe(2);
  await world.write({ "plans/plan.yaml": inFolder(["delete: true"]) });
  expect((await review()).code).toBe(0);
  expect((await review("--fail-on", "danger")).code).toBe(2);

  await world.write({ "plans/plan.yaml": inFolder(["onExistng: skip"]) });
  const invalid = await review("--markdown", "comment.md");
  expect([invalid.code, invalid.stdout]).toEqual([1, expect.stringContaining("UNKNOWN_KEY")]);
  expect(await readFile(world.folder.join("comment.md"), "utf8")).toContain("**The plan is not valid: 1 error.**");
});

test("a script reads findings and what they come to", async () => {
  await using world = await repository();
  await world.write({ "plans/plan.yaml": inFolder(["delete: true", "verify: bytes"]) });
  const done = await world.run("review", "plans/plan.yaml", "--base", "HEAD", "--json");
  expect(done.json()[0]).toMatchObject({ type: "version" });
  expect(done.json().slice(1, -1)).toMatchObject([
    { type: "finding", code: "DELETES", severity: "danger", file: "plans/plan.yaml", side: "new", line: 15, sync: "media" },
    { type: "finding", code: "VERIFICATION_STRONGER", severity: "change", line: 16 },
  ]);
  expect(summaryOf(done)).toMatchObject({
    command: "review",
    plan: "nightly",
    valid: true,
    meaning: "changed",
    base: { ref: "HEAD", commit: await world.git("rev-parse", "HEAD"), plan: "found" },
    findings: { danger: 1, change: 1, note: 0 },
  });
});

test("annotations name the file from the root of the repository, wherever one stands", async () => {
  await using world = await repository();
  await world.write({ "plans/plan.yaml": inFolder(["delete: true"]) });
  const done = await startCli(["review", "plan.yaml", "--base", "HEAD", "--format", "github", "--fail-on", "danger"], {
    cwd: world.folder.join("plans"),
    env: bare,
  }).finished;
  expect([done.code, done.stdout]).toEqual([
    2,
    expect.stringMatching(/^::error file=plans\/plan\.yaml,line=15,endLine=15,col=13,endColumn=17,title=DELETES::/),
  ]);
});

test("--plan: what the change adds and takes away, in one comment with the plan", async () => {
  await using world = await repository();
  expect((await world.run("apply", "plans/plan.yaml", "--auto-approve")).code).toBe(0);
  await world.write({ "plans/plan.yaml": inFolder(["delete: true", 'exclude: ["new*"]']), "here/new.txt": "12345", "here/@octocat|`x`": "1" });
  await rm(world.folder.join("here/a.txt"));
  const history = (await world.run("history", "plans/plan.yaml")).stdout;

  const done = await world.run("review", "plans/plan.yaml", "--base", "HEAD", "--plan", "--markdown", "comment.md");
  expect(done.code, done.stderr).toBe(0);
  expect(done.stdout).toContain("  would now delete 1 (1 B)\n    a.txt\n  would no longer copy 1 (5 B)\n    new.txt\n");
  expect((await world.run("history", "plans/plan.yaml")).stdout).toBe(history);
  expect(world.server.keys("cold")).toEqual(["media/a.txt", "media/sub/b.txt"]);

  const page = await readFile(world.folder.join("comment.md"), "utf8");
  const planned = summaryOf(await world.run("plan", "plans/plan.yaml", "--json"));
  expect(page.startsWith("<!-- tidemark:nightly -->\n")).toBe(true);
  expect(page).toContain("| `media` | delete 1 (1 B) | copy 1 (5 B) |  |");
  expect(page).toContain(`tidemark apply plans/plan.yaml --plan-id ${String(planned["planId"])}`);
  expect(intruders(page)).toEqual([]);

  const json = summaryOf(await world.run("review", "plans/plan.yaml", "--base", "HEAD", "--plan", "--json"));
  expect(json["changes"]).toMatchObject({
    planId: planned["planId"],
    syncs: { media: { added: [{ action: "delete", items: 1, examples: ["a.txt"] }], removed: [{ action: "copy", items: 1 }], same: 1 } },
  });
});

test("--changesets: the same of two that were planned before", async () => {
  await using world = await repository();
  expect((await world.run("plan", "plans/plan.yaml", "--out", "base.changes")).code).toBe(0);
  await world.write({ "plans/plan.yaml": inFolder(['exclude: ["a*"]']) });
  expect((await world.run("plan", "plans/plan.yaml", "--out", "new.changes")).code).toBe(0);
  await world.server.close();

  const done = await startCli(["review", "plans/plan.yaml", "--base", "HEAD", "--changesets", "base.changes", "new.changes", "--markdown", "comment.md"], {
    cwd: world.folder.path,
    env: bare,
  }).finished;
  expect([done.code, done.stdout]).toEqual([0, expect.stringContaining("  would no longer copy 1 (1 B)\n    a.txt\n")]);
  expect(await readFile(world.folder.join("comment.md"), "utf8")).toContain("--plan-id sha256:");
  expect(await world.run("review", "plans/plan.yaml", "--base", "HEAD", "--changesets", "a", "b", "c")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("USAGE"),
  });
  expect(await world.run("review", "plans/plan.yaml", "--base", "HEAD", "--plan", "--changesets", "a", "b")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("USAGE"),
  });
});

test("--plan: a plan that refuses itself still gets its page; a base that cannot be planned is a remark", async () => {
  await using world = await repository();
  expect((await world.run("apply", "plans/plan.yaml", "--auto-approve")).code).toBe(0);
  await rm(world.folder.join("here/a.txt"));
  await world.write({ "plans/plan.yaml": inFolder(["delete: true", "guards: { maxDeletes: 0 }"]) });
  const refused = await world.run("review", "plans/plan.yaml", "--base", "HEAD", "--plan", "--markdown", "comment.md");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("GUARD_EXCEEDED")]);
  expect(await readFile(world.folder.join("comment.md"), "utf8")).toMatch(/now deletes[\s\S]*The plan could not be planned[\s\S]*maxDeletes is 0/);

  await world.commit();
  await world.write({ "plans/plan.yaml": inFolder([]) });
  const remarked = await world.run("review", "plans/plan.yaml", "--base", "HEAD", "--plan", "--markdown", "comment.md");
  expect([remarked.code, remarked.stderr]).toEqual([0, expect.stringContaining("What the plan at the base would do is not known")]);
  expect(await readFile(world.folder.join("comment.md"), "utf8")).toContain("Plan ID:");
});

test("a file that is new, renamed, or was something else", async () => {
  await using world = await repository();
  await world.write({ "plans/more.yaml": inFolder(["delete: true"]) });
  expect(await world.run("review", "plans/more.yaml", "--base", "HEAD")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^danger: .*DELETES[\s\S]*The plan is new/),
  });

  await rename(world.folder.join("plans/plan.yaml"), world.folder.join("plans/renamed.yaml"));
  expect(await world.run("review", "plans/renamed.yaml", "--base", "HEAD", "--base-file", "plans/plan.yaml")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("The plan file did not change."),
  });
  expect(await world.run("review", "plans/renamed.yaml", "--base", "HEAD", "--base-file", "plans/none.yaml")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("BASE_FILE"),
  });
  expect(await world.run("review", "plans/plan.yaml", "--base", "HEAD")).toMatchObject({ code: 0, stdout: expect.stringContaining("was deleted") });
  expect(await world.run("review", "plans/never.yaml", "--base", "HEAD")).toMatchObject({ code: 1, stderr: expect.stringContaining("PLAN_INVALID") });

  await symlink("renamed.yaml", world.folder.join("plans/link.yaml"));
  await world.commit();
  expect(await world.run("review", "plans/link.yaml", "--base", "HEAD")).toMatchObject({ code: 1, stderr: expect.stringContaining("BASE_FILE") });
  await rm(world.folder.join("plans/renamed.yaml"));
  await mkdir(world.folder.join("plans/renamed.yaml"));
  await world.write({ "plans/renamed.yaml/plan.yaml": inFolder([]).replace("../here", "../../here") });
  expect(await world.run("review", "plans/renamed.yaml/plan.yaml", "--base", "HEAD")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("The plan is new"),
  });
});

test("a plan that was deleted: each sync is gone, and nothing is planned", async () => {
  await using world = await repository(["delete: true"]);
  await rm(world.folder.join("plans"), { recursive: true });
  const review = (...more: readonly string[]) => world.run("review", "plans/plan.yaml", "--base", "main", ...more);
  const done = await review("--plan", "--markdown", "comment.md");
  expect(done.code, done.stderr).toBe(0);
  expect(done.stdout).toContain("[SYNC_REMOVED]");
  expect(done.stdout).toContain("1 change. The plan file was deleted: its destinations are no longer kept up. Nothing is deleted by that.");
  expect(await readFile(world.folder.join("comment.md"), "utf8")).toContain("The plan file was deleted");
  expect((await review("--fail-on", "change")).code).toBe(2);
  expect(summaryOf(await review("--json"))).toMatchObject({ meaning: "deleted", valid: true, findings: { danger: 0, change: 1, note: 0 } });
});

test("odd names of files are names", async () => {
  await using world = await repository();
  const name = "plans/[a]*:b $(touch pwned) -x.yaml";
  await world.write({ [name]: inFolder([]) });
  await world.commit();
  await world.write({ [name]: inFolder(["delete: true"]), "plans/ab $(touch pwned) -x.yaml": "x" });
  expect(await world.run("review", name, "--base", "HEAD")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^danger: .*DELETES/) });
  await expect(stat(world.folder.join("pwned"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("what is no revision is refused before git sees it; one that is not there is told with its fix", async () => {
  await using world = await repository();
  await world.git("branch", "feature/one");
  for (const ref of ["-x", "--output=/tmp/x", "--upload-pack=x", "HEAD:plans/plan.yaml", ":/change", "a b", "", "HEAD\n", "*"]) {
    const done = await world.run("review", "plans/plan.yaml", `--base=${ref}`);
    expect([ref, done.code, done.stderr]).toEqual([ref, 1, expect.stringContaining("BASE_INVALID")]);
  }
  for (const ref of ["HEAD~0", "main", "HEAD^{commit}", "feature/one", await world.git("rev-parse", "HEAD")]) {
    expect((await world.run("review", "plans/plan.yaml", "--base", ref)).code, ref).toBe(0);
  }
  expect(await world.run("review", "plans/plan.yaml", "--base", "feature/onw")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/BASE_UNKNOWN[\s\S]*Did you mean feature\/one\?/),
  });
  expect(await world.run("review", "plans/plan.yaml", "--base", "main..HEAD")).toMatchObject({ code: 1, stderr: expect.stringContaining("BASE_UNKNOWN") });
  // A blob is no commit.
  const blob = await world.git("rev-parse", "HEAD:plans/plan.yaml");
  expect(await world.run("review", "plans/plan.yaml", "--base", blob)).toMatchObject({ code: 1, stderr: expect.stringContaining("BASE_UNKNOWN") });
});

test("a shallow clone, no repository, a repository of somebody else's making, no git", async () => {
  await using world = await repository();
  await world.write({ "plans/plan.yaml": inFolder(["delete: true"]) });
  await world.commit();
  await world.git("clone", "--quiet", "--depth=1", `file://${world.folder.path}`, "shallow");
  const at = (cwd: string, env: Readonly<Record<string, string>> = bare, file = "plans/plan.yaml", ref = "main~1") =>
    startCli(["review", file, "--base", ref], { cwd: world.folder.join(cwd), env }).finished;
  expect(await at("shallow")).toMatchObject({ code: 1, stderr: expect.stringMatching(/no revision main~1 in[\s\S]*BASE_SHALLOW[\s\S]*fetch-depth: 0/) });
  expect(await at("shallow", bare, "plans/plan.yaml", "mian")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no revision mian in[\s\S]*Did you mean main\?/),
  });
  expect((await at("shallow", bare, "plans/plan.yaml", "main")).code).toBe(0);

  await world.write({ "empty/plan.yaml": inFolder([]) });
  expect(await at("empty", { ...bare, GIT_CEILING_DIRECTORIES: world.folder.path }, "plan.yaml")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("GIT_NO_REPOSITORY"),
  });
  expect(await at(".git", bare, "config")).toMatchObject({ code: 1, stderr: expect.stringContaining("GIT_NO_REPOSITORY") });

  await mkdir(world.folder.join("bin"));
  expect(await at(".", { PATH: world.folder.join("bin") })).toMatchObject({ code: 1, stderr: expect.stringContaining("GIT_MISSING") });
  await writeFile(world.folder.join("bin/git"), "#!/bin/sh\necho \"fatal: detected dubious ownership in repository at '/x'\" >&2\nexit 128\n");
  await chmod(world.folder.join("bin/git"), 0o755);
  expect(await at(".", { PATH: `${world.folder.join("bin")}:${bare.PATH}` })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/GIT_FAILED[\s\S]*safe\.directory/),
  });
});

test("a repository runs none of its own programs", async () => {
  await using world = await repository();
  const script = '#!/bin/sh\ntouch "$PWNED"\ncat "$1"\n';
  await world.write({ "evil.sh": script, ".gitattributes": "*.yaml diff=evil filter=evil\n", ".git/hooks/post-checkout": script });
  await chmod(world.folder.join("evil.sh"), 0o755);
  await world.git("config", "diff.evil.textconv", world.folder.join("evil.sh"));
  await world.git("config", "filter.evil.smudge", world.folder.join("evil.sh"));
  await world.git("config", "core.fsmonitor", world.folder.join("evil.sh"));
  const done = await startCli(["review", "plans/plan.yaml", "--base", "HEAD"], { cwd: world.folder.path, env: { ...bare, PWNED: world.folder.join("pwned") } })
    .finished;
  expect(done.code, done.stderr).toBe(0);
  await expect(stat(world.folder.join("pwned"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("the page of a job is added to, a file is not written over", async () => {
  await using world = await repository();
  await world.write({ "plans/plan.yaml": inFolder(["delete: true"]), "summary.md": "from before\n", "notes.md": "mine" });
  const env = { ...bare, GITHUB_STEP_SUMMARY: world.folder.join("summary.md") };
  const at = (...more: readonly string[]) => startCli(["review", "plans/plan.yaml", "--base", "HEAD", ...more], { cwd: world.folder.path, env }).finished;
  expect((await at("--step-summary")).code).toBe(0);
  expect(await readFile(world.folder.join("summary.md"), "utf8")).toMatch(/^from before\n<!-- tidemark:nightly -->\n/);
  expect(await at("--markdown", "notes.md")).toMatchObject({ code: 1, stderr: expect.stringContaining("FILE_EXISTS") });
  expect(await world.run("review", "plans/plan.yaml", "--base", "HEAD", "--step-summary")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("STEP_SUMMARY_UNSET"),
  });

  const planned = await startCli(["plan", "plans/plan.yaml", "--step-summary"], { cwd: world.folder.path, env: { ...env, ...world.env } }).finished;
  expect(planned.code, planned.stderr).toBe(0);
  expect(await readFile(world.folder.join("summary.md"), "utf8")).toContain("2 to copy");
});

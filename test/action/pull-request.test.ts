import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { commentMarker } from "../../action/support/comments.ts";
import { changesetName } from "../../action/support/plan-files.ts";
import { FILE, makeRepository, plan, PULL_REQUEST, started } from "./support/repository.ts";

test("a pull request is planned into one comment, which the next push updates", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const { github, server } = repository;
  // More than a page of others' comments, and one who would like ours to be written over theirs.
  const marker = commentMarker("tidemark", FILE);
  for (let id = 1; id <= 130; id += 1) github.comments.push({ id, issue: PULL_REQUEST, user: { login: "bob" }, body: `hello\n${marker}` });
  github.faults = 1;

  const head = await repository.commit({ [FILE]: plan(["exclude: [b.txt]"]) }, base);
  const first = await repository.pullRequest({ base, head });
  expect(first.isGreen, first.log).toBe(true);
  expect(first.ran).toEqual(["actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020", "prepare", "validate", "plan", "upload", "comment", "conclude"]);
  expect(first.outputs).toEqual({
    "plan-id": expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    "has-changes": "true",
    "exit-code": "2",
    changeset: expect.stringContaining(changesetName(FILE)),
    "comment-id": "1130",
  });
  const comment = github.comments.at(-1);
  expect(comment?.body).toContain("**Plan: 1 to copy, 0 to overwrite, 0 to delete, 0 unchanged.**");
  expect(comment?.body).toContain("What the change adds and takes away");
  expect(comment?.body).toContain("`b.txt`");
  expect(comment?.body).toContain(first.outputs["plan-id"]);
  expect(comment?.body).toMatch(/^<!-- tidemark:media -->\n/);
  expect(comment?.body).toContain("https://github.example/acme/data/actions/runs/101");
  expect(comment?.body.endsWith(`\n${marker}`)).toBe(true);
  expect(first.summary).toContain("**Plan: 1 to copy");
  expect(server.keys("cold")).toEqual([]);
  // What was planned of the base is gone again.
  expect(await readdir(`${repository.workspace}/plans`)).toEqual(["media.yaml"]);

  const next = await repository.commit({ [FILE]: plan(["exclude: [nothing]"]) }, head);
  const second = await repository.pullRequest({ base, head: next });
  expect(second.isGreen, second.log).toBe(true);
  expect(second.outputs["comment-id"]).toBe("1130");
  expect(github.comments.at(-1)?.body).toContain("**Plan: 2 to copy");
  expect(github.comments).toHaveLength(131);
  expect(github.comments.slice(0, 130).every(({ body }) => body.startsWith("hello"))).toBe(true);
  expect(second.log).not.toContain("ghs_");
});

test("a plan that is not valid: annotations at its lines, the comment says so, red, nothing to apply", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const good = await repository.pullRequest({ base, head: await repository.commit({ [FILE]: plan(["delete: false"]) }, base) });
  expect(good.isGreen, good.log).toBe(true);

  const head = await repository.commit({ [FILE]: plan(["delte: true"]) }, base);
  const { isGreen, exitCode, commands, outputs, log } = await repository.pullRequest({ base, head });
  expect([isGreen, exitCode, outputs["exit-code"]], log).toEqual([false, 1, "1"]);
  expect(commands).toContainEqual(expect.stringMatching(/^::error file=plans\/media\.yaml,line=10,.*title=UNKNOWN_KEY::.*delte/));
  expect(commands).toContainEqual('::error title=Not valid::Not valid: "plans/media.yaml".');
  const { github } = repository;
  expect(github.artifacts).toHaveLength(1);
  expect(github.comments).toHaveLength(1);
  expect(github.comments[0]?.body).toContain("**The plan is not valid: 1 error.**");
  expect(github.comments[0]?.body).toContain("there is nothing that a merge could apply");
  expect(github.comments[0]?.body).not.toContain("sha256:");
});

test("a plan that cannot be made is red, and says so in the comment", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const head = await repository.commit({ [FILE]: plan().replaceAll("bucket: hot", "bucket: gone") }, base);
  const { isGreen, outputs, log, commands } = await repository.pullRequest({ base, head });
  expect([isGreen, outputs["exit-code"], outputs["plan-id"]], log).toEqual([false, "1", ""]);
  expect(commands).toContainEqual(expect.stringMatching(/^::error title=Not planned::.*BUCKET/));
  expect(repository.github.comments[0]?.body).toContain("**It could not be planned**");
});

test("dangers are annotations and come first in the comment; fail-on makes them red", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  repository.server.put("cold", "out/old.txt", "old");
  const head = await repository.commit({ [FILE]: plan(["delete: true"]) }, base);
  const shown = await repository.pullRequest({ base, head });
  expect(shown.isGreen, shown.log).toBe(true);
  expect(shown.commands).toContainEqual(expect.stringMatching(/^::warning file=plans\/media\.yaml,line=10,.*title=DELETES::/));
  const body = repository.github.comments[0]?.body ?? "";
  expect(body.indexOf("danger")).toBeGreaterThan(0);
  expect(body.indexOf("danger")).toBeLessThan(body.indexOf("| sync |"));
  expect(body).toContain("**1 object will be deleted.**");

  const failed = await repository.pullRequest({ base, head, inputs: { "fail-on": "danger" } });
  expect([failed.isGreen, failed.exitCode], failed.log).toEqual([false, 2]);
  expect(repository.github.artifacts).toHaveLength(2);
});

test("a fork is validated and reviewed: no location is touched, nothing is written to GitHub", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const { github, server } = repository;
  const head = await repository.commit({ [FILE]: plan(["delete: true"]) }, base);
  const before = server.requests.count();
  for (const run of [{ isFork: true }, { actor: "dependabot[bot]" }, { isFork: true, inputs: { command: "plan" } }]) {
    const { isGreen, ran, summary, commands, log } = await repository.pullRequest({ base, head, ...run });
    expect(isGreen, log).toBe(true);
    expect(ran.slice(1)).toEqual(["prepare", "validate", "review", "conclude"]);
    expect(summary).toContain("1 danger");
    expect(commands).toContainEqual(expect.stringMatching(/title=DELETES::/));
  }
  const invalid = await repository.pullRequest({ base, head: await repository.commit({ [FILE]: plan(["delte: true"]) }, base), isFork: true });
  expect([invalid.exitCode, invalid.commands], invalid.log).toEqual([1, expect.arrayContaining([expect.stringMatching(/title=UNKNOWN_KEY::/)])]);
  expect(github.requests).toEqual([]);
  expect(github.artifacts).toEqual([]);
  expect(server.requests.count()).toBe(before);
});

test("pull_request_target is refused before anything of the pull request is looked at", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const { isGreen, ran, commands } = await repository.pullRequest({ base, head: base, eventName: "pull_request_target" });
  expect([isGreen, ran.at(-1)]).toEqual([false, "prepare"]);
  expect(commands).toEqual([expect.stringContaining("Use the event pull_request")]);
});

test("hostile names run nothing, end no output and give the runner no command", async () => {
  const { repository } = await started();
  await using _ = repository;
  const { server, github, workspace, folder } = repository;
  const file = `plans/$(touch pwned);\`touch pwned\` "'& ::error::x.yaml`;
  const base = await repository.commit({ [file]: plan([], { name: "odd" }) });
  for (const key of [
    "::error::pwned",
    "##[error]pwned",
    "a\n::error::pwned",
    "::stop-commands::x",
    commentMarker("tidemark", file),
    "```\n@everyone </details>",
    "$(touch pwned)",
  ])
    server.put("hot", `in/${key}`, "x");
  const head = await repository.commit({ [file]: plan(["delete: true"], { name: "odd" }) }, base);
  const texts = { title: '"; touch pwned; echo "', body: "$(touch pwned)", head_ref: "`touch pwned`" };

  const result = await repository.pullRequest({ base, head, more: texts });
  expect(result.isGreen, result.log).toBe(true);
  expect(result.commands.filter((line) => !/^::warning file=[^:]*,title=DELETES::|^::notice file=/.test(line))).toEqual([]);
  expect(result.commands.join("\n")).not.toContain("pwned::");
  // One a plan. A key that is a marker is none: the next push updates these.
  expect(github.comments).toHaveLength(2);
  expect((await repository.pullRequest({ base, head })).outputs["comment-id"]).toBe(result.outputs["comment-id"]);
  expect(github.comments).toHaveLength(2);

  repository.merged(head, head);
  const applied = await repository.push(head);
  expect(applied.isGreen, applied.log).toBe(true);
  expect(server.keys("cold")).toContain("out/$(touch pwned)");
  expect(applied.commands).toEqual([]);
  for (const place of [workspace, folder.path, process.cwd()]) await expect(stat(`${place}/pwned`)).rejects.toMatchObject({ code: "ENOENT" });
});

test("a token that only reads leaves the comment out and says so; the rest is done", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  repository.github.isReadOnly = true;
  const { isGreen, commands, summary, outputs, log } = await repository.pullRequest({ base, head: base });
  expect(isGreen, log).toBe(true);
  expect(commands).toEqual([expect.stringMatching(/^::warning title=No comment::.*pull-requests: write/)]);
  expect([summary, outputs["comment-id"]]).toEqual([expect.stringContaining("**Plan: 2 to copy"), ""]);
});

test("without a path tidemark is installed apart from the repository, in the version that was asked for", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const { folder } = repository;
  const npm = folder.join("npm");
  await writeFile(npm, `#!/bin/sh\nprintf '%s\\n' "$PWD" "$@" > ${folder.join("asked")}\nexit 1\n`, { mode: 0o755 });
  await using asking = await makeRepository({ env: { STAND_INS: folder.path } });
  const head = await asking.commit({ [FILE]: plan(), ".npmrc": "registry=https://evil.example" });
  const { isGreen, commands } = await asking.pullRequest({ base: head, head, inputs: { path: "", version: "9.9.9" } });
  expect(isGreen).toBe(false);
  expect(commands).toEqual([expect.stringContaining("tidemark@9.9.9 could not be installed")]);
  const [cwd = "", ...asked] = (await readFile(folder.join("asked"), "utf8")).trimEnd().split("\n");
  expect(cwd.startsWith(asking.workspace)).toBe(false);
  expect(asked).toContain("--ignore-scripts");
  expect(asked.at(-1)).toBe("tidemark@9.9.9");
  expect((await repository.pullRequest({ base, head: base, inputs: { path: "", version: "1; touch x" } })).commands).toEqual([
    expect.stringContaining("input version"),
  ]);
});

test("a plan that is deleted: a comment, the page and an annotation say what that means, also of the last one", async () => {
  const { repository, base: first } = await started();
  await using _ = repository;
  const { github } = repository;
  const other = "plans/other.yaml";
  const base = await repository.commit({ [other]: plan([], { name: "other" }) }, first);
  const head = await repository.commit({ [FILE]: undefined }, base);
  const one = await repository.pullRequest({ base, head });
  expect(one.isGreen, one.log).toBe(true);
  expect(one.commands).toEqual([expect.stringMatching(/^::warning title=Plan gone::"plans\/media\.yaml" is gone\. Its destinations are no longer/)]);
  expect(one.summary).toContain("**A plan is gone:** `plans/media.yaml`.");
  expect(github.comments.map(({ body }) => body).join()).toContain("**The plan `plans/media.yaml` is gone.");

  const none = await repository.commit({ [other]: undefined }, head);
  const last = await repository.pullRequest({ base, head: none });
  expect(last.isGreen, last.log).toBe(true);
  expect(last.ran).not.toContain("upload");
  expect(last.outputs).toMatchObject({ "exit-code": "0", "has-changes": "false", "plan-id": "" });
  expect(github.comments).toHaveLength(2);
  for (const { body } of github.comments) {
    expect(body).toContain("Nothing is deleted by that.");
    expect(body).not.toContain("applies exactly");
  }
  const never = await repository.pullRequest({ base: none, head: none });
  expect([never.isGreen, never.commands]).toEqual([false, [expect.stringContaining("there is no such file")]]);
});

test("a plan whose file was renamed is compared with what it was", async () => {
  const { repository, base } = await started(["delete: true", "guards: { maxDeletes: 5 }"]);
  await using _ = repository;
  const { github, workspace } = repository;
  const changed = plan(["delete: true", "exclude: [b.txt]"]);
  // By the plan's name alone, and by git where that is another.
  for (const [file, pattern, content] of [
    ["moved/media.yaml", "plans/*.yaml\nmoved/*.yaml", `# ${"another text\n# ".repeat(200)}\n${changed}`],
    ["plans/renamed.yaml", "plans/*.yaml", changed.replace("name: media", "name: renamed")],
  ] as const) {
    const head = await repository.commit({ [FILE]: undefined, [file]: content }, base);
    const result = await repository.pullRequest({ base, head, inputs: { plan: pattern } });
    expect(result.isGreen, result.log).toBe(true);
    expect(result.commands.join("\n")).not.toContain("Plan gone");
    expect(result.summary).toContain("What the change adds and takes away");
    expect(result.commands).toContainEqual(expect.stringMatching(/title=GUARD_WEAKER::/));
    expect(result.commands.join("\n")).not.toContain("PLAN_NEW");
    expect(result.summary).toContain(`against \`${base.slice(0, 12)}\`.`);
    // Nothing stays of what was made to plan the base.
    expect((await readdir(workspace, { recursive: true })).filter((name) => name.endsWith(".yaml"))).toEqual([file]);
    expect((await readdir(workspace)).filter((name) => name !== ".git")).toEqual([file.slice(0, file.indexOf("/"))]);
  }
  expect(github.comments).toHaveLength(2);
});

test("the comment of a plan that a later push renames or takes out again promises nothing any more", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const { github } = repository;
  const [added, renamed] = ["plans/new.yaml", "plans/newer.yaml"];
  const content = plan([], { name: "new" });
  const head = await repository.commit({ [added]: content }, base);
  expect((await repository.pullRequest({ base, head })).isGreen).toBe(true);
  expect((await repository.pullRequest({ base, head, inputs: { artifact: "other" } })).isGreen).toBe(true);
  const bodyOf = (artifact: string, file: string) => github.comments.find(({ body }) => body.endsWith(`\n${commentMarker(artifact, file)}`))?.body ?? "";
  expect(bodyOf("tidemark", added)).toContain("applies exactly this changeset");

  const next = await repository.commit({ [added]: undefined, [renamed]: content }, head);
  expect((await repository.pullRequest({ base, head: next })).isGreen).toBe(true);
  expect(bodyOf("tidemark", added)).toContain("This plan is no longer in the pull request.");
  expect(bodyOf("tidemark", added)).not.toContain("applies exactly");
  expect(bodyOf("tidemark", renamed)).toContain("applies exactly this changeset");
  expect(bodyOf("tidemark", FILE)).toContain("applies exactly this changeset");
  // Another use of the action speaks for itself.
  expect(bodyOf("other", added)).toContain("applies exactly this changeset");

  const back = await repository.commit({ [added]: content, [renamed]: undefined }, next);
  expect((await repository.pullRequest({ base, head: back })).isGreen).toBe(true);
  expect(bodyOf("tidemark", added)).toContain("applies exactly this changeset");
  expect(bodyOf("tidemark", renamed)).toContain("no longer in the pull request");
});

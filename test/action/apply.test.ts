import { expect, test } from "vitest";
import { REPOSITORY_ID } from "./support/github.ts";
import { FILE, makeRepository, plan, started } from "./support/repository.ts";

test("a merge applies the very changeset that was reviewed, whatever is there to copy since", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const head = await repository.commit({ [FILE]: plan(["exclude: [nothing]"]) }, base);
  const reviewed = await repository.pullRequest({ base, head });
  expect(reviewed.isGreen, reviewed.log).toBe(true);
  repository.server.put("hot", "in/later.txt", "later");

  const merge = await repository.commit({}, head);
  repository.merged(merge, head);
  const applied = await repository.push(merge);
  expect(applied.isGreen, applied.log).toBe(true);
  expect(applied.ran.slice(1)).toEqual(["prepare", "find", "download", "apply", "conclude"]);
  expect(repository.server.keys("cold")).toEqual(["out/a.txt", "out/b.txt"]);
  expect(applied.outputs).toMatchObject({ "exit-code": "0", "has-changes": "true", "plan-id": reviewed.outputs["plan-id"] });
  expect(applied.summary).toContain("2 of 2 items applied");

  // The same job once more: what was done is not done twice.
  const again = await repository.push(merge);
  expect(again.isGreen, again.log).toBe(true);
  expect(repository.server.keys("cold")).toEqual(["out/a.txt", "out/b.txt"]);
});

test("an object that changed since the review stays: exit code 3, and what to do", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  repository.server.put("cold", "out/a.txt", "before");
  const head = await repository.commit({ [FILE]: plan(["exclude: [nothing]"]) }, base);
  expect((await repository.pullRequest({ base, head })).isGreen).toBe(true);
  repository.server.put("cold", "out/a.txt", "somebody else's");

  repository.merged(head, head);
  const { exitCode, outputs, commands, summary, log } = await repository.push(head);
  expect([exitCode, outputs["exit-code"]], log).toEqual([3, "3"]);
  expect(commands).toContainEqual(expect.stringMatching(/^::error title=Applied in part::.*plan and review again for what is stale/));
  expect(summary).toContain("`a.txt`");
  expect(repository.server.get("cold", "out/a.txt").toString()).toBe("somebody else's");
  expect(repository.server.keys("cold")).toContain("out/b.txt");
});

test("a plan that is another one since the review is stale: exit code 4, nothing is applied", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const head = await repository.commit({ [FILE]: plan(["exclude: [b.txt]"]) }, base);
  expect((await repository.pullRequest({ base, head })).isGreen).toBe(true);

  const merge = await repository.commit({ [FILE]: plan(["exclude: [a.txt]"]) }, head);
  repository.merged(merge, head);
  const { exitCode, commands, log } = await repository.push(merge);
  expect(exitCode, log).toBe(4);
  expect(commands).toContainEqual(expect.stringMatching(/^::error title=Stale plan::.*Plan and review again/));
  expect(repository.server.keys("cold")).toEqual([]);
});

test("what nobody reviewed is not applied: a direct push, an artifact of a fork, an old one", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const { github, server } = repository;
  const direct = await repository.push(base);
  expect([direct.isGreen, direct.ran.at(-1)], direct.log).toEqual([false, "find"]);
  expect(direct.commands).toEqual([expect.stringContaining("was merged by no pull request")]);

  expect((await repository.pullRequest({ base, head: base })).isGreen).toBe(true);
  repository.merged(base, base);
  const [artifact] = github.artifacts;
  if (!artifact) throw new Error("no artifact");
  github.artifacts[0] = { ...artifact, workflow_run: { ...artifact.workflow_run, head_repository_id: 99 } };
  const forged = await repository.push(base);
  expect(forged.commands).toEqual([expect.stringContaining("is not there")]);
  github.artifacts[0] = { ...artifact, expired: true };
  const expired = await repository.push(base);
  expect(expired.commands).toEqual([expect.stringContaining("has expired")]);
  github.artifacts[0] = { ...artifact, workflow_run: { ...artifact.workflow_run, head_sha: "1".repeat(40), head_repository_id: REPOSITORY_ID } };
  expect((await repository.push(base)).commands).toEqual([expect.stringContaining("is not there")]);
  expect(server.keys("cold")).toEqual([]);
});

test("by hand: plan, then apply what comes to the same plan-id; another is refused with 4", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const planned = await repository.dispatch(base);
  expect(planned.isGreen, planned.log).toBe(true);
  expect(planned.summary).toContain("**Plan: 2 to copy");
  const planId = planned.outputs["plan-id"] ?? "";

  repository.server.put("hot", "in/c.txt", "c");
  const other = await repository.dispatch(base, { "plan-id": planId });
  expect([other.exitCode, repository.server.keys("cold")], other.log).toEqual([4, []]);
  expect(other.commands).toContainEqual(expect.stringMatching(/^::error title=Stale plan::/));

  const now = await repository.dispatch(base);
  const applied = await repository.dispatch(base, { "plan-id": now.outputs["plan-id"] ?? "" });
  expect(applied.isGreen, applied.log).toBe(true);
  expect(repository.server.keys("cold")).toHaveLength(3);
  expect(applied.outputs["plan-id"]).toBe(now.outputs["plan-id"]);
  const refused = await repository.dispatch(base, { command: "apply" });
  expect(refused.commands).toEqual([expect.stringContaining("plan-id")]);
});

test("a state that runners share outlives them, and binds the changeset to it", async () => {
  const repository = await makeRepository();
  await using _ = repository;
  repository.server.put("hot", "in/a.txt", "a");
  const state = "state: { location: hot, prefix: state/ }\n";
  const base = await repository.commit({ [FILE]: plan([], { state }) });
  expect((await repository.pullRequest({ base, head: base })).isGreen).toBe(true);
  repository.merged(base, base);
  const applied = await repository.push(base);
  expect(applied.isGreen, applied.log).toBe(true);
  const planned = await repository.dispatch(base);
  expect(repository.server.keys("hot").filter((key) => key.startsWith("state/"))).not.toEqual([]);
  expect(planned.outputs["has-changes"]).toBe("false");
});

test("the merge that deletes the last plan is green and says so; where there never was one it is red", async () => {
  const { repository, base } = await started();
  await using _ = repository;
  const head = await repository.commit({ [FILE]: undefined }, base);
  repository.merged(head, head);
  const applied = await repository.push(head, {}, base);
  expect(applied.isGreen, applied.log).toBe(true);
  expect(applied.ran.slice(1)).toEqual(["prepare", "apply", "conclude"]);
  expect(applied.commands).toEqual([expect.stringMatching(/^::warning title=Plan gone::"plans\/media\.yaml" is gone\..*Nothing is deleted/)]);
  expect(applied.summary).toContain("`plans/media.yaml`");

  for (const [before, plan] of [
    [base, "other/*.yaml"],
    ["1".repeat(40), "plans/*.yaml"],
  ] as const) {
    const red = await repository.push(head, { plan }, before);
    expect([red.isGreen, red.commands], red.log).toEqual([false, [expect.stringContaining("there is no such file")]]);
  }
});

import { readFile, utimes } from "node:fs/promises";
import { expect, test } from "vitest";
import { HOSTILE_KEYS } from "../report/changeset-fixture.ts";
import { makeWorld, planFile, startCli, summaryOf } from "./cli.ts";

const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;

test("a wrong password is said so, and not shown", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile([], { secret: "${WRONG}" }), "here/a": "a" });
  for (const command of [
    ["plan", "plan.yaml"],
    ["check", "plan.yaml"],
    ["apply", "plan.yaml", "--auto-approve"],
  ]) {
    const refused = await startCli(command, { cwd: world.folder.path, env: { ...world.env, WRONG: "hunter2-not-the-secret" } }).finished;
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toMatch(/SignatureDoesNotMatch|secret/i);
    expect(refused.stdout + refused.stderr).not.toContain("hunter2");
  }
});

test("a bucket that is not there is named", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile([], { bucket: "no-such-bucket" }), "here/a": "a" });
  const planned = await world.run("plan", "plan.yaml");
  expect([planned.code, planned.stderr]).toEqual([1, expect.stringContaining("no-such-bucket")]);
  const checked = await world.run("check", "plan.yaml");
  expect([checked.code, checked.stdout]).toEqual([1, expect.stringContaining("FAIL")]);
});

test("what changed since the review is left alone, listed, and the rest is applied", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile(), "here/a": "a", "here/b": "b", "here/c": "c" });
  await world.run("plan", "plan.yaml", "--out", "x.changes");
  world.server.put("cold", "media/b", Buffer.from("somebody else's"));
  await world.write({ "here/c": "changed since" });

  const applied = await world.run("apply", "x.changes");
  expect(applied.code, applied.stderr).toBe(3);
  expect(applied.stdout).toContain("2 problems:");
  expect(applied.stdout).toMatch(/stale {2}media: copy b/);
  expect(applied.stdout).toMatch(/stale {2}media: copy c/);
  expect(world.server.get("cold", "media/b").toString()).toBe("somebody else's");
  expect(world.server.keys("cold")).toEqual(["media/a", "media/b"]);

  const history = await world.run("history", "plan.yaml", "--json");
  const [, run] = history.json();
  expect(run).toMatchObject({ type: "run", status: "partly" });
  const problems = await world.run("history", "plan.yaml", "--run", String(run?.["run"]).slice(0, 8), "--json");
  expect(problems.json().filter(({ type }) => type === "problem")).toMatchObject([
    { key: "b", outcome: "stale" },
    { key: "c", outcome: "stale" },
  ]);
});

test("a guard refuses before the first write, with its numbers", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile(["delete: true", "guards: { maxDeletes: 1 }"]), "here/a": "a" });
  for (const key of ["x", "y"]) world.server.put("cold", `media/${key}`, Buffer.from(key));
  const applied = await world.run("apply", "plan.yaml", "--auto-approve");
  expect([applied.code, applied.stderr]).toEqual([1, expect.stringMatching(/maxDeletes is 1 and the plan has 2.*GUARD_EXCEEDED/s)]);
  expect(world.server.keys("cold")).toEqual(["media/x", "media/y"]);
});

test("onExisting: fail refuses the plan; ifNewer leaves a conflict and says so by its exit code", async () => {
  await using world = await makeWorld();
  await world.write({ "here/a": "old", "here/b": "b", "fail.yaml": planFile(["onExisting: fail"]), "newer.yaml": planFile(["onExisting: ifNewer"]) });
  await utimes(world.folder.join("here/a"), 1_000_000, 1_000_000);
  world.server.put("cold", "media/a", Buffer.from("newer content"));

  const failed = await world.run("plan", "fail.yaml");
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining("EXISTING_DIFFERS")]);
  expect(failed.stderr).not.toContain("Nothing was written");
  const unapplied = await world.run("apply", "fail.yaml", "--auto-approve");
  expect([unapplied.code, unapplied.stderr]).toEqual([1, expect.stringMatching(/1 item differs.*Nothing was written\./)]);

  const planned = await world.run("plan", "newer.yaml", "--detailed-exitcode");
  expect([planned.code, planned.stdout]).toEqual([2, expect.stringContaining("1 in conflict")]);
  const applied = await world.run("apply", "newer.yaml", "--auto-approve");
  expect([applied.code, applied.stdout]).toEqual([3, expect.stringContaining("1 object in conflict: left alone.")]);
  expect(world.server.keys("cold")).toEqual(["media/a", "media/b"]);
  const alone = await world.run("apply", "newer.yaml", "--auto-approve");
  expect(alone.code, "a conflict that is left is no success").toBe(3);
});

test("hostile keys reach neither a terminal nor a page raw, and travel as they are", async () => {
  await using world = await makeWorld({ buckets: ["cold", "hot"] });
  const plan = planFile().replace(
    "here: { type: directory, path: ./here }",
    'here: { type: s3, bucket: hot, region: us-east-1, endpoint: "${ENDPOINT}", credentials: { accessKeyId: "${AK}", secretAccessKey: "${SK}" } }',
  );
  await world.write({ "plan.yaml": plan });
  for (const key of HOSTILE_KEYS) world.server.put("hot", key, Buffer.from("x"));

  const planned = await world.run("plan", "plan.yaml", "--out", "x.changes", "--verbose", "--markdown", "comment.md");
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stdout).not.toMatch(RAW);
  expect(await readFile(world.folder.join("comment.md"), "utf8")).not.toMatch(RAW);
  const shown = await world.run("show", "x.changes", "--json");
  expect(shown.stdout).not.toMatch(RAW);
  expect(new Set(shown.json().flatMap(({ key }) => (typeof key === "string" ? [key] : [])))).toEqual(new Set(HOSTILE_KEYS));

  const applied = await world.run("apply", "x.changes");
  expect(applied.code, applied.stderr + applied.stdout).toBe(0);
  expect(applied.stdout + applied.stderr).not.toMatch(RAW);
  expect(new Set(world.server.keys("cold"))).toEqual(new Set(HOSTILE_KEYS.map((key) => `media/${key}`)));
});

test("a comment for a pull request stays below what a page takes, however much there is", async () => {
  await using world = await makeWorld();
  for (let at = 0; at < 3000; at += 1) world.server.put("cold", `media/${"deep/".repeat(10)}${at}`, Buffer.from(""));
  await world.write({ "plan.yaml": planFile(["delete: true"]), "here/a": "a" });
  const planned = await world.run("plan", "plan.yaml", "--markdown", "comment.md");
  expect(planned.code, planned.stderr).toBe(0);
  const comment = await readFile(world.folder.join("comment.md"), "utf8");
  expect(comment.length).toBeLessThan(65_536);
  expect(comment).toMatch(/^<!-- tidemark:nightly -->/);
  expect(comment).toContain("3,000 objects will be deleted");
});

test("failures end in a list with cause and advice; the rest is applied", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile(), "here/a": "a", "here/bad": "bad" });
  world.server.faults.add({ match: { operation: "PutObject", key: "media/bad" }, effect: { kind: "error", code: "AccessDenied" } });
  const applied = await world.run("apply", "plan.yaml", "--auto-approve", "--json");
  expect(applied.code, applied.stderr).toBe(3);
  const { outcomes } = (summaryOf(applied)["syncs"] as Record<string, { outcomes: Record<string, number> }>)["media"] ?? { outcomes: {} };
  expect(outcomes["applied"]).toBe(1);
  expect((outcomes["failed"] ?? 0) + (outcomes["refused"] ?? 0)).toBe(1);
  expect(applied.json().find(({ type }) => type === "itemProblem")).toMatchObject({
    sync: "media",
    key: "bad",
    code: expect.any(String),
    message: expect.any(String),
  });
});

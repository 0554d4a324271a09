import { expect, test } from "vitest";
import { decide } from "../../action/support/decide.ts";
import { graver } from "../../action/support/job.ts";
import { changesetName } from "../../action/support/plan-files.ts";
import { obeyed, readOutputs } from "./support/runner.ts";

const SHA = "a".repeat(40);
const repository = { default_branch: "main" };

function decided(eventName: string, event: object, more: { readonly command?: string; readonly ref?: string; readonly planId?: string } = {}) {
  const { command = "auto", ref = "", planId } = more;
  const { mode, restricted, base } = decide({ eventName, event: { repository, ...event }, command, ref, actor: "alice", planId });
  return { mode, restricted, base };
}

test.each([
  ["push", { before: SHA }, { ref: "refs/heads/main" }, "apply", undefined],
  ["push", { before: SHA }, { ref: "refs/heads/other" }, "review", SHA],
  ["push", { before: "0".repeat(40) }, { ref: "refs/heads/new" }, "review", undefined],
  // A tag that is called as the branch is.
  ["push", { before: SHA }, { ref: "refs/tags/main" }, "review", SHA],
  ["merge_group", { merge_group: { base_sha: SHA } }, {}, "review", SHA],
  ["schedule", {}, {}, "plan", undefined],
  ["workflow_dispatch", {}, {}, "plan", undefined],
  ["workflow_dispatch", {}, { planId: "sha256:1" }, "apply", undefined],
  ["push", { before: SHA }, { ref: "refs/heads/main", command: "plan" }, "plan", undefined],
])("%s %j %j: %s", (eventName, event, more, mode, base) => {
  expect(decided(eventName, event, more)).toEqual({ mode, base, restricted: false });
});

test.each([
  ["a repository of its own", { id: 2 }, true],
  ["none any more", null, true],
  ["the same", { id: 1 }, false],
])("a pull request from %s", (_, repo, restricted) => {
  const event = { pull_request: { number: 3, head: { sha: SHA, repo }, base: { sha: SHA, repo: { id: 1 } } } };
  expect(decided("pull_request", event)).toEqual({ mode: restricted ? "review" : "plan", restricted, base: SHA });
  expect(() => decided("pull_request", event, { command: "apply" })).toThrow("applies nothing");
  expect(() => decided("pull_request", { ...event, action: "closed" })).toThrow("closed");
});

test.each([
  ["a number that is a text", { number: "3; touch x", head: { sha: SHA }, base: { sha: SHA } }],
  ["a commit that is none", { number: 3, head: { sha: "--upload-pack=touch x" }, base: { sha: SHA } }],
  ["nothing", undefined],
])("a pull request with %s is refused", (_, pull) => {
  expect(() => decided("pull_request", { pull_request: pull })).toThrow("no number, head or base");
});

test("what was not reviewed is not applied anywhere but with a plan-id", () => {
  expect(() => decided("push", { before: SHA }, { ref: "refs/heads/other", command: "apply" })).toThrow("plan-id");
  expect(() => decided("workflow_dispatch", {}, { command: "apply" })).toThrow("plan-id");
  expect(() => decided("push", {}, { command: "destroy" })).toThrow("one of auto");
});

test("names of changesets differ where plans do, and are harmless", () => {
  const names = ["a/b.yaml", "a-b.yaml", "a\nb.yaml", "../b.yaml", ".hidden", "x".repeat(300), "é.yaml"].map(changesetName);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[\w-][\w.-]{0,90}\.changes$/);
});

test("the graver exit code stays", () => {
  expect([graver(0, 2), graver(2, 0), graver(3, 4), graver(4, 1), graver(1, 3), graver(11, 3), graver(1, 137)]).toEqual([2, 2, 4, 1, 1, 11, 137]);
});

test("the runner of these tests reads outputs and commands as a runner does", () => {
  expect(readOutputs("a=1=2\nb<<end-x\nc=3\n\nend-x\n")).toEqual({ a: "1=2", b: "c=3\n" });
  expect(obeyed("x\n  ::error::a\n::stop-commands::w\n::error::b\n##[error]c\n::w::\nsee ##[error]d")).toEqual(["::error::a", "see ##[error]d"]);
});

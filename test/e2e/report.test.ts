import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeWorld, planFile, summaryOf, type World } from "./cli.ts";

/** Applies a changeset of three files, of which one was changed since. @returns the run's id */
async function partlyApplied(world: World): Promise<string> {
  await world.write({ "plan.yaml": planFile(), "here/a.txt": "a", "here/b.txt": "b", "here/c.txt": "c" });
  await world.run("plan", "plan.yaml", "--out", "changes");
  await world.write({ "here/b.txt": "changed" });
  return String(summaryOf(await world.run("apply", "changes", "--json"))["run"]);
}

test("tells a run by the beginning of its id: all of its items with their outcomes", async () => {
  await using world = await makeWorld();
  const run = await partlyApplied(world);
  const report = await world.run("report", run.slice(0, 6), "--json");
  expect(report.code).toBe(0);
  expect(report.json().filter(({ type }) => type === "item")).toMatchObject([
    { key: "a.txt", outcome: "applied", reason: "absent" },
    { key: "b.txt", outcome: "stale" },
    { key: "c.txt", outcome: "applied" },
  ]);
  expect(summaryOf(report)).toMatchObject({
    command: "report",
    run,
    status: "partly",
    named: "all",
    lists: { planned: { items: 3 }, applied: { items: 2 }, unapplied: { items: 1 } },
  });
  const unapplied = await world.run("report", run, "--list", "unapplied", "--json");
  expect(unapplied.json().filter(({ type }) => type === "item")).toMatchObject([{ key: "b.txt", outcome: "stale" }]);
});

test("without the changeset names what was not applied, and says so; with it all again", async () => {
  await using world = await makeWorld();
  const run = await partlyApplied(world);
  await rm(world.folder.join(".tidemark/runs"), { recursive: true });
  const report = await world.run("report", run, "--json");
  expect(report.json().filter(({ type }) => type === "item")).toMatchObject([{ key: "b.txt" }]);
  expect(summaryOf(report)).toMatchObject({ named: "problems", lists: { applied: { items: 2 } } });
  const text = await world.run("report", run, "--plan", "plan.yaml", "--changeset", "changes");
  expect(text.stdout).toContain("media: a.txt");

  await world.write({ "here/d.txt": "d" });
  await world.run("plan", "plan.yaml", "--out", "others");
  const other = await world.run("report", run, "--changeset", "others", "--json");
  expect(other.code).toBe(1);
  expect(summaryOf(other)).toMatchObject({ code: "CHANGESET_OF_ANOTHER_RUN" });
});

test("what the run of a plan file applied is kept too", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile(), "here/a.txt": "a" });
  const run = String(summaryOf(await world.run("apply", "plan.yaml", "--auto-approve", "--json"))["run"]);
  const report = await world.run("report", run, "--list", "applied", "--json");
  expect(report.json().filter(({ type }) => type === "item")).toMatchObject([{ key: "a.txt" }]);
});

test("a run that is not there", async () => {
  await using world = await makeWorld();
  await partlyApplied(world);
  const report = await world.run("report", "ffff0000", "--json");
  expect(report.code).toBe(1);
  expect(summaryOf(report)).toMatchObject({ code: "UNKNOWN_RUN" });
});

test("a file in the state's folder that is no state does not hinder it", async () => {
  await using world = await makeWorld();
  const run = await partlyApplied(world);
  await world.write({ ".tidemark/%E0%A4%A.state.sqlite": "", ".tidemark/.state.sqlite": "" });
  const report = await world.run("report", run, "--json");
  expect([report.code, summaryOf(report)], report.stderr).toMatchObject([0, { run }]);
});

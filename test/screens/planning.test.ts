import { expect, test } from "vitest";
import { makeGate, makeWorld, planFile } from "../e2e/cli.ts";
import { startTerminal } from "../support/terminal.ts";

/** A screen comes within this time, on any machine that is not very busy. */
const SCREEN_MS = 2000;

/** A world in which the second listing page does not come before the test says so. */
async function heldListing() {
  const world = await makeWorld();
  await world.write({ "plan.yaml": planFile(), "here/a": "a", "here/b": "b" });
  const gate = makeGate();
  world.server.faults.add({ match: { operation: "ListObjectsV2" }, effect: { kind: "hold", until: () => gate.opened } });
  return { world, gate };
}

test("shows what was listed on each side while it goes on, and takes it away at the end", async () => {
  const { world, gate } = await heldListing();
  await using _ = world;
  await using terminal = startTerminal(["plan", "plan.yaml"], { cwd: world.folder.path, env: world.env });
  await terminal.shows(/Planning nightly +0:0\d/);
  await terminal.shows(/media +\d+ at the source, 0 at the destination/);
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: false });
  gate.open();
  expect((await terminal.exited).code).toBe(0);
  const text = terminal.history().join("\n");
  expect(text).toContain("Plan: 2 to copy");
  expect(text).not.toContain("Planning nightly");
  // Not even an empty line stays of it.
  expect(terminal.lines()[0]).toMatch(/^media {2}/);
  expect(terminal.modes().cursor).toBe(true);
});

test.each(["ctrl-c", "SIGINT"] as const)("%s while it plans ends it", async (how) => {
  const { world, gate } = await heldListing();
  await using _ = world;
  await using terminal = startTerminal(["plan", "plan.yaml"], { cwd: world.folder.path, env: world.env });
  await terminal.shows("Planning nightly");
  if (how === "SIGINT") terminal.kill(how);
  else terminal.press(how);
  expect((await terminal.exited).code).toBe(130);
  gate.open();
  expect(terminal.history().join("\n")).toContain("Interrupted.");
  expect(terminal.modes().cursor).toBe(true);
});

test("--browse opens the plan when it is made; the summary stays on the terminal", async () => {
  const { world, gate } = await heldListing();
  await using _ = world;
  gate.open();
  await using terminal = startTerminal(["plan", "plan.yaml", "--browse", "--detailed-exitcode"], { cwd: world.folder.path, env: world.env });
  await terminal.shows("q quit");
  expect(terminal.modes().alternate).toBe(true);
  terminal.press("down", "enter");
  await terminal.shows("+ a ");
  terminal.type("q");
  expect((await terminal.exited).code).toBe(2);
  expect(terminal.history().join("\n")).toContain("Plan: 2 to copy");
});

test("without --browse a plan is printed and nothing waits for a key", async () => {
  const { world, gate } = await heldListing();
  await using _ = world;
  gate.open();
  await using terminal = startTerminal(["plan", "plan.yaml"], { cwd: world.folder.path, env: world.env });
  expect((await terminal.exited).code).toBe(0);
  expect(terminal.history().join("\n")).toContain("Plan: 2 to copy");
  expect(terminal.raw()).not.toContain("\u001b[?1049h");
});

test.each([{ TERM: "dumb" }, { PROGRESS: "plain" }])("%o: lines instead of a screen", async (env) => {
  const { world, gate } = await heldListing();
  await using _ = world;
  const args = "PROGRESS" in env ? ["--progress", "plain"] : [];
  await using terminal = startTerminal(["plan", "plan.yaml", ...args], { cwd: world.folder.path, env: { ...world.env, ...env } });
  await terminal.shows("media: listing both ends");
  gate.open();
  expect((await terminal.exited).code).toBe(0);
  expect(terminal.raw()).not.toMatch(/\u001b\[\?/);
});

/** An interactive shell in the world's folder. */
function startShell(world: Awaited<ReturnType<typeof makeWorld>>) {
  const env = { ...world.env, PS1: "ready> ", TIDEMARK: `${process.execPath} ${new URL("../../dist/main.js", import.meta.url).pathname}` };
  return startTerminal(["--norc", "--noprofile", "-i"], { command: "/bin/bash", cwd: world.folder.path, env });
}

test("started in the background it goes on unseen, and in the foreground it is shown", async () => {
  const { world, gate } = await heldListing();
  await using _ = world;
  await using terminal = startShell(world);
  await terminal.shows("ready>");
  terminal.type("$TIDEMARK plan plan.yaml &\r");
  // Asked for so long that a screen would have come.
  for (const end = performance.now() + SCREEN_MS; performance.now() < end;) {
    const word = `at-${performance.now()}`;
    terminal.type(`clear; echo ${word}; jobs\r`);
    const lines = await terminal.shows(new RegExp(`^${word}\\n\\[1\\]\\+ +Running`, "m"));
    expect(lines.join("\n")).not.toContain("Planning nightly");
  }
  terminal.type("fg\r");
  await terminal.shows("Planning nightly");
  gate.open();
  await terminal.until("the shell's prompt", (now) => now.findLast((line) => line !== "") === "ready>");
  expect(terminal.lines().join("\n")).toContain("Plan: 2 to copy");
});

test("in the background it goes on unseen, and in the foreground it is shown again", async () => {
  const { world, gate } = await heldListing();
  await using _ = world;
  await using terminal = startShell(world);
  await terminal.shows("ready>");
  terminal.type("$TIDEMARK plan plan.yaml\r");
  await terminal.shows("Planning nightly");
  terminal.press("ctrl-z");
  await terminal.shows("Stopped");
  terminal.type("clear; bg; jobs\r");
  const lines = await terminal.shows("Running");
  expect(lines.join("\n")).not.toContain("Planning nightly");
  // What is typed for the shell is the shell's: a job in the background that read it would be stopped.
  for (const word of ["one", "two", "three", "four", "five"]) {
    terminal.type(`clear; echo ${word}; jobs\r`);
    await terminal.shows(new RegExp(`^${word}\\n\\[1\\]\\+ +Running`, "m"));
  }
  terminal.type("fg\r");
  await terminal.shows("Planning nightly");
  gate.open();
  await terminal.until("the shell's prompt", (now) => now.findLast((line) => line !== "") === "ready>");
  expect(terminal.lines().join("\n")).toContain("Plan: 2 to copy");
  terminal.type("echo code=$?\r");
  await terminal.shows(/^code=0$/m);
});

import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeGate, makeWorld, planFile, summaryOf, type Running, type World } from "./cli.ts";

const FILES = 24;

/** Subtasks of one object, one at a time: what has not begun when it is stopped never begins. */
async function slowWorld(): Promise<World> {
  const world = await makeWorld();
  const names = Array.from({ length: FILES }, (_, at) => `here/f${String(at).padStart(2, "0")}`);
  await world.write({ "plan.yaml": planFile(["subtasks: { maxObjects: 2, parallel: 2 }"]), ...Object.fromEntries(names.map((name) => [name, name])) });
  return world;
}

/** Holds every upload: nothing of the run can end before the test says so. */
async function blockedRun(world: World): Promise<{ readonly running: Running; open(): void }> {
  const gate = makeGate();
  const arrived = makeGate();
  const hold = () => {
    arrived.open();
    return gate.opened;
  };
  world.server.faults.add({ match: { operation: "PutObject", key: /^media\/f\d\d$/ }, effect: { kind: "hold", until: hold } });
  const running = world.start("apply", "plan.yaml", "--auto-approve", "--json");
  await arrived.opened;
  return { running, open: () => gate.open() };
}

test("the first Ctrl-C finishes what is in flight and begins nothing new; apply goes on from there", async () => {
  await using world = await slowWorld();
  const { running, open } = await blockedRun(world);
  running.child.kill("SIGINT");
  await running.line(/"type":"stopping"/);
  open();

  const stopped = await running.finished;
  expect(stopped.code, stopped.stderr).toBe(130);
  expect(summaryOf(stopped)).toMatchObject({ command: "apply", stopped: true, status: "stopped" });
  const done = world.server.keys("cold").length;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(FILES);

  world.server.faults.clear();
  const again = await world.run("apply", "plan.yaml", "--auto-approve");
  expect(again.code, again.stderr).toBe(0);
  expect(again.stdout).toContain(`${FILES - done} applied`);
  expect(world.server.keys("cold")).toHaveLength(FILES);
});

test("the second cuts off what is in flight, and leaves nothing half-done", async () => {
  await using world = await slowWorld();
  const { running, open } = await blockedRun(world);
  running.child.kill("SIGINT");
  await running.line(/"type":"stopping"/);
  running.child.kill("SIGINT");

  const cut = await running.finished;
  open();
  expect(cut.code, cut.stderr).toBe(130);
  expect(world.server.uploads("cold")).toEqual([]);
  world.server.faults.clear();
  const again = await world.run("apply", "plan.yaml", "--auto-approve");
  expect(again.code, again.stderr).toBe(0);
  expect(world.server.keys("cold")).toHaveLength(FILES);
});

test("SIGTERM is as the first Ctrl-C", async () => {
  await using world = await slowWorld();
  const { running, open } = await blockedRun(world);
  running.child.kill("SIGTERM");
  await running.line(/"type":"stopping"/);
  open();
  const stopped = await running.finished;
  expect(stopped.code, stopped.stderr).toBe(130);
  expect(world.server.keys("cold").length).toBeLessThan(FILES);
});

test("Ctrl-C while only looking ends it at once", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile(), "here/a": "a" });
  const gate = makeGate();
  const arrived = makeGate();
  world.server.faults.add({
    match: { operation: "ListObjectsV2" },
    effect: {
      kind: "hold",
      until: () => {
        arrived.open();
        return gate.opened;
      },
    },
  });
  const running = world.start("plan", "plan.yaml", "--out", "x.changes");
  await arrived.opened;
  running.child.kill("SIGINT");
  const ended = await running.finished;
  gate.open();
  expect(ended.code, ended.stderr).toBe(130);
  expect((await readdir(world.folder.path)).toSorted()).toEqual(["here", "plan.yaml"]);
});

test("another process can stop it, through the state, and a second run meets the lock", async () => {
  await using world = await slowWorld();
  const { running, open } = await blockedRun(world);

  const second = await world.run("apply", "plan.yaml", "--auto-approve");
  expect([second.code, second.stderr]).toEqual([11, expect.stringContaining("LOCKED")]);
  const listed = await world.run("state", "list", "plan.yaml", "--json");
  expect(listed.json().find(({ type }) => type === "lock")).toMatchObject({ pid: running.child.pid });

  const stop = await world.run("stop", "plan.yaml");
  expect(stop.code, stop.stderr).toBe(0);
  await running.line(/"type":"stopping"/);
  open();
  const stopped = await running.finished;
  expect(stopped.code, stopped.stderr).toBe(3);
  expect(summaryOf(stopped)).toMatchObject({ stopped: true });
  expect(world.server.keys("cold").length).toBeLessThan(FILES);

  const nothing = await world.run("stop", "plan.yaml");
  expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining("NOT_RUNNING")]);
});

test("stop --force by the run's id cuts it off", async () => {
  await using world = await slowWorld();
  const { running, open } = await blockedRun(world);
  const started = JSON.parse(await running.line(/"type":"runStarted"/));
  const stop = await world.run("stop", String(started.run), "--force");
  expect(stop.code, stop.stderr).toBe(0);
  const cut = await running.finished;
  open();
  expect(cut.code, cut.stderr).toBe(3);
  expect(summaryOf(cut)).toMatchObject({ stopped: true });
});

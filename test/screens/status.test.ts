import { expect, test } from "vitest";
import { makeGate, makeWorld, planFile, type World } from "../e2e/cli.ts";
import { startTerminal } from "../support/terminal.ts";

const SECOND_SYNC = `  docs:
    from: here
    to: { location: cold, prefix: docs/ }
    needs: [media]
`;

/** Two syncs of four files each, and a door that uploads of the first wait at. */
async function heldWorld() {
  const world = await makeWorld();
  const files = Object.fromEntries(["a", "b", "c", "d"].map((name) => [`here/${name}`, name.repeat(1000)]));
  await world.write({ "plan.yaml": planFile(["concurrency: 1"]) + SECOND_SYNC, ...files });
  const gate = makeGate();
  const arrived = makeGate();
  world.server.faults.add({
    match: { operation: "PutObject", key: "media/c" },
    effect: {
      kind: "hold",
      until: () => {
        arrived.open();
        return gate.opened;
      },
    },
  });
  return { world, gate, arrived };
}

const status = (world: World, ...args: readonly string[]) => world.run("status", "plan.yaml", ...args);

test("before, during and after a run, of a plan", async () => {
  const { world, gate, arrived } = await heldWorld();
  await using _ = world;
  const before = await status(world, "--json");
  expect(before.code, before.stderr).toBe(0);
  expect(before.json()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: "syncStatus", sync: "media", status: null }),
      { type: "locationStatus", plan: "nightly", location: "cold", status: "Creating" },
      { type: "planStatus", plan: "nightly", file: "plan.yaml", status: null },
    ]),
  );

  const running = world.start("apply", "plan.yaml", "--auto-approve", "--json");
  await arrived.opened;
  // It holds every lock meanwhile: status waits for none.
  const during = await status(world, "--json");
  expect(during.json()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: "syncStatus", sync: "media", status: "Migrating", progress: expect.objectContaining({ of: 4, problems: 0 }) }),
      expect.objectContaining({ type: "syncStatus", sync: "docs", status: "Migrating", progress: { done: 0, of: 4, problems: 0 } }),
      expect.objectContaining({ type: "runStatus", status: "Scan Finished", items: expect.objectContaining({ of: 8 }) }),
      expect.objectContaining({ type: "lock", plan: "nightly" }),
      expect.objectContaining({ type: "planStatus", status: "Migrating" }),
    ]),
  );
  expect((await status(world)).stdout).toMatch(
    /^nightly {2}Migrating {2}plan\.yaml\n {2}Migrating +media {2}here → cold {2}\d of 4 \(\d+%\)\n[^]*Scan Finished +run [^]*locked/,
  );
  gate.open();
  expect((await running.finished).code).toBe(0);

  const after = await status(world);
  expect(after.stdout).toMatch(
    /^nightly {2}Completed {2}plan\.yaml\n {2}Completed +media[^]*4 items known to be equal\n[^]*Normal +location cold\n[^]*Success +run /,
  );
});

test("what failed, what was stopped", async () => {
  const { world, gate } = await heldWorld();
  await using _ = world;
  gate.open();
  world.server.faults.add({ match: { operation: "PutObject", key: "media/b" }, effect: { kind: "answer", status: 403, code: "AccessDenied" } });
  expect((await world.run("apply", "plan.yaml", "--auto-approve")).code).toBe(3);
  const failed = await status(world, "--json");
  expect(failed.json()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: "syncStatus", sync: "media", status: "Failed" }),
      expect.objectContaining({ type: "runStatus", status: "Failed", items: { done: 4, of: 8, problems: 1 } }),
      { type: "locationStatus", plan: "nightly", location: "cold", status: "Normal" },
      expect.objectContaining({ type: "planStatus", status: "Failed" }),
    ]),
  );
});

test("without a plan: the states that are here; and none is an error that says what to do", async () => {
  const { world, gate } = await heldWorld();
  await using _ = world;
  gate.open();
  const none = await world.run("status");
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("NO_STATE_HERE")]);
  await world.run("apply", "plan.yaml", "--auto-approve");
  const here = await world.run("status");
  expect(here.stdout).toMatch(/^nightly {2}Completed\n {2}Completed +docs/);
});

test("--watch keeps up, shows a sync's history, and gives the terminal back", async () => {
  const { world, gate, arrived } = await heldWorld();
  await using _ = world;
  await using terminal = startTerminal(["status", "plan.yaml", "--watch"], { cwd: world.folder.path, env: world.env });
  await terminal.shows(/not run yet +media/);
  expect(terminal.modes()).toMatchObject({ alternate: true, cursor: false });
  const running = world.start("apply", "plan.yaml", "--auto-approve", "--json");
  await arrived.opened;
  await terminal.shows(/> Migrating +media +\d of 4/);
  await terminal.shows(/Scan Finished +run [0-9a-f]{8} +\d of 8/);
  gate.open();
  expect((await running.finished).code).toBe(0);
  await terminal.shows(/> Completed +media +4 known/);
  terminal.press("down", "enter");
  await terminal.shows("History of docs");
  await terminal.shows(/Completed +run [0-9a-f]{8} .*4 applied/);
  terminal.press("escape");
  await terminal.shows(/> Completed +docs/);
  terminal.resize(40, 10);
  await terminal.until("a small screen", (lines) => lines.length === 10 && lines.some((line) => /> Completed +docs/.test(line)));
  terminal.type("q");
  expect((await terminal.exited).code).toBe(0);
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true });
});

test("Ctrl-C leaves --watch as an interrupt", async () => {
  const { world } = await heldWorld();
  await using _ = world;
  await using terminal = startTerminal(["status", "plan.yaml", "--watch"], { cwd: world.folder.path, env: world.env });
  await terminal.shows("q quit");
  terminal.press("ctrl-c");
  expect((await terminal.exited).code).toBe(130);
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true });
});

test("--watch where there is no terminal: what changed, as lines", async () => {
  const { world, gate, arrived } = await heldWorld();
  await using _ = world;
  const watching = world.start("status", "plan.yaml", "--watch", "--json");
  await watching.line(/"type":"planStatus".*"status":null/);
  const running = world.start("apply", "plan.yaml", "--auto-approve", "--json");
  await arrived.opened;
  await watching.line(/"sync":"media","status":"Migrating"/);
  gate.open();
  await running.finished;
  await watching.line(/"type":"planStatus".*"status":"Completed"/);
  watching.child.kill("SIGINT");
  const { code, stdout } = await watching.finished;
  expect(code).toBe(130);
  expect(stdout.match(/"type":"planStatus".*"status":"Completed"/g)).toHaveLength(1);
});

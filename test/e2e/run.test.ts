import { expect, test } from "vitest";
import { makeWorld, planFile, summaryOf } from "./cli.ts";

/** A database sync that nobody answers. @param at when it begins, milliseconds since the epoch */
function databasePlan(at: number, more = ""): string {
  return `version: 1
name: databases
locations:
  app: { type: postgres, host: 127.0.0.1, port: 1, database: a, user: u, sslmode: disable }
  copy: { type: postgres, host: 127.0.0.1, port: 1, database: b, user: u, sslmode: disable }
syncs:
  shop: { from: app, to: copy, schedule: { start: "${new Date(at).toISOString()}" } }
${more}`;
}

const TOMORROW = 86_400_000;

test("syncs without a start begin at once, and it ends when nothing is left to do", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile(), "here/a": "a" });
  const first = await world.run("run", "plan.yaml", "--json");
  expect(first.code, first.stderr).toBe(0);
  expect(summaryOf(first)).toMatchObject({ command: "apply", syncs: { media: { outcomes: { applied: 1 } } } });
  expect(world.server.keys("cold")).toEqual(["media/a"]);
});

test("a sync waits for its start, which is said, and does not begin before it", async () => {
  await using world = await makeWorld();
  const at = Date.now() + 4000;
  await world.write({ "plan.yaml": databasePlan(at) });
  const running = world.start("run", "plan.yaml", "--json");
  expect(JSON.parse(await running.line(/"waiting"/))).toEqual({ type: "waiting", file: "plan.yaml", syncs: ["shop"], startAt: new Date(at).toISOString() });
  // Nobody answers there: that it was tried is what is to be seen.
  const ended = await running.finished;
  expect(Date.now()).toBeGreaterThanOrEqual(at);
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("127.0.0.1")]);
});

test("Ctrl-C while it waits ends it at once", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": databasePlan(Date.now() + TOMORROW) });
  const running = world.start("run", "plan.yaml", "--json");
  await running.line(/"waiting"/);
  running.child.kill("SIGINT");
  const { code, stdout } = await running.finished;
  expect([code, stdout]).toEqual([130, expect.not.stringContaining('"summary"')]);
});

test("one plan that fails does not keep the others, and counts in the end", async () => {
  await using world = await makeWorld();
  await world.write({
    "database.yaml": databasePlan(
      Date.now() - 1000,
      "  after: { from: app, to: copy, needs: [shop], schedule: { start: 2020-01-01T00:00:00Z }, map: { database: c } }\n",
    ),
    "plan.yaml": planFile(),
    "here/a": "a",
  });
  const ended = await world.run("run", "database.yaml", "plan.yaml");
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("127.0.0.1")]);
  expect(world.server.keys("cold")).toEqual(["media/a"]);
});

test("what needs a sync that was not done whole is left out when its own start comes", async () => {
  await using world = await makeWorld();
  const at = Date.now() + 1500;
  await world.write({
    "database.yaml": databasePlan(Date.now() - 1000, `  later: { from: app, to: copy, needs: [shop], schedule: { start: "${new Date(at).toISOString()}" } }\n`),
  });
  const ended = await world.run("run", "database.yaml");
  expect(Date.now()).toBeGreaterThanOrEqual(at);
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("later of database.yaml was left out: it needs shop")]);
});

test("a mistake in any plan is said before anything is waited for", async () => {
  await using world = await makeWorld();
  await world.write({ "database.yaml": databasePlan(Date.now() + TOMORROW), "plan.yaml": planFile(["delet: true"]) });
  const ended = await world.run("run", "database.yaml", "plan.yaml");
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("UNKNOWN_KEY")]);
});

import { expect, test } from "vitest";
import { makeWorld, planFile, summaryOf, type World } from "./cli.ts";

/** It would take hours. */
async function slowWorld(rules: readonly string[]): Promise<World> {
  const world = await makeWorld();
  await world.write({ "plan.yaml": planFile(rules), "here/a": "a".repeat(20_000), "here/b": "b".repeat(20_000) });
  return world;
}

test("a run that is limited to a crawl is let go, and ends", async () => {
  await using world = await slowWorld(["rate: { bytes: 1 B/s }"]);
  const running = world.start("apply", "plan.yaml", "--auto-approve", "--json");
  const { run } = JSON.parse(await running.line(/"type":"runStarted"/)) as { run: string };

  const flow = await world.run("flow", "plan.yaml", "media", "--rate", "50MB/s", "--run", run.slice(0, 8), "--json");
  expect(flow.code, flow.stderr).toBe(0);
  expect(flow.json().at(-1)).toEqual({ type: "flowRequested", run, sync: "media", flow: { windows: [], outside: 50_000_000 } });

  const finished = await running.finished;
  expect(finished.code, finished.stderr).toBe(0);
  expect(finished.json()).toContainEqual(expect.objectContaining({ type: "notice", code: "FLOW_CHANGED" }));
  expect(summaryOf(finished)).toMatchObject({ syncs: { media: { outcomes: { applied: 2 } } } });
  expect(world.server.keys("cold")).toEqual(["media/a", "media/b"]);
});

test("a run that its plan pauses says so, and goes on without a limit", async () => {
  await using world = await slowWorld(["flowOutside: pause"]);
  const running = world.start("apply", "plan.yaml", "--auto-approve", "--json");
  expect(await running.line(/"FLOW_PAUSED"/)).toContain("until its flow is changed");
  expect(world.server.keys("cold")).toEqual([]);

  const flow = await world.run("flow", "plan.yaml", "media", "--outside", "unlimited");
  expect([flow.code, flow.stdout]).toEqual([0, expect.stringMatching(/^Asked the run .* to change the flow of media: without a limit\.\n$/)]);
  const finished = await running.finished;
  expect(finished.code, finished.stderr).toBe(0);
  expect(world.server.keys("cold")).toEqual(["media/a", "media/b"]);
});

test("a pause is no reason not to stop", async () => {
  await using world = await slowWorld(["flowOutside: pause"]);
  const running = world.start("apply", "plan.yaml", "--auto-approve", "--json");
  await running.line(/"FLOW_PAUSED"/);
  running.child.kill("SIGINT");
  const stopped = await running.finished;
  expect(stopped.code, stopped.stderr).toBe(130);
  expect(summaryOf(stopped)).toMatchObject({ stopped: true });
});

test("what cannot be meant is refused", async () => {
  await using world = await slowWorld([]);
  for (const [args, said] of [
    [["flow", "plan.yaml", "media", "--rate", "1MB/s"], "NOT_RUNNING"],
    [["flow", "plan.yaml", "medai", "--rate", "1MB/s"], "UNKNOWN_SYNC"],
    [["flow", "plan.yaml", "media", "--run", "abcd", "--rate", "1MB/s"], "UNKNOWN_RUN"],
    [["flow", "plan.yaml", "media", "--rate", "fast"], "USAGE"],
    [["flow", "plan.yaml", "media"], "USAGE"],
  ] as const) {
    const { code, stdout, stderr } = await world.run(...args);
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringContaining(said)]);
  }
});

test("more requests in flight, asked for from elsewhere", async () => {
  await using world = await slowWorld(["rate: { bytes: 1 B/s }", "concurrency: 1"]);
  const running = world.start("apply", "plan.yaml", "--auto-approve", "--json");
  const { run } = JSON.parse(await running.line(/"type":"runStarted"/)) as { run: string };
  const asked = await world.run("flow", "plan.yaml", "media", "--concurrency", "8", "--json");
  expect(asked.json().slice(1)).toEqual([{ type: "concurrencyRequested", run, sync: "media", concurrency: 8 }]);
  expect(await running.line(/CONCURRENCY_CHANGED/)).toContain("at most 8");
  const both = await world.run("flow", "plan.yaml", "media", "--concurrency", "plan", "--rate", "50MB/s", "--json");
  expect(both.json().slice(1)).toMatchObject([{ type: "flowRequested" }, { type: "concurrencyRequested", concurrency: null }]);
  expect((await running.finished).code).toBe(0);
  expect((await world.run("flow", "plan.yaml", "media", "--concurrency", "many")).stderr).toContain("USAGE");
});

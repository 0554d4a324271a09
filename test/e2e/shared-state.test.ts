import { mkdir, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { type Finished, makeGate, makeWorld, type Running, startCli, summaryOf, type World } from "./cli.ts";

function planFile(rules: readonly string[] = [], state = "{ location: states }"): string {
  const bucket = (name: string) =>
    `  ${name}: { type: s3, bucket: ${name}, region: us-east-1, endpoint: "\${ENDPOINT}", credentials: { accessKeyId: "\${AK}", secretAccessKey: "\${SK}" } }`;
  return `version: 1
name: nightly
state: ${state}
locations:
${["hot", "cold", "states"].map(bucket).join("\n")}
syncs:
  media:
    from: hot
    to: cold
${rules.map((rule) => `    ${rule}\n`).join("")}`;
}

interface Runner {
  run(...args: readonly string[]): Promise<Finished>;
  start(...args: readonly string[]): Running;
  write(plan: string): Promise<void>;
  readonly path: string;
}

/** Two machines that share nothing but the buckets: each has a folder and a home of its own. */
async function twoRunners(plan = planFile()): Promise<{ readonly world: World; readonly a: Runner; readonly b: Runner } & AsyncDisposable> {
  const world = await makeWorld({ buckets: ["hot", "cold", "states"] });
  const runner = async (name: string): Promise<Runner> => {
    const path = world.folder.join(name);
    await mkdir(path);
    const start = (...args: readonly string[]) => startCli(args, { cwd: path, env: { ...world.env, HOME: path } });
    const write = (text: string) => writeFile(`${path}/plan.yaml`, text);
    await write(plan);
    return { path, start, write, run: (...args) => start(...args).finished };
  };
  const [a, b] = [await runner("a"), await runner("b")];
  for (const key of ["one", "two"]) world.server.put("hot", key, Buffer.from(key), { partBytes: 2 });
  return { world, a, b, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

test("what one runner applied another knows, and nothing of it is on their disks or tells a secret", async () => {
  await using runners = await twoRunners();
  const { world, a, b } = runners;
  const applied = await a.run("apply", "plan.yaml", "--auto-approve");
  expect(applied.code, applied.stderr).toBe(0);
  world.server.requests.reset();
  const again = await b.run("apply", "plan.yaml", "--auto-approve");
  expect([again.code, again.stdout], again.stderr).toEqual([0, expect.stringContaining("Nothing to do.")]);
  // ETags of parts cannot be compared: only the state knows that they are equal.
  expect(world.server.requests.list.filter(({ bucket, operation }) => bucket !== "states" && operation === "GetObject")).toEqual([]);
  expect((await b.run("history", "plan.yaml")).stdout).toMatch(/applied/);
  const status = (await b.run("status", "plan.yaml")).stdout;
  expect(status).toMatch(/Normal +location cold/);
  expect(status).not.toContain("location states");
  expect((await b.run("state", "list", "plan.yaml")).stdout).toMatch(/media {2}2 items/);
  expect((await b.run("state", "show", "plan.yaml", "media")).stdout).toMatch(/^one /);
  for (const { path } of [a, b]) expect(readdirSync(path)).toEqual(["plan.yaml"]);
  for (const key of world.server.keys("states")) {
    expect(key).toMatch(/^tidemark\/nightly\//);
    expect(world.server.get("states", key).includes("secretsecret")).toBe(false);
  }
});

test("a changeset that one runner planned another applies", async () => {
  await using runners = await twoRunners();
  const { world, a, b } = runners;
  await a.run("apply", "plan.yaml", "--auto-approve");
  world.server.put("hot", "three", Buffer.from("three"));
  expect((await a.run("plan", "plan.yaml", "--out", "../changes")).code).toBe(0);
  const applied = await b.run("apply", "../changes", "--plan", "plan.yaml");
  expect(applied.code, applied.stderr).toBe(0);
  expect(world.server.keys("cold")).toEqual(["one", "three", "two"]);
  const twice = await a.run("apply", "../changes", "--plan", "plan.yaml");
  expect([twice.code, twice.stdout], twice.stderr).toEqual([0, expect.stringContaining("Nothing to do.")]);
});

test("a run is seen, let go and stopped from another machine, which cannot run beside it", async () => {
  await using runners = await twoRunners(planFile(["rate: { bytes: 1 B/s }"]));
  const { world, a, b } = runners;
  world.server.put("hot", "large", Buffer.alloc(50_000));
  const running = a.start("apply", "plan.yaml", "--auto-approve", "--json");
  const { run } = JSON.parse(await running.line(/"type":"runStarted"/)) as { run: string };
  const refused = await b.run("apply", "plan.yaml", "--auto-approve");
  expect([refused.code, refused.stderr]).toEqual([11, expect.stringContaining(run)]);
  expect((await b.run("state", "list", "plan.yaml")).stdout).toContain(`running  ${run}`);
  const forget = await b.run("state", "forget", "plan.yaml", "media", "--all", "--auto-approve");
  expect(forget.code).toBe(11);
  const migrate = await b.run("state", "migrate", "plan.yaml", "--to", "here");
  expect([migrate.code, migrate.stderr]).toEqual([11, expect.stringContaining(run)]);
  const flow = await b.run("flow", "plan.yaml", "media", "--rate", "2B/s");
  expect(flow.code, flow.stderr).toBe(0);
  await running.line(/"FLOW_CHANGED"/);
  const stop = await b.run("stop", "plan.yaml", "--force");
  expect(stop.code, stop.stderr).toBe(0);
  const stopped = await running.finished;
  expect(summaryOf(stopped), stopped.stderr).toMatchObject({ stopped: true });
  expect((await b.run("history", "plan.yaml")).stdout).toMatch(/stopped/);
});

test("what a runner that was killed had recorded is not done again", async () => {
  await using runners = await twoRunners(planFile(["subtasks: { maxObjects: 1 }", "concurrency: 1"]));
  const { world, a, b } = runners;
  const arrived = makeGate();
  const held = world.server.faults.add({
    match: { bucket: "cold", key: "two" },
    effect: {
      kind: "hold",
      until: () => {
        arrived.open();
        return new Promise(() => {});
      },
    },
  });
  const running = a.start("apply", "plan.yaml", "--auto-approve");
  await arrived.opened;
  await expect.poll(async () => (await b.run("state", "list", "plan.yaml")).stdout, { timeout: 20_000 }).toMatch(/media {2}1 item/);
  running.child.kill("SIGKILL");
  await running.finished;
  held.remove();
  expect((await b.run("history", "plan.yaml")).stdout).toMatch(/died/);
  const applied = await b.run("apply", "plan.yaml", "--auto-approve", "--json");
  expect(applied.code, applied.stderr).toBe(0);
  expect(summaryOf(applied)).toMatchObject({ syncs: { media: { outcomes: { applied: 1 } } } });
});

test("a state moves from a folder to a bucket, and the folder is no longer used by mistake", async () => {
  await using runners = await twoRunners(planFile([], ".tidemark"));
  const { a, b } = runners;
  const applied = await a.run("apply", "plan.yaml", "--auto-approve");
  expect(applied.code, applied.stderr).toBe(0);
  await a.write(planFile());
  const asked = await a.run("state", "migrate", "plan.yaml", "--from", ".tidemark");
  expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining("--auto-approve")]);
  const nowhere = await a.run("state", "migrate", "plan.yaml", "--auto-approve");
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining("--from")]);
  const moved = await a.run("state", "migrate", "plan.yaml", "--from", ".tidemark", "--auto-approve");
  expect([moved.code, moved.stdout], moved.stderr).toEqual([0, expect.stringContaining("2 items, 1 run")]);
  await b.write(planFile());
  expect((await b.run("apply", "plan.yaml", "--auto-approve")).stdout).toContain("Nothing to do.");
  const old = await a.run("plan", "plan.yaml", "--state", ".tidemark");
  expect([old.code, old.stderr]).toEqual([1, expect.stringContaining("location:states/tidemark/")]);
  const back = await b.run("state", "migrate", "plan.yaml", "--to", "here", "--auto-approve", "--json");
  expect([back.code, summaryOf(back)]).toMatchObject([0, { type: "migrated", from: "location:states/tidemark/", moved: { items: 2 } }]);
});

test("a damaged shared state is rebuilt from both ends", async () => {
  await using runners = await twoRunners();
  const { world, a } = runners;
  await a.run("apply", "plan.yaml", "--auto-approve");
  world.server.put("states", "tidemark/nightly/head.json", Buffer.from("nothing"));
  const refused = await a.run("plan", "plan.yaml");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("STATE_DAMAGED")]);
  const rebuilt = await a.run("state", "rebuild", "plan.yaml", "--auto-approve");
  expect([rebuilt.code, rebuilt.stdout], rebuilt.stderr).toEqual([0, expect.stringContaining("media: 2 items")]);
  expect(world.server.get("states", "tidemark/nightly/head.json.damaged-1").toString()).toBe("nothing");
});

test("a store that does not keep to conditions is refused, and a place that is none is named", async () => {
  await using runners = await twoRunners();
  const { world, a } = runners;
  world.server.faults.add({ match: { bucket: "states" }, effect: { kind: "ignore-conditions", conditions: ["put-if-match", "put-if-none-match"] } });
  const refused = await a.run("apply", "plan.yaml", "--auto-approve");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("STATE_CONDITIONS")]);
  expect(world.server.keys("cold")).toEqual([]);
  const unknown = await a.run("plan", "plan.yaml", "--state", "location:stats");
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("location:states")]);
});

test("check tries the place of the state too, and leaves nothing there", async () => {
  await using runners = await twoRunners();
  const { world, a } = runners;
  const checked = await a.run("check", "plan.yaml");
  expect(checked.code, checked.stderr).toBe(0);
  expect(checked.stdout).toMatch(/^pass +state in location:states\/tidemark\/: It can be read/m);
  expect(world.server.keys("states")).toEqual([]);

  await a.write(planFile().replace("states: { type: s3, bucket: states,", "states: { type: s3, bucket: nowhere,"));
  const failed = await a.run("check", "plan.yaml");
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/^FAIL +state in location:states\/tidemark\/\n.*nowhere.*\[NO_SUCH_BUCKET\]$/m);
  expect(failed.stdout).toContain("1 failed.");
});

import { readdir, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeWorld, planFile, summaryOf, type World } from "./cli.ts";

async function appliedWorld(): Promise<World> {
  const world = await makeWorld();
  await world.write({ "plan.yaml": planFile(), "here/a": "a", "here/b": "bb" });
  const applied = await world.run("apply", "plan.yaml", "--auto-approve");
  expect(applied.code, applied.stderr).toBe(0);
  return world;
}

test("history lists runs newest first, and finds one by the beginning of its id", async () => {
  await using world = await appliedWorld();
  await world.write({ "here/c": "ccc" });
  await world.run("apply", "plan.yaml", "--auto-approve");

  const runs = (await world.run("history", "plan.yaml", "--json")).json().filter(({ type }) => type === "run");
  expect(runs).toMatchObject([
    { status: "applied", items: 1, counts: { media: { applied: 1 } } },
    { status: "applied", items: 2, appliedBytes: 3 },
  ]);
  const one = await world.run("history", "plan.yaml", "--run", String(runs[1]?.["run"]).slice(0, 13));
  expect([one.code, one.stdout]).toEqual([0, expect.stringContaining("2 applied")]);
  const none = await world.run("history", "plan.yaml", "--run", "ffffffffffff");
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("UNKNOWN_RUN")]);
});

test("compare tells equal ends by 0 and differences by 2", async () => {
  await using world = await appliedWorld();
  for (const flags of [[], ["--download"]]) {
    const equal = await world.run("compare", "plan.yaml", "--json", ...flags);
    expect(equal.code, equal.stderr).toBe(0);
    expect(summaryOf(equal)).toMatchObject({ command: "compare", hasDifferences: false, syncs: { media: { equal: 2, missing: 0, different: 0, extra: 0 } } });
  }
  world.server.put("cold", "media/a", Buffer.from("x"));
  world.server.put("cold", "media/extra", Buffer.from("x"));
  world.server.remove("cold", "media/b");
  const differs = await world.run("compare", "plan.yaml", "--json", "--download");
  expect(differs.code).toBe(2);
  expect(differs.json().filter(({ type }) => type === "difference")).toMatchObject([
    { key: "a", difference: "different" },
    { key: "b", difference: "missing" },
    { key: "extra", difference: "extra" },
  ]);
});

test("the state is shown, and items can be forgotten", async () => {
  await using world = await appliedWorld();
  expect((await world.run("state", "list", "plan.yaml")).stdout).toMatch(/media {2}2 items/);
  const shown = (await world.run("state", "show", "plan.yaml", "media", "--json")).json();
  expect(shown.filter(({ type }) => type === "item")).toMatchObject([{ key: "a" }, { key: "b" }]);

  const refused = await world.run("state", "forget", "plan.yaml", "media", "a");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("--auto-approve")]);
  const forgot = await world.run("state", "forget", "plan.yaml", "media", "a", "--auto-approve");
  expect([forgot.code, forgot.stdout]).toEqual([0, expect.stringContaining("Forgot 1 item")]);
  expect((await world.run("state", "list", "plan.yaml")).stdout).toMatch(/media {2}1 item/);
  const slip = await world.run("state", "show", "plan.yaml", "meida");
  expect([slip.code, slip.stderr]).toEqual([1, expect.stringContaining("Did you mean media?")]);
});

test("a damaged state is refused, and rebuilt from both ends with the damaged file kept", async () => {
  await using world = await appliedWorld();
  const [file = ""] = (await readdir(world.folder.join(".tidemark"))).filter((name) => name.endsWith(".sqlite"));
  const parts = (await readdir(world.folder.join(".tidemark"))).filter((name) => name.startsWith(file));
  for (const name of parts) await writeFile(world.folder.join(".tidemark", name), "not a database at all".repeat(500));

  const refused = await world.run("apply", "plan.yaml", "--auto-approve");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("state rebuild")]);
  const rebuilt = await world.run("state", "rebuild", "plan.yaml", "--auto-approve");
  expect([rebuilt.code, rebuilt.stdout], rebuilt.stderr).toEqual([0, expect.stringContaining("media: 2 items")]);
  expect(await readdir(world.folder.join(".tidemark"))).toContain(`${file}.damaged-1`);
  const again = await world.run("apply", "plan.yaml", "--auto-approve");
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("No changes.")]);
});

test("a lock that a dead run left is taken away by its owner's word", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile(), "here/a": "a" });
  const arrived = Promise.withResolvers<void>();
  const held = world.server.faults.add({
    match: { operation: "PutObject", key: "media/a" },
    effect: {
      kind: "hold",
      until: () => {
        arrived.resolve();
        return new Promise(() => {});
      },
    },
  });
  const running = world.start("apply", "plan.yaml", "--auto-approve");
  await arrived.promise;
  running.child.kill("SIGKILL");
  expect((await running.finished).signal).toBe("SIGKILL");
  held.remove();

  const asked = await world.run("state", "unlock", "plan.yaml");
  expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining(`process ${running.child.pid}`)]);
  const unlocked = await world.run("state", "unlock", "plan.yaml", "--auto-approve");
  expect([unlocked.code, unlocked.stdout]).toEqual([0, expect.stringContaining("Unlocked")]);
  const applied = await world.run("apply", "plan.yaml", "--auto-approve");
  expect(applied.code, applied.stderr).toBe(0);
  expect(world.server.keys("cold")).toEqual(["media/a"]);
});

test("check passes where all is well, leaves nothing behind, and says what it looked at", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile(), "here/a": "a" });
  const checked = await world.run("check", "plan.yaml", "--json");
  expect(checked.code, checked.stderr + checked.stdout).toBe(0);
  expect(checked.json().filter(({ type }) => type === "check").length).toBeGreaterThan(2);
  expect(summaryOf(checked)).toMatchObject({ command: "check", checks: { fail: 0, confirm: 0 } });
  expect(world.server.keys("cold")).toEqual([]);
  expect(await readdir(world.folder.path)).toEqual(["here", "plan.yaml"]);
});

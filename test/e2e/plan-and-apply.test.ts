import { readFile, rename, stat, symlink, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeWorld, planFile, summaryOf, type World } from "./cli.ts";

async function worldWithFiles(rules: readonly string[] = []): Promise<World> {
  const world = await makeWorld();
  await world.write({ "plan.yaml": planFile(rules), "here/a.txt": "a", "here/sub/b.txt": "bb", "here/sub/c.txt": "ccc" });
  return world;
}

test("plan, apply what was reviewed, apply again: nothing to do", async () => {
  await using world = await worldWithFiles();

  const planned = await world.run("plan", "plan.yaml", "--out", "x.changes");
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stdout).toContain("Plan: 3 to copy, 0 to overwrite, 0 to delete, 0 unchanged. 6 B to move.");
  expect(world.server.keys("cold")).toEqual([]);
  expect((await stat(world.folder.join("x.changes"))).mode & 0o777).toBe(0o600);

  const applied = await world.run("apply", "x.changes");
  expect(applied.code, applied.stderr).toBe(0);
  expect(applied.stdout).toContain("3 applied (6 B)");
  expect(world.server.keys("cold")).toEqual(["media/a.txt", "media/sub/b.txt", "media/sub/c.txt"]);
  expect(world.server.get("cold", "media/sub/c.txt").toString()).toBe("ccc");

  const again = await world.run("apply", "x.changes");
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("Nothing to do.")]);
  const fresh = await world.run("plan", "plan.yaml", "--detailed-exitcode");
  expect([fresh.code, fresh.stdout]).toEqual([0, expect.stringContaining("No changes. 0 to copy, 0 to overwrite, 0 to delete, 3 unchanged.")]);
});

test("plan changes nothing, also not in the folder", async () => {
  await using world = await worldWithFiles();
  await world.run("plan", "plan.yaml");
  await expect(stat(world.folder.join(".tidemark"))).rejects.toMatchObject({ code: "ENOENT" });
  expect(world.server.keys("cold")).toEqual([]);
});

test("a script reads the same numbers from plan, show and apply", async () => {
  await using world = await worldWithFiles();

  const planned = await world.run("plan", "plan.yaml", "--json", "--detailed-exitcode", "--out", "x.changes");
  expect(planned.code, planned.stderr).toBe(2);
  expect(planned.json()[0]).toEqual({ type: "version", tidemark: expect.any(String), format: "1.0" });
  const summary = summaryOf(planned);
  expect(summary).toMatchObject({
    type: "summary",
    command: "plan",
    plan: "nightly",
    planId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    hasChanges: true,
    syncs: {
      media: {
        kind: "objects",
        actions: {
          copy: { items: 3, bytes: 6 },
          overwrite: { items: 0, bytes: 0 },
          skip: { items: 0, bytes: 0 },
          delete: { items: 0, bytes: 0 },
          conflict: { items: 0, bytes: 0 },
        },
        reasons: { absent: 3 },
      },
    },
    requests: { list: expect.any(Number), head: expect.any(Number) },
  });

  const shown = (await world.run("show", "x.changes", "--json")).json();
  expect(shown.filter(({ type }) => type === "action")).toMatchObject([
    { sync: "media", action: "copy", key: "a.txt", bytes: 1, reason: "absent" },
    { sync: "media", action: "copy", key: "sub/b.txt", bytes: 2, reason: "absent" },
    { sync: "media", action: "copy", key: "sub/c.txt", bytes: 3, reason: "absent" },
  ]);
  expect(shown.at(-1)).toEqual({ ...summary, command: "show" });

  const applied = await world.run("apply", "plan.yaml", "--auto-approve", "--json");
  expect(applied.code, applied.stderr).toBe(0);
  expect(summaryOf(applied)).toMatchObject({
    type: "summary",
    command: "apply",
    plan: "nightly",
    planId: summary["planId"],
    run: expect.any(String),
    syncs: { media: { outcomes: { applied: 3, stale: 0, failed: 0, refused: 0, cancelled: 0, inDoubt: 0 }, bytes: 6 } },
  });
});

test("the same plan comes to the same identity, and --plan-id holds it", async () => {
  await using world = await worldWithFiles();
  const { planId } = summaryOf(await world.run("plan", "plan.yaml", "--json"));
  expect(summaryOf(await world.run("plan", "plan.yaml", "--json"))["planId"]).toBe(planId);

  await world.write({ "here/new.txt": "new" });
  const refused = await world.run("apply", "plan.yaml", "--plan-id", String(planId));
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining("PLAN_ID_MISMATCH")]);
  expect(world.server.keys("cold")).toEqual([]);

  const now = summaryOf(await world.run("plan", "plan.yaml", "--json"))["planId"];
  const applied = await world.run("apply", "plan.yaml", "--plan-id", String(now));
  expect(applied.code, applied.stderr).toBe(0);
  expect(world.server.keys("cold")).toHaveLength(4);
});

test("a plan that was edited since is refused as a whole, and can still be shown", async () => {
  await using world = await worldWithFiles();
  await world.run("plan", "plan.yaml", "--out", "x.changes");
  await writeFile(world.folder.join("plan.yaml"), planFile(["set: { storageClass: infrequent-access }"]));

  const applied = await world.run("apply", "x.changes");
  expect([applied.code, applied.stderr]).toEqual([4, expect.stringContaining("PLAN_CHANGED")]);
  expect(world.server.keys("cold")).toEqual([]);
  expect((await world.run("show", "x.changes")).code).toBe(0);
});

test("a comment in the plan changes nothing that was reviewed", async () => {
  await using world = await worldWithFiles();
  await world.run("plan", "plan.yaml", "--out", "x.changes");
  await writeFile(world.folder.join("plan.yaml"), `# reviewed by two\n${planFile()}`);
  const applied = await world.run("apply", "x.changes");
  expect(applied.code, applied.stderr).toBe(0);
});

test("another state, another place: what was reviewed does not hold there", async () => {
  await using world = await worldWithFiles();
  expect((await world.run("apply", "plan.yaml", "--auto-approve")).code).toBe(0);
  await world.write({ "here/later.txt": "later" });
  await world.run("plan", "plan.yaml", "--out", "x.changes");

  const elsewhere = await world.run("apply", "x.changes", "--state", "other");
  expect([elsewhere.code, elsewhere.stderr]).toEqual([4, expect.stringContaining("LINEAGE_CHANGED")]);

  await rename(world.folder.join("here"), world.folder.join("moved"));
  await symlink(world.folder.join("moved"), world.folder.join("here"));
  const moved = await world.run("apply", "x.changes");
  expect([moved.code, moved.stderr]).toEqual([4, expect.stringContaining("LOCATION_MOVED")]);
});

test("a changeset finds its plan beside itself or by --plan, and says so where it cannot", async () => {
  await using world = await worldWithFiles();
  await world.run("plan", "plan.yaml", "--out", "x.changes");
  await rename(world.folder.join("plan.yaml"), world.folder.join("renamed.yaml"));

  const lost = await world.run("apply", "x.changes");
  expect([lost.code, lost.stderr]).toEqual([1, expect.stringContaining("--plan FILE")]);
  const found = await world.run("apply", "x.changes", "--plan", "renamed.yaml");
  expect(found.code, found.stderr).toBe(0);
});

test("an altered changeset is refused", async () => {
  await using world = await worldWithFiles();
  await world.run("plan", "plan.yaml", "--out", "x.changes");
  const bytes = await readFile(world.folder.join("x.changes"));
  const at = bytes.indexOf("sub/c.txt");
  bytes.write("sub/X", at);
  await writeFile(world.folder.join("x.changes"), bytes);
  const applied = await world.run("apply", "x.changes");
  expect([applied.code, applied.stderr]).toEqual([1, expect.stringContaining("CHANGESET_ALTERED")]);
});

test("without a terminal nothing is asked: the flag is named, before anything is listed", async () => {
  await using world = await worldWithFiles();
  const refused = await world.run("apply", "plan.yaml");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("--auto-approve")]);
  expect(world.server.keys("cold")).toEqual([]);
});

test("filters select, and hide on both sides", async () => {
  await using world = await worldWithFiles(['include: ["*.txt"]', 'exclude: ["/sub/b*"]', "delete: true"]);
  await world.write({ "here/photo.jpg": "jpg" });
  world.server.put("cold", "media/kept.jpg", Buffer.from("not ours to delete"));
  world.server.put("cold", "media/gone.txt", Buffer.from("gone"));

  const applied = await world.run("apply", "plan.yaml", "--auto-approve");
  expect(applied.code, applied.stderr).toBe(0);
  expect(applied.stdout).toContain("1 object will be DELETED");
  expect(world.server.keys("cold")).toEqual(["media/a.txt", "media/kept.jpg", "media/sub/c.txt"]);
});

test("our own files beside the plan are no part of a sync of that folder", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile().replace("path: ./here", "path: ."), "a.txt": "a" });
  expect((await world.run("plan", "plan.yaml", "--out", "x.changes", "--markdown", "comment.md")).code).toBe(0);
  expect((await world.run("apply", "x.changes")).code).toBe(0);
  expect(world.server.keys("cold")).toEqual(["media/a.txt", "media/plan.yaml"]);
});

import { readFile, utimes } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeWorld, planFile } from "./cli.ts";

test("plan tells of conflicts and of what stays behind, at the lines of the syncs", async () => {
  await using world = await makeWorld();
  await world.write({ "here/a": "new", "plan.yaml": planFile(["onExisting: ifNewer"]) });
  // A store tells times in whole seconds: one of the same second would be the older one.
  await utimes(world.folder.join("here/a"), 1_700_000_000, 1_700_000_000);
  expect((await world.run("apply", "plan.yaml", "--auto-approve")).code).toBe(0);
  world.server.put("cold", "media/a", "other");
  const planned = await world.run("plan", "plan.yaml", "--sarif", "plan.sarif", "--junit", "plan.xml");
  expect(planned.code, planned.stderr).toBe(0);
  const sarif = JSON.parse(await readFile(world.folder.join("plan.sarif"), "utf8"));
  expect(sarif.runs[0].automationDetails.id).toBe("tidemark/plan/");
  expect(sarif.runs[0].results).toMatchObject([
    {
      ruleId: "PLAN_CONFLICTS",
      message: { text: expect.stringContaining("1 in conflict: a (") },
      locations: [{ physicalLocation: { region: { startLine: 12 } } }],
    },
  ]);
  expect(await readFile(world.folder.join("plan.xml"), "utf8")).toMatch(
    /<testcase classname="tidemark\.plan\.nightly" name="media">\n {6}<failure type="PLAN_CONFLICTS"/,
  );
});

test("a guard that holds fails its case, at the line of its sync, and the command as before", async () => {
  await using world = await makeWorld();
  await world.write({ "here/a": "1", "here/b": "2", "plan.yaml": planFile(["guards: { maxObjects: 1 }"]) });
  const planned = await world.run("plan", "plan.yaml", "--sarif", "plan.sarif", "--junit", "plan.xml");
  expect([planned.code, planned.stderr]).toEqual([1, expect.stringContaining("GUARD_EXCEEDED")]);
  const { runs } = JSON.parse(await readFile(world.folder.join("plan.sarif"), "utf8"));
  expect(runs[0].results).toMatchObject([{ ruleId: "GUARD_EXCEEDED", level: "error", locations: [{ physicalLocation: { region: { startLine: 12 } } }] }]);
  expect(runs[0].tool.driver.rules[0].helpUri).toMatch(/docs\/errors\.md#guard_exceeded$/);
  expect(await readFile(world.folder.join("plan.xml"), "utf8")).toContain('<failure type="GUARD_EXCEEDED"');
});

test("a location that cannot be reached fails a case that names its sync, at its line", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile() });
  const planned = await world.run("plan", "plan.yaml", "--sarif", "plan.sarif", "--junit", "plan.xml");
  expect([planned.code, planned.stderr]).toEqual([1, expect.stringContaining("LOCATION_NOT_FOUND")]);
  const { runs } = JSON.parse(await readFile(world.folder.join("plan.sarif"), "utf8"));
  expect(runs[0].results).toMatchObject([
    {
      ruleId: "LOCATION_NOT_FOUND",
      message: { text: expect.stringMatching(/^media: There is no folder/) },
      locations: [{ physicalLocation: { region: { startLine: 12 } } }],
    },
  ]);
  expect(await readFile(world.folder.join("plan.xml"), "utf8")).toContain('<error type="LOCATION_NOT_FOUND" message="media: There is no folder');
});

test("a plan that is not valid is in the reports too, each problem once", async () => {
  await using world = await makeWorld();
  await world.write({ "plan.yaml": planFile(["onExistng: skip"]) });
  expect((await world.run("plan", "plan.yaml", "--sarif", "plan.sarif", "--junit", "plan.xml")).code).toBe(1);
  const { runs } = JSON.parse(await readFile(world.folder.join("plan.sarif"), "utf8"));
  expect(runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(["UNKNOWN_KEY"]);
  expect(await readFile(world.folder.join("plan.xml"), "utf8")).toContain('failures="1" errors="0"');
});

test("check has a case a check, and never writes over what is none of its reports", async () => {
  await using world = await makeWorld({ buckets: [] });
  await world.write({ "here/a": "1", "plan.yaml": planFile() });
  const checked = await world.run("check", "plan.yaml", "--junit", "check.xml");
  expect(checked.code).toBe(1);
  const xml = await readFile(world.folder.join("check.xml"), "utf8");
  expect(xml).toMatch(/name="here \(read\): REACH"/);
  expect(xml).toMatch(/<failure type="REACH" message="[^"]*NO_SUCH_BUCKET/);
  expect((await world.run("check", "plan.yaml", "--junit", "check.xml")).stderr).not.toContain("FILE_EXISTS");

  const slip = await world.run("check", "plan.yaml", "--sarif", "plan.yaml");
  expect([slip.code, slip.stderr]).toEqual([1, expect.stringContaining("FILE_EXISTS")]);
  expect(await readFile(world.folder.join("plan.yaml"), "utf8")).toBe(planFile());
});

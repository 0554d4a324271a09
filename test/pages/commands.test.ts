import { readFile, stat } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeWorld, planFile, summaryOf, type World } from "../e2e/cli.ts";
import { openFile, shownKeys, startBrowser, violations } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

async function worldOfFiles(): Promise<World> {
  const world = await makeWorld();
  await world.write({
    "plan.yaml": planFile(["delete: true", "onExisting: overwrite"]),
    ...Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`here/${at % 3 === 0 ? "a" : "b/c"}/${at}.txt`, "x".repeat(at * 100)])),
  });
  return world;
}

test("`plan` and `show` write what a changeset would do", async () => {
  await using world = await worldOfFiles();
  expect(await world.run("plan", "plan.yaml", "--out", "changes", "--html", "plan.html")).toMatchObject({ code: 0 });
  await using planned = await openFile(browser, world.folder.join("plan.html"));
  expect(await planned.page.locator(".tile.of-copy strong").textContent()).toBe("30");
  expect(await planned.page.locator(".status").textContent()).toBe("30 actions");
  const text = await readFile(world.folder.join("plan.html"), "utf8");
  expect(text).not.toContain(world.server.secretAccessKey);

  expect(await world.run("show", "changes", "--html", "show.html")).toMatchObject({ code: 0 });
  expect(await readFile(world.folder.join("show.html"), "utf8")).toBe(text);
  expect(await world.run("show", "changes", "--html", "deletes.html", "--action", "delete")).toMatchObject({ code: 0 });
  await using deletes = await openFile(browser, world.folder.join("deletes.html"));
  expect(await deletes.page.locator("#table").textContent()).toContain("There are no actions.");
});

test("`apply` and `report` write the same of a run: what it came to, how it went, and what it could not do", async () => {
  await using world = await worldOfFiles();
  await world.run("plan", "plan.yaml", "--out", "changes");
  await world.write({ "here/a/0.txt": "changed since it was reviewed" });
  const applied = await world.run("apply", "changes", "--html", "run.html", "--json");
  expect(applied.code).toBe(3);
  const run = String(summaryOf(applied)["run"]);
  await using opened = await openFile(browser, world.folder.join("run.html"));
  const { page } = opened;
  expect(await page.locator(".tile.of-applied strong").textContent()).toBe("29");
  expect(await page.locator(".tile.of-stale strong").textContent()).toBe("1");
  expect(await page.locator(".problems").textContent()).toContain("a/0.txt");
  expect(await page.getByText("1 changed since it was reviewed, and was left alone.").count()).toBe(1);
  await page.locator("#course svg").waitFor();
  // What somebody has to look at comes first.
  expect((await shownKeys(page))[0]).toBe("a/0.txt");
  await page.locator(".rows .row").first().click();
  expect(await page.getByRole("dialog").locator(".message").textContent()).toContain("a/0.txt");
  expect(await violations(page)).toEqual([]);

  expect(await world.run("report", run.slice(0, 8), "--html", "again.html")).toMatchObject({ code: 0 });
  expect(await readFile(world.folder.join("again.html"), "utf8")).toBe(await readFile(world.folder.join("run.html"), "utf8"));
});

test("`compare` writes what differs", async () => {
  await using world = await worldOfFiles();
  await world.run("apply", "plan.yaml", "--auto-approve");
  await world.write({ "here/a/0.txt": "another", "here/new.txt": "new" });
  expect(await world.run("compare", "plan.yaml", "--html", "compare.html")).toMatchObject({ code: 2 });
  await using opened = await openFile(browser, world.folder.join("compare.html"), { colorScheme: "dark" });
  const { page } = opened;
  expect((await shownKeys(page)).toSorted()).toEqual(["a/0.txt", "new.txt"]);
  expect(await page.locator(".tile.of-equal strong").textContent()).toBe("29");
  expect(await violations(page)).toEqual([]);
});

test("a file that is no report is left alone; a report is replaced; what cannot be written is said", async () => {
  await using world = await worldOfFiles();
  const refused = await world.run("plan", "plan.yaml", "--html", "plan.yaml", "--json");
  expect(refused.code).toBe(1);
  expect(summaryOf(refused)).toMatchObject({ code: "FILE_EXISTS" });
  expect(await world.run("plan", "plan.yaml", "--html", "plan.html")).toMatchObject({ code: 0 });
  expect(await world.run("plan", "plan.yaml", "--html", "plan.html")).toMatchObject({ code: 0 });
  // As any file that somebody makes.
  expect((await stat(world.folder.join("plan.html"))).mode).toBe((await stat(world.folder.join("plan.yaml"))).mode);
  const lost = await world.run("plan", "plan.yaml", "--html", "no/such/folder.html", "--json");
  expect(lost.code).toBe(1);
  expect(summaryOf(lost)).toMatchObject({ code: "FILE_NOT_WRITTEN" });
});

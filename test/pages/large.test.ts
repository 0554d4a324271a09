import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planPage } from "../../src/report/html/plan-page.ts";
import { changesetOf } from "../report/changeset-fixture.ts";
import { mediaSync } from "./big-plan.ts";
import { openReport, shownKeys, startBrowser } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

test("lists 100,000 of more actions, what destroys before what adds, and says what it leaves out", async () => {
  using changeset = await changesetOf([mediaSync(110_000)]);
  await using opened = await openReport(browser, planPage(changeset, { tidemark: "1.2.3" }));
  const { page } = opened;
  const { actions } = changeset.summary.syncs[0] ?? { actions: undefined };
  expect(await page.locator(".left-out").textContent()).toContain("10,000 actions left out.");
  expect(await page.locator(".status").textContent()).toBe("100,000 actions");
  // Those that were left out are copies.
  expect(await page.locator(".filter[data-kind=delete] .many").textContent()).toBe((actions?.delete.items ?? 0).toLocaleString("en"));
  expect(await page.locator(".filter[data-kind=copy] .many").textContent()).not.toBe((actions?.copy.items ?? 0).toLocaleString("en"));

  await page.getByRole("grid").focus();
  await page.keyboard.press("End");
  const last = page.locator("#row-99999");
  expect(await last.isVisible()).toBe(true);
  const key = (await last.locator(".c-key").textContent()) ?? "";
  expect(await page.locator(".rows .row").count()).toBeLessThan(60);

  await page.getByRole("searchbox").fill(key);
  await expect.poll(() => page.locator(".status").textContent()).toBe("1 of 100,000 actions");
  expect(await shownKeys(page)).toEqual([key]);
  await page.getByRole("searchbox").fill("");
  await expect.poll(() => page.locator(".status").textContent()).toBe("100,000 actions");
  await page.getByRole("button", { name: "Size" }).click();
  await expect.poll(() => page.locator("[aria-sort=descending]").count()).toBe(1);
});

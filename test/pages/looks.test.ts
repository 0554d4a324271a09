import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changesetOf } from "../report/changeset-fixture.ts";
import { bigShopSync, mediaSync } from "./big-plan.ts";
import { openPlan, startBrowser, unfold, violations } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const ground = "getComputedStyle(document.body).backgroundColor";

describe("the theme", () => {
  test("is the system's, until a reader chooses another, and that is remembered", async () => {
    using changeset = await changesetOf([mediaSync(50)]);
    await using opened = await openPlan(browser, changeset, { colorScheme: "dark" });
    const { page } = opened;
    const dark = await page.evaluate(ground);
    await page.getByRole("button", { name: "Light" }).click();
    const light = await page.evaluate(ground);
    expect(light).not.toBe(dark);
    expect(await page.getByRole("button", { name: "Light" }).getAttribute("aria-pressed")).toBe("true");
    await page.reload();
    expect(await page.evaluate(ground)).toBe(light);
    await page.getByRole("button", { name: "Auto" }).click();
    expect(await page.evaluate(ground)).toBe(dark);
    await page.emulateMedia({ colorScheme: "light" });
    expect(await page.evaluate(ground)).toBe(light);
    await page.getByRole("button", { name: "Dark" }).click();
    expect(await page.evaluate(ground)).toBe(dark);
  });

  test("reaches the pictures", async () => {
    using changeset = await changesetOf([mediaSync(50)]);
    await using opened = await openPlan(browser, changeset, { colorScheme: "light" });
    const { page } = opened;
    const label = page.locator("#sizes svg text").first();
    await label.waitFor();
    const before = await label.getAttribute("fill");
    await page.getByRole("button", { name: "Dark" }).click();
    await expect.poll(() => label.getAttribute("fill")).not.toBe(before);
  });
});

describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
  test.each([
    ["objects", [mediaSync(400)]],
    ["a database", [bigShopSync()]],
    ["both", [mediaSync(60), bigShopSync()]],
    ["nothing to do", [{ name: "media", actions: [] }]],
  ])("a plan of %s has nothing that axe complains of", async (_, syncs) => {
    using changeset = await changesetOf(syncs);
    await using opened = await openPlan(browser, changeset, { colorScheme });
    await unfold(opened.page);
    expect(await violations(opened.page)).toEqual([]);
  });
});

test("400 pixels are wide enough", async () => {
  using changeset = await changesetOf([mediaSync(400), bigShopSync()]);
  await using opened = await openPlan(browser, changeset, { viewport: { width: 400, height: 800 } });
  const { page } = opened;
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(400);
  expect(await page.locator(".rows .c-key").first().isVisible()).toBe(true);
  expect(await violations(page)).toEqual([]);
});

test("is printed light, with rows that need no scrolling, and comes back", async () => {
  using changeset = await changesetOf([mediaSync(2000)]);
  await using opened = await openPlan(browser, changeset, { colorScheme: "dark" });
  const { page } = opened;
  await page.locator("#sizes svg text").first().waitFor();
  const before = await page.locator(".rows .row").count();
  await page.emulateMedia({ media: "print" });
  await page.evaluate("dispatchEvent(new Event('beforeprint'))");
  expect(await page.evaluate(ground)).toBe("rgb(255, 255, 255)");
  expect(await page.locator(".rows .row").count()).toBe(400);
  expect(await page.locator(".paper").textContent()).toBe("The first 400 of 2,000 are printed.");
  expect(await page.evaluate("const grid = document.querySelector('.grid'); grid.scrollHeight <= grid.clientHeight + 1")).toBe(true);
  await page.evaluate("dispatchEvent(new Event('afterprint'))");
  await page.emulateMedia({ media: "screen" });
  await expect.poll(() => page.locator(".rows .row").count()).toBe(before);
});

test("tells without a script all that it tells in words", async () => {
  using changeset = await changesetOf([mediaSync(400), bigShopSync()]);
  await using opened = await openPlan(browser, changeset, { javaScriptEnabled: false });
  const { page } = opened;
  expect(await page.locator(".tile").count()).toBeGreaterThan(5);
  expect(await page.locator("td.come").first().isVisible()).toBe(true);
  expect(await page.getByText("The list needs the script").isVisible()).toBe(true);
});

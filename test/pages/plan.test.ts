import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EFFECTS } from "../../src/changeset/action.ts";
import { runPage } from "../../src/report/html/run-page.ts";
import { recordOf } from "../report/run-fixture.ts";
import { changesetOf } from "../report/changeset-fixture.ts";
import { bigShopSync, mediaSync } from "./big-plan.ts";
import { focusedRole, openPlan, openReport, shownKeys, startBrowser, textOfReport, violations } from "./support.ts";
import { planPage } from "../../src/report/html/plan-page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const MANY = 3000;

describe("a plan of objects", () => {
  test("says first what is lost, then draws and lists it", async () => {
    using changeset = await changesetOf([mediaSync(MANY)]);
    await using opened = await openPlan(browser, changeset);
    const { page } = opened;
    const { actions } = changeset.summary.syncs[0] ?? { actions: undefined };
    expect(await page.locator(".callout.danger").textContent()).toContain(`${actions?.delete.items} objects will be DELETED`);
    expect(await page.locator(".tile.of-copy strong").textContent()).toBe((actions?.copy.items ?? 0).toLocaleString("en"));
    await page.locator("#prefixes svg").waitFor();
    expect(await page.locator(".canvas svg").count()).toBe(3);
    expect(await page.locator(".status").textContent()).toBe("3,000 actions");
    // Only what is seen is made.
    expect(await page.locator(".rows .row").count()).toBeLessThan(60);
  });

  test("is searched by all of several words, in either case", async () => {
    using changeset = await changesetOf([mediaSync(MANY)]);
    await using opened = await openPlan(browser, changeset);
    const { page } = opened;
    await page.getByRole("searchbox").fill("VIDEO/raw overwrite");
    await expect.poll(() => page.locator(".status").textContent()).toMatch(/^\d+ of 3,000 actions$/);
    const keys = await shownKeys(page);
    expect(keys.length).toBeGreaterThan(3);
    expect(keys.every((key) => key.startsWith("video/raw/"))).toBe(true);
    expect(new Set(await page.locator(".rows .c-kind").allTextContents())).toEqual(new Set(["~overwrite"]));
    await page.getByRole("searchbox").fill("no such key");
    await expect.poll(() => page.locator(".status").textContent()).toBe("0 of 3,000 actions");
    expect(await page.locator(".rows .row").count()).toBe(0);
  });

  test("is sorted by a column, the other way at a second click, and says so", async () => {
    using changeset = await changesetOf([mediaSync(MANY)]);
    await using opened = await openPlan(browser, changeset);
    const { page } = opened;
    const sizes = [...changeset.actions()].map(({ action, bytes, destination }) => (action === "delete" ? (destination?.size ?? 0) : bytes));
    const { formatBytes } = await import("../../src/core/units.ts");
    const first = page.locator(".rows .row").first().locator(".c-bytes");
    await page.getByRole("button", { name: "Size" }).click();
    await expect.poll(() => first.textContent()).toBe(formatBytes(Math.max(...sizes)));
    expect(await page.getByRole("columnheader", { name: "Size" }).getAttribute("aria-sort")).toBe("descending");
    await page.getByRole("button", { name: "Size" }).click();
    await expect.poll(() => first.textContent()).toBe(formatBytes(Math.min(...sizes)));
    await page.getByRole("button", { name: "Key" }).click();
    const keys = await shownKeys(page);
    expect(keys).toEqual([...keys].toSorted());
    expect(await page.getByRole("columnheader", { name: "Size" }).getAttribute("aria-sort")).toBe("none");
  });

  test("hides a kind of action and shows it again", async () => {
    using changeset = await changesetOf([mediaSync(MANY)]);
    await using opened = await openPlan(browser, changeset);
    const { page } = opened;
    const copies = page.locator(".filter[data-kind=copy]");
    await copies.click();
    expect(await copies.getAttribute("aria-pressed")).toBe("false");
    expect(await page.locator(".status").textContent()).toMatch(/ of 3,000 actions$/);
    await copies.click();
    expect(await page.locator(".status").textContent()).toBe("3,000 actions");
  });

  test("is walked through and opened by keys alone", async () => {
    using changeset = await changesetOf([mediaSync(MANY)]);
    await using opened = await openPlan(browser, changeset);
    const { page } = opened;
    const grid = page.getByRole("grid");
    await page.getByRole("searchbox").focus();
    for (let presses = 0; presses < 30 && (await focusedRole(page)) !== "grid"; presses += 1) await page.keyboard.press("Tab");
    const active = () => grid.getAttribute("aria-activedescendant");
    expect(await active()).toBe("row-0");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await active()).toBe("row-2");
    await page.keyboard.press("End");
    expect(await active()).toBe(`row-${MANY - 1}`);
    expect(await page.locator(`#row-${MANY - 1}`).isVisible()).toBe(true);
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    expect(await dialog.isVisible()).toBe(true);
    expect(await dialog.getByRole("heading").first().textContent()).toBe((await shownKeys(page))[0]);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(await dialog.isVisible()).toBe(false);
    expect(await focusedRole(page)).toBe("grid");
  });

  test("lets a reader look into a prefix without a pointer", async () => {
    using changeset = await changesetOf([mediaSync(MANY)]);
    await using opened = await openPlan(browser, changeset);
    const { page } = opened;
    await page.getByRole("group", { name: "Look into" }).getByRole("button", { name: "video/" }).press("Enter");
    const crumbs = page.getByRole("group", { name: "Looked into" }).getByRole("button");
    expect(await crumbs.allTextContents()).toEqual(["All", "video/"]);
    await expect.poll(() => page.locator("#prefixes svg").textContent()).toContain("raw/");
    await crumbs.first().press("Enter");
    await expect.poll(() => page.locator("#prefixes svg").textContent()).toContain("backups/");
  });

  test("is the same at every writing", async () => {
    using changeset = await changesetOf([mediaSync(200), bigShopSync()]);
    const write = () => textOfReport(planPage(changeset, { tidemark: "1.2.3" }));
    expect(await write()).toBe(await write());
  });
});

describe("a plan of a database", () => {
  test("shows how definitions differ, side by side, and what stays behind", async () => {
    using changeset = await changesetOf([bigShopSync()]);
    await using opened = await openPlan(browser, changeset);
    const { page } = opened;
    const view = page.locator(".definition", { hasText: "view public.monthly_totals" });
    expect(await view.locator("td.gone mark").first().textContent()).toBe("AS total");
    expect(await view.locator("td.come").last().textContent()).toBe("  ORDER BY 1;");
    expect(await page.locator("#behind").textContent()).toContain("Its code is a library on the source's server.");
    await page.locator("#kinds-shop svg").waitFor();
    await page.locator("#tables-shop svg").waitFor();
    expect(await page.locator("#tables-shop svg").textContent()).toContain("public.orders");
  });

  test("opens the definition of each object", async () => {
    using changeset = await changesetOf([bigShopSync()]);
    await using opened = await openPlan(browser, changeset);
    const { page } = opened;
    await page.getByRole("searchbox").fill("table public.orders");
    await page.locator(".rows .row").first().click();
    expect(await page.getByRole("dialog").locator("pre").textContent()).toContain("CREATE TABLE public.orders (\n    id bigint");
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("searchbox").fill("order_total");
    await page.locator(".rows .row").first().click();
    expect(await page.getByRole("dialog").locator("td.come mark").textContent()).toBe(" * quantity");
  });
});

test("a run of a database lists tables and definitions by what became of them, and opens the definition that failed", async () => {
  using changeset = await changesetOf([bigShopSync()]);
  const seqs = [...changeset.actions()].filter(({ action }) => EFFECTS.has(action)).map(({ seq }) => seq);
  const [failed = 0, ...done] = seqs;
  const record = recordOf({
    changeset,
    applied: [done],
    problems: [{ seq: failed, sync: "shop", key: "schema sales", action: "create", bytes: 0, message: "permission denied for database shop" }],
    run: { items: seqs.length, counts: { shop: { applied: done.length, stale: 0, failed: 1, refused: 0, cancelled: 0, inDoubt: 0 } } },
  });
  await using opened = await openReport(browser, await runPage({ ...record, tidemark: "1.2.3" }));
  const { page } = opened;
  expect(await page.locator(".status").textContent()).toBe(`${seqs.length} items`);
  expect((await shownKeys(page))[0]).toBe("schema sales");
  await page.locator(".rows .row").first().click();
  const dialog = page.getByRole("dialog");
  expect(await dialog.locator(".message").textContent()).toBe("permission denied for database shop");
  expect(await dialog.locator("pre").textContent()).toBe("CREATE SCHEMA sales;");
  expect(await violations(page)).toEqual([]);
});

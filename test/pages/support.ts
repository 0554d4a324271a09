import { createRequire } from "node:module";
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { findChromium } from "../../scripts/support/chromium.ts";
import type { Changeset } from "../../src/changeset/changeset.ts";
import { readPageAssets } from "../../src/report/html/assets.ts";
import { type Page as Report, writePage } from "../../src/report/html/page.ts";
import { planPage } from "../../src/report/html/plan-page.ts";
import { temporaryFolder } from "../support/temp.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** One browser for the tests of a file. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("There is no Chromium here: `npm run test:pages` says so and skips.");
  // Root has no sandbox, and containers have a small /dev/shm.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** What went wrong so far: errors, refusals of the policy, requests for anything but the page. */
  readonly complaints: readonly string[];
}

/** Opens a report from its file, as who got it by mail does. At the end nothing may have gone wrong in it. */
export async function openFile(browser: Browser, file: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const url = pathToFileURL(file).href;
  page.on("console", (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url && !request.url().startsWith("data:")) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return {
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
      expect(complaints).toEqual([]);
    },
  };
}

/** Writes a report to a temporary file and opens it. */
export async function openReport(browser: Browser, report: Report, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const folder = await temporaryFolder("tidemark-page-");
  const file = folder.join("report.html");
  await writeFile(file, await textOfReport(report));
  const opened = await openFile(browser, file, options);
  return {
    page: opened.page,
    complaints: opened.complaints,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export async function openPlan(browser: Browser, changeset: Changeset, options: BrowserContextOptions = {}): Promise<OpenPage> {
  return openReport(browser, planPage(changeset, { tidemark: "1.2.3" }), options);
}

export async function textOfReport(report: Report): Promise<string> {
  const pieces: string[] = [];
  await writePage(report, await readPageAssets(), async (text) => void pieces.push(text));
  return pieces.join("");
}

/** What axe finds wrong, one line each. Its script comes past the page's policy, as a reader's extension does. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(AXE, "utf8"));
  const results: AxeResults = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${String(target)}: ${failureSummary}`));
}

/** Opens all that is folded. */
export async function unfold(page: Page): Promise<void> {
  await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
}

/** Role of what has the focus. */
export async function focusedRole(page: Page): Promise<unknown> {
  return page.evaluate("document.activeElement.getAttribute('role')");
}

/** Texts of the first cells of the rows that are there. */
export async function shownKeys(page: Page): Promise<readonly string[]> {
  return page.locator(".rows .c-key").allTextContents();
}

/** Keys of the rows that are there, whole. */
export async function shownTitles(page: Page): Promise<readonly string[]> {
  return page.evaluate("[...document.querySelectorAll('.rows .c-key')].map((cell) => cell.title)");
}

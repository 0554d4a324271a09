/**
 * Opens a report in headless Chromium, and writes how long it took until its rows and its pictures were
 * there, milliseconds: `node bench/support/open-report.ts REPORT RESULT`.
 */
import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { findChromium } from "../../scripts/support/chromium.ts";

const [report = "", result = ""] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: findChromium() ?? "chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const page = await browser.newPage();
// The browser itself is to be up.
await page.goto("about:blank");
const started = performance.now();
await page.goto(pathToFileURL(report).href, { waitUntil: "commit" });
await page.locator(".rows .row").first().waitFor();
await page.locator(".canvas svg").first().waitFor();
await writeFile(result, String(performance.now() - started));
await browser.close();

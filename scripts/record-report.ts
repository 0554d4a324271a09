/** Draws the report of the documents: `node scripts/record-report.ts` opens one in headless Chromium and writes docs/images/report.png. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { readPageAssets } from "../src/report/html/assets.ts";
import { writePage } from "../src/report/html/page.ts";
import { planPage } from "../src/report/html/plan-page.ts";
import { mediaSync } from "../test/pages/big-plan.ts";
import { changesetOf } from "../test/report/changeset-fixture.ts";
import { temporaryFolder } from "../test/support/temp.ts";
import { findChromium } from "./support/chromium.ts";
import { build } from "./support/vitest.ts";

const IMAGE = join(import.meta.dirname, "../docs/images/report.png");

if (!(await build())) throw new Error("the page's script could not be built");
await using folder = await temporaryFolder("tidemark-report-");
using changeset = await changesetOf([mediaSync(3000)]);
const pieces: string[] = [];
await writePage(planPage(changeset, { tidemark: "0.1.0" }), await readPageAssets(), async (text) => void pieces.push(text));
await writeFile(folder.join("report.html"), pieces.join(""));

const browser = await chromium.launch({ executablePath: findChromium() ?? "chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const page = await browser.newPage({ viewport: { width: 1240, height: 1000 }, colorScheme: "light" });
await page.goto(pathToFileURL(folder.join("report.html")).href);
await page.locator("#prefixes svg").waitFor();
await page.locator("#ages svg").waitFor();
// What a reader sees first, without the rows of the table.
const { y = 0, height = 0 } = (await page.locator("#ages-figure").boundingBox()) ?? {};
await page.screenshot({ path: IMAGE, fullPage: true, clip: { x: 0, y: 0, width: 1240, height: Math.ceil(y + height + 24) } });
await browser.close();

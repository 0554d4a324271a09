/**
 * Opens reports in headless Chromium: `npm run test:pages`. Where there is no Chromium that is said, and
 * counted as skipped. `CHROMIUM` names one that is not in the PATH.
 */
import { findChromium } from "./support/chromium.ts";
import { writeResult } from "./support/results.ts";
import { build, runVitest } from "./support/vitest.ts";

if (findChromium() === undefined) {
  process.stdout.write("SKIPPED: pages: there is no Chromium here; Debian has one: apt-get install chromium\n");
  await writeResult("pages", { passed: 0, failed: 0, skipped: 1 });
} else {
  process.exitCode = (await build()) ? (await runVitest("pages", ["--project", "pages", ...process.argv.slice(2)])).code : 1;
}

/**
 * Writes what is made from schemas/: types and validators of the plan file.
 * `npm run generate` writes; with `--check` it fails where what is there is out of date.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { generatePlanFile } from "./support/generate-plan.ts";

const ROOT = join(import.meta.dirname, "..");

const stale: string[] = [];
for (const [path, text] of await generatePlanFile(ROOT)) {
  const file = join(ROOT, path);
  const present = await readFile(file, "utf8").catch(() => undefined);
  if (present === text) continue;
  stale.push(path);
  if (process.argv.includes("--check")) continue;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  process.stdout.write(`wrote ${path}\n`);
}

if (process.argv.includes("--check") && stale.length > 0) {
  process.stderr.write(`Out of date: ${stale.join(", ")}. Run \`npm run generate\` and commit what it writes.\n`);
  process.exitCode = 1;
}

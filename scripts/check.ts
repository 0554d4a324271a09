/**
 * Everything that can be told without running the program: `npm run check [STEP…]`.
 * Runs all steps, one line each, then prints what the failed ones said.
 */
import { styleText } from "node:util";
import { forgetResult, writeResult } from "./support/results.ts";
import { run, runScript, type Finished } from "./support/processes.ts";

const STEPS: Readonly<Record<string, () => Promise<Finished>>> = {
  types: async () => {
    const node = await run("tsc", ["-p", "."]);
    // What runs in a browser knows other globals.
    return node.code === 0 ? run("tsc", ["-p", "src/report/html/browser"]) : node;
  },
  lint: () => run("oxlint", ["--type-aware", "--deny-warnings", "--report-unused-disable-directives"]),
  format: () => run("oxfmt", ["--check"]),
  unused: () => run("knip", []),
  generated: () => runScript("scripts/generate.ts", ["--check"]),
  package: async () => {
    const built = await runScript("scripts/build.ts");
    return built.code === 0 ? run("publint", ["--strict"]) : built;
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(STEPS, name));
if (unknown.length > 0) {
  process.stderr.write(`There is no step ${unknown.join(", ")}; there are ${Object.keys(STEPS).join(", ")}.\n`);
  process.exitCode = 1;
} else {
  process.exitCode = await check(Object.entries(STEPS).filter(([name]) => wanted.length === 0 || wanted.includes(name)));
}

async function check(steps: readonly (readonly [string, () => Promise<Finished>])[]): Promise<number> {
  await forgetResult("check");
  const failures: { readonly name: string; readonly output: string }[] = [];
  for (const [name, step] of steps) {
    const started = performance.now();
    const { code, output } = await step();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${code === 0 ? styleText("green", "pass") : styleText("red", "FAIL")}  ${name.padEnd(10)} ${seconds.padStart(5)} s\n`);
    if (code !== 0) failures.push({ name, output });
  }
  for (const { name, output } of failures) process.stdout.write(`\n${styleText("bold", `── ${name}`)}\n${output.trim()}\n`);
  if (failures.some(({ name }) => name === "format")) process.stdout.write("\n`npx oxfmt` formats the tree.\n");
  await writeResult("check", { passed: steps.length - failures.length, failed: failures.length, skipped: 0 });
  return failures.length === 0 ? 0 : 1;
}

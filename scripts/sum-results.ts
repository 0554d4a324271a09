/**
 * Adds up what the runners left in .results/, names what failed, and prints `N passed, N failed, N skipped` as the last line.
 *
 * `--broken N` counts steps that failed without a figure of their own; `--has-failure RUNNER` only
 * tells by the exit code whether that runner's figures hold a failure.
 */
import { parseArgs } from "node:util";
import { listFailures, listResults, readResult } from "./support/results.ts";

const { values } = parseArgs({ options: { broken: { type: "string", default: "0" }, "has-failure": { type: "string" } } });

const asked = values["has-failure"];
if (asked !== undefined) {
  process.exitCode = ((await readResult(asked))?.failed ?? 0) > 0 ? 0 : 1;
} else {
  const total = { passed: 0, failed: Number(values.broken), skipped: 0 };
  for (const { runner, result } of await listResults()) {
    process.stdout.write(`${runner.padEnd(8)} ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped\n`);
    for (const failure of await listFailures(runner)) process.stdout.write(`  ✗ ${failure}\n`);
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}

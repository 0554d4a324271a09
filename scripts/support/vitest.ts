import { forgetResult, readVitestReport, reportFile, writeResult, type Result } from "./results.ts";
import { run, runScript, type RunOptions } from "./processes.ts";

/** Builds the CLI, since the end-to-end tests drive what users get. @returns whether it could be built */
export async function build(): Promise<boolean> {
  const built = await runScript("scripts/build.ts");
  if (built.code !== 0) process.stderr.write(`The build failed:\n${built.output}`);
  return built.code === 0;
}

/**
 * Runs projects of vitest.config.ts and leaves their figures for CI.
 *
 * @param runner name of the result files
 * @param vitestArguments projects and file filters
 */
export async function runVitest(runner: string, vitestArguments: readonly string[], options: RunOptions = {}): Promise<Result & { readonly code: number }> {
  await forgetResult(runner);
  const { code } = await run("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${reportFile(runner)}`, ...vitestArguments], {
    ...options,
    show: true,
  });
  const report = (await readVitestReport(runner)) ?? { passed: 0, failed: 0, skipped: 0 };
  // An error outside any test fails the run without a failed test.
  const result = code !== 0 && report.failed === 0 ? { ...report, failed: 1 } : report;
  await writeResult(runner, result);
  return { ...result, code };
}

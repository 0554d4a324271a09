import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "./processes.ts";

/** How a runner ended. CI adds these up. */
export interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const FOLDER = join(ROOT, ".results");

/** Where vitest puts its own report. */
export function reportFile(runner: string): string {
  return join(FOLDER, `${runner}.vitest.json`);
}

function resultFile(runner: string): string {
  return join(FOLDER, `${runner}.json`);
}

export async function writeResult(runner: string, result: Result): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(resultFile(runner), `${JSON.stringify(result)}\n`);
}

/** Forgets an earlier run, so that a runner which dies early cannot pass with old figures. */
export async function forgetResult(runner: string): Promise<void> {
  await rm(resultFile(runner), { force: true });
  await rm(reportFile(runner), { force: true });
}

export async function readResult(runner: string): Promise<Result | undefined> {
  return counts(await readJson(resultFile(runner)), { passed: "passed", failed: "failed", skipped: "skipped" });
}

/** @returns every runner's figures, by name */
export async function listResults(): Promise<readonly { readonly runner: string; readonly result: Result }[]> {
  const files = await readdir(FOLDER).catch((): string[] => []);
  const found: { readonly runner: string; readonly result: Result }[] = [];
  for (const file of files.toSorted()) {
    const [, runner] = /^([a-z]+)\.json$/.exec(file) ?? [];
    const result = runner === undefined ? undefined : await readResult(runner);
    if (runner !== undefined && result) found.push({ runner, result });
  }
  return found;
}

/**
 * Reads vitest's JSON report. A file that could not even be loaded has no failed test, so it
 * counts as one failure.
 */
export async function readVitestReport(runner: string): Promise<Result | undefined> {
  const report = await readJson(reportFile(runner));
  const tests = counts(report, { passed: "numPassedTests", failed: "numFailedTests", skipped: "numPendingTests" });
  if (!tests) return undefined;
  return { ...tests, failed: tests.failed + filesThatDidNotLoad(report) };
}

function filesThatDidNotLoad(report: unknown): number {
  return failedFiles(report).filter(({ tests }) => tests.length === 0).length;
}

/** @returns the names of a runner's tests that failed, each with its file, and of files that did not load */
export async function listFailures(runner: string): Promise<readonly string[]> {
  return failedFiles(await readJson(reportFile(runner))).flatMap(({ name, tests }) =>
    tests.length === 0 ? [`${name} did not load`] : tests.map((test) => `${name} > ${String(test["fullName"])}: ${firstLine(test["failureMessages"])}`),
  );
}

interface FailedFile {
  /** From the repository's root. */
  readonly name: string;
  /** Those that failed; none where the file itself could not be loaded. */
  readonly tests: readonly Readonly<Record<string, unknown>>[];
}

function failedFiles(report: unknown): FailedFile[] {
  if (!isRecord(report) || !Array.isArray(report["testResults"])) return [];
  const files: unknown[] = report["testResults"];
  return files.filter(isRecord).flatMap((file) => {
    const tests: unknown = file["assertionResults"];
    if (file["status"] !== "failed" || !Array.isArray(tests)) return [];
    return [{ name: relative(ROOT, String(file["name"])), tests: (tests as unknown[]).filter(isRecord).filter(isFailed) }];
  });
}

function firstLine(messages: unknown): string {
  const first: unknown = Array.isArray(messages) ? messages.at(0) : undefined;
  return typeof first === "string" ? (stripVTControlCharacters(first).split("\n", 1)[0] ?? "") : "";
}

function isFailed(test: unknown): boolean {
  return isRecord(test) && test["status"] === "failed";
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

function counts(value: unknown, names: Readonly<Record<keyof Result, string>>): Result | undefined {
  if (!isRecord(value)) return undefined;
  const [passed, failed, skipped] = [value[names.passed], value[names.failed], value[names.skipped]];
  if (typeof passed !== "number" || typeof failed !== "number" || typeof skipped !== "number") return undefined;
  return { passed, failed, skipped };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

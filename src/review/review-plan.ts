import type { Diagnostic } from "../plan-file/diagnostic.ts";
import { loadPlan } from "../plan-file/load.ts";
import { type Outline, type OutlinePart, readOutline } from "../plan-file/outline.ts";
import { placed, danger, doubted, note } from "./change.ts";
import { comparePlans, removed, type ReviewedSync, reviewedSync } from "./compare-plans.ts";
import { type ReviewFinding, say } from "./finding.ts";

/** A version of a plan file. */
export interface PlanText {
  readonly text: string | Uint8Array;
  /** Absolute path: where relative paths of the plan begin. */
  readonly file: string;
  /** As the user named it. */
  readonly displayFile: string;
}

/**
 * What a change of a plan file comes to.
 *
 * - `identical`: not a byte of it changed
 * - `form`: only how it is written
 * - `changed`: what it says
 * - `new`: there was no plan
 * - `deleted`: there is none any more
 */
export type Meaning = "identical" | "form" | "changed" | "new" | "deleted";

export interface PlanReview {
  /** Name of the plan, as far as it can be read: that of the base where the new one is no YAML. */
  readonly plan: string;
  /** What makes the new plan unusable: then the rest is what could be read of it. */
  readonly problems: readonly Diagnostic[];
  /** Whether the plan at the base could be read. Where it was none, all of the new one is new. */
  readonly base: "found" | "absent" | "unreadable";
  readonly meaning: Meaning;
  readonly findings: readonly ReviewFinding[];
  readonly syncs: readonly ReviewedSync[];
}

/** What only an environment and its files can tell: a review needs neither. */
const NEEDS_ENVIRONMENT: ReadonlySet<string> = new Set(["VARIABLE_UNSET", "CA_FILE"]);

/**
 * Says what a change of a plan file means. Looks at the two texts only: at no location, and at no
 * variable.
 *
 * @param base undefined where the file was not there
 */
export function reviewPlan(base: PlanText | undefined, next: PlanText): PlanReview {
  const problems = problemsOf(next);
  const before = base === undefined ? undefined : readOutline(base.text);
  const after = withDoubts(readOutline(next.text), problems);
  const comparison = after === undefined ? { findings: [], syncs: [] } : comparePlans(before, after);
  const start = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  const here = { place: after?.plan.place ?? start, side: "new" as const, anchor: after?.plan.place ?? start, sync: undefined, location: undefined };
  const secrets = base === undefined ? [] : secretsInHistory(base, next);
  const extra = secrets.map(({ line, column, endLine, endColumn }) =>
    placed(danger("SECRET_IN_HISTORY", say`A secret stood in the file, and still stands in its history: change it where it is used.`), {
      ...here,
      place: { line, column, endLine, endColumn },
      side: "base",
    }),
  );
  const isNew = before === undefined;
  const told =
    isNew && after !== undefined
      ? [
          placed(
            note(
              "PLAN_NEW",
              base === undefined
                ? say`The plan is new: all of it is shown as added.`
                : say`What stood here was no plan that can be read: all of it is shown as added.`,
            ),
            here,
          ),
        ]
      : [];
  const findings = [...extra, ...comparison.findings, ...told];
  return {
    // So that a page of a plan that cannot be read takes the place of the one before.
    plan: (after ?? before)?.plan.settings.get("name")?.shown ?? "",
    problems,
    base: base === undefined ? "absent" : before === undefined ? "unreadable" : "found",
    meaning: isNew ? "new" : sameText(base?.text, next.text) ? "identical" : findings.length === 0 && problems.length === 0 ? "form" : "changed",
    findings,
    syncs: comparison.syncs,
  };
}

/** Says what it means that a plan file is gone. */
export function reviewDeleted(base: PlanText): PlanReview {
  const before = readOutline(base.text);
  const syncs = [...(before?.syncs.values() ?? [])];
  const findings = before === undefined ? [] : syncs.map((sync) => removed(sync, before.locations, sync.place));
  return {
    plan: before?.plan.settings.get("name")?.shown ?? "",
    problems: [],
    base: before === undefined ? "unreadable" : "found",
    meaning: "deleted",
    findings,
    syncs: before === undefined ? [] : syncs.map((was) => reviewedSync(was, undefined, before, before, findings)),
  };
}

/** The outline of a plan of which some values are not valid: nobody knows what they are going to be. */
function withDoubts(outline: Outline | undefined, problems: readonly Diagnostic[]): Outline | undefined {
  if (outline === undefined || problems.length === 0) return outline;
  const starts = new Set(problems.map(({ line, column }) => `${line}:${column}`));
  const doubt = (part: OutlinePart) => doubted(part, ({ line, column }) => starts.has(`${line}:${column}`));
  const doubtAll = (parts: Outline["syncs"]) => new Map([...parts].map(([name, part]) => [name, doubt(part)]));
  return { ...outline, plan: doubt(outline.plan), locations: doubtAll(outline.locations), syncs: doubtAll(outline.syncs) };
}

function problemsOf({ text, file, displayFile }: PlanText): Diagnostic[] {
  return loadPlan(text, { file, displayFile, env: {} }).diagnostics.filter(({ severity, code }) => severity === "error" && !NEEDS_ENVIRONMENT.has(code));
}

/** Secrets that were written in the old file and are not any more. */
function secretsInHistory(base: PlanText, next: PlanText): Diagnostic[] {
  const secrets = (version: PlanText) => problemsOf(version).filter(({ code }) => code === "SECRET_LITERAL");
  return secrets(next).length > 0 ? [] : secrets(base);
}

function sameText(a: string | Uint8Array | undefined, b: string | Uint8Array): boolean {
  return a !== undefined && Buffer.from(a).equals(Buffer.from(b));
}

import { resolve } from "node:path";
import type { SyncPlan } from "../core/sync-plan.ts";
import { buildPlan } from "./build-plan.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { locationTypes } from "./ends.ts";
import { type Finding, Findings } from "./findings.ts";
import type { PlanFile } from "./generated/plan.ts";
import { keyTrees, validateFrame } from "./generated/validate.js";
import { parseYaml } from "./parse-yaml.ts";
import { readBounded } from "./read-bounded.ts";
import { checkSchema } from "./schema-errors.ts";
import { findSecrets, maskSecretText } from "./secrets.ts";
import { SourceText } from "./source-text.ts";
import type { Env } from "./template.ts";
import { decodeText } from "./text.ts";
import { NotYet } from "./unsupported.ts";

export interface LoadOptions {
  /** Absolute path: where relative paths of the plan begin. */
  readonly file: string;
  /** As the user named it, for diagnostics. */
  readonly displayFile: string;
  readonly env: Env;
}

export interface LoadedPlan {
  /** undefined where a diagnostic is an error. */
  readonly plan: SyncPlan | undefined;
  /** Everything about the file, in its order. */
  readonly diagnostics: readonly Diagnostic[];
  /** What is right and is not executed yet: no plan may be made that leaves it out. */
  readonly unsupported: readonly Diagnostic[];
}

/** Parses, fills in and checks a plan file. All that is wrong with it comes at once; nothing is thrown. */
export function loadPlan(text: string | Uint8Array, { file, displayFile, env }: LoadOptions): LoadedPlan {
  const decoded = decodeText(text);
  const source = new SourceText(decoded.text);
  const findings = new Findings(source, displayFile);
  const notYet = new Findings(source, displayFile);
  maskSecretText(source);
  for (const { place, finding } of decoded.problems) findings.add(place, finding);
  const tree = findings.hasErrors ? undefined : parseYaml(source.text, env, findings);
  let plan: SyncPlan | undefined;
  if (tree !== undefined) {
    source.unmask();
    findSecrets(tree, source, findings);
    // Read before anything is taken out: a location with a mistake in it is there all the same.
    const types = tree.kind === "map" ? locationTypes(tree) : new Map<string, string>();
    const value = checkSchema(validateFrame, tree, { findings, keys: keyTrees.plan, whole: "the plan", place: { start: 0, end: 0 } });
    // The schema has checked it: a plan is a map of this form.
    if (value !== undefined && tree.kind === "map") plan = buildPlan(value as PlanFile, tree, { file, findings, locationTypes: types }, new NotYet(notYet));
  }
  return { plan: findings.hasErrors ? undefined : plan, diagnostics: findings.diagnostics(), unsupported: notYet.diagnostics() };
}

export interface ReadOptions {
  readonly env: Env;
  /** Where a relative path begins. Default: the current folder. */
  readonly cwd?: string | undefined;
}

/**
 * Reads and loads a plan file. That it cannot be read is a diagnostic too, so that many files can be
 * looked at in one go. A file of any size costs no more than the largest plan.
 *
 * @param path as the user named it
 */
export async function readPlanFile(path: string, { env, cwd = process.cwd() }: ReadOptions): Promise<LoadedPlan> {
  const file = resolve(cwd, path);
  const content = readBounded(file);
  if (!("code" in content)) return loadPlan(content, { file, displayFile: path, env });
  return { plan: undefined, diagnostics: unreadable(path, content), unsupported: [] };
}

function unreadable(path: string, finding: Finding): Diagnostic[] {
  const findings = new Findings(new SourceText(""), path);
  findings.add({ start: 0, end: 0 }, finding);
  return findings.diagnostics().map((diagnostic) => ({ ...diagnostic, frame: "" }));
}

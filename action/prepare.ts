/** First step: finds out what this job is to do, and gets tidemark. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { GONE, inlineCode } from "./support/comments.ts";
import { at, commit, decide } from "./support/decide.ts";
import { changesetFolder, writeJob, writeResults } from "./support/job.ts";
import { fetchCommit, mainOf, planFiles, repositoryRoot } from "./support/plan-files.ts";
import { ActionError, addSummary, annotate, input, inputFlag, inputLines, runStep, say, setOutput, variable } from "./support/runner.ts";

await runStep(() => {
  const workspace = variable("GITHUB_WORKSPACE");
  const folder = resolve(workspace, input("WORKING_DIRECTORY") || ".");
  const planId = optional("PLAN_ID", /^sha256:[0-9a-f]{64}$/, "sha256: and 64 digits");
  const event: unknown = JSON.parse(readFileSync(variable("GITHUB_EVENT_PATH"), "utf8"));
  const decision = decide({
    eventName: variable("GITHUB_EVENT_NAME"),
    event,
    command: input("COMMAND") || "auto",
    ref: process.env["GITHUB_REF"] ?? "",
    actor: process.env["GITHUB_ACTOR"] ?? "",
    planId,
  });
  say(`Tidemark: ${decision.mode}, since ${decision.why}.`);
  mustBe("ARTIFACT", /^[\w.-]{1,100}$/, "letters, digits, `.`, `_` and `-`");
  const root = repositoryRoot(folder);
  const before = decision.mode === "apply" && planId === undefined ? commit(at(event, "before")) : undefined;
  const { plans, gone } = planFiles(inputLines("PLAN"), { folder, root, base: (isMissing) => baseOf(root, decision.base, isMissing ? before : undefined) });
  if (planId !== undefined && plans.length !== 1) throw new ActionError("The input plan-id belongs to one plan, and the input plan names several.");
  const confirm = input("CONFIRM")
    .split(/[\s,]+/)
    .filter((code) => code !== "");
  if (!confirm.every((code) => /^[A-Z][A-Z0-9_]*$/.test(code))) throw new ActionError("The input confirm is a list of codes of checks.");
  const failOn = optional("FAIL_ON", /^(?:danger|change|note)$/, "danger, change or note");
  const comment = inputFlag("COMMENT");

  const shared = mkdtempSync(join(variable("RUNNER_TEMP"), "tidemark-"));
  mkdirSync(changesetFolder(shared));
  writeJob(shared, {
    mode: decision.mode,
    restricted: decision.restricted,
    root,
    plans,
    gone,
    tidemark: [process.execPath, tidemark(workspace, shared)],
    base: decision.base,
    pullRequest: decision.pullRequest,
    failOn,
    difference: inputFlag("DIFFERENCE"),
    planId,
    confirm,
    planArguments: inputLines("PLAN_ARGS"),
    applyArguments: inputLines("APPLY_ARGS"),
  });
  writeResults(shared, {});
  for (const file of gone) sayGone(file);
  setOutput("folder", shared);
  setOutput("changesets", changesetFolder(shared));
  setOutput("mode", decision.mode);
  setOutput("find", String(decision.mode === "apply" && planId === undefined && plans.length > 0));
  setOutput("comment", String(comment && decision.pullRequest !== undefined && !decision.restricted));
});

/**
 * The commit to look for earlier plan files at, fetched.
 *
 * @param before that of a push, where an apply misses a plan: only to tell one that was deleted from one that never was
 */
function baseOf(root: string, base: string | undefined, before: string | undefined): string | undefined {
  if (base !== undefined) fetchCommit(root, base);
  if (base !== undefined || before === undefined) return base;
  try {
    fetchCommit(root, before);
    return before;
  } catch {
    // As after a forced push. That the plan is missing says more than that this commit is.
    return undefined;
  }
}

function sayGone(file: string): void {
  annotate("warning", "Plan gone", `${JSON.stringify(file)} is gone. ${GONE}`);
  addSummary(`**A plan is gone:** ${inlineCode(file)}. ${GONE}`);
}

/** From a checkout, or installed apart from the repository, whose .npmrc and node_modules have no say in it. */
function tidemark(workspace: string, shared: string): string {
  const path = input("PATH");
  if (path !== "") return mainOf(path, workspace);
  const version = input("VERSION") || ownVersion();
  if (!/^[\w.^~+-]+$/.test(version) || version.startsWith("-")) throw new ActionError("The input version is a version, as 1.2.3 or latest.");
  const home = join(shared, "npm");
  mkdirSync(home);
  try {
    execFileSync("npm", ["install", "--prefix", home, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", `tidemark@${version}`], {
      cwd: home,
      stdio: ["ignore", "ignore", "inherit"],
    });
  } catch {
    throw new ActionError(
      `tidemark@${version} could not be installed from npm's registry. Name another with the input version, or a checkout with the input path.`,
    );
  }
  return mainOf(join(home, "node_modules", "tidemark"), home);
}

/** The version that this action came with. */
function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8")) as { version: string };
  return version;
}

function optional(name: string, form: RegExp, says: string): string | undefined {
  if (input(name) === "") return undefined;
  mustBe(name, form, says);
  return input(name);
}

function mustBe(name: string, form: RegExp, says: string): void {
  if (!form.test(input(name))) throw new ActionError(`The input ${name.toLowerCase().replaceAll("_", "-")} is ${says}.`);
}

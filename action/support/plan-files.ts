import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { PlanFile } from "./job.ts";
import { ActionError } from "./runner.ts";

/** The root of the repository that a folder lies in; the folder itself where it lies in none. */
export function repositoryRoot(folder: string): string {
  try {
    return realpathSync(
      execFileSync("git", ["rev-parse", "--show-toplevel"], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).replace(/\n$/, ""),
    );
  } catch {
    return realpathSync(folder);
  }
}

/**
 * The plan files that an input names, each line a file or a pattern, in the order of the lines.
 *
 * @throws ActionError where nothing is named, or a line matches nothing
 */
export function planFiles(lines: readonly string[], folder: string, root: string): PlanFile[] {
  if (lines.length === 0) throw new ActionError("The input plan names no file.");
  const files = new Set<string>();
  for (const line of lines) {
    const found = isFile(resolve(folder, line))
      ? [line]
      : globSync(line, { cwd: folder })
          .filter((name) => isFile(resolve(folder, name)))
          .toSorted();
    if (found.length === 0) throw new ActionError(`The input plan names ${JSON.stringify(line)}, and there is no such file beneath ${folder}.`);
    for (const name of found) files.add(fromRoot(resolve(realpathSync(folder), name), root));
  }
  return [...files].map((file) => ({ file, changeset: changesetName(file) }));
}

function fromRoot(path: string, root: string): string {
  const file = relative(root, path);
  if (file.startsWith("..") || isAbsolute(file)) throw new ActionError(`The plan ${JSON.stringify(path)} lies outside of the repository.`);
  return file.split(sep).join("/");
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The same in any run, harmless in any file system, and another one for another plan. */
export function changesetName(file: string): string {
  const hash = createHash("sha256").update(file).digest("hex").slice(0, 8);
  return `${file
    .replaceAll(/[^\w.-]+/g, "-")
    .slice(-60)
    .replace(/^[.-]+/, "")}-${hash}.changes`;
}

/**
 * Makes sure that a commit is there to review against. A checkout has the newest commit only.
 *
 * @throws ActionError
 */
export function fetchCommit(root: string, commit: string): void {
  const git = (...args: readonly string[]) =>
    execFileSync("git", args, { cwd: root, stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, GIT_TERMINAL_PROMPT: "0" } });
  try {
    git("cat-file", "-e", `${commit}^{commit}`);
    return;
  } catch {
    // Not there: fetched.
  }
  try {
    git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit);
  } catch {
    throw new ActionError(`The commit ${commit.slice(0, 12)} to review against could not be fetched. Check out with \`fetch-depth: 0\`.`);
  }
}

/** A file's text at a commit; undefined where there was none. */
export function fileAt(root: string, commit: string, file: string): Buffer | undefined {
  try {
    return execFileSync("git", ["cat-file", "blob", `${commit}:${file}`], { cwd: root, stdio: ["ignore", "pipe", "ignore"], maxBuffer: 8 * 2 ** 20 });
  } catch {
    return undefined;
  }
}

/** @param path the input: a checkout of tidemark, or its built main.js @returns the program's file */
export function mainOf(path: string, workspace: string): string {
  const full = resolve(workspace, path);
  const main = isFile(full) ? full : join(full, "dist", "main.js");
  if (!isFile(main)) throw new ActionError(`There is no tidemark at ${main}: build it (\`npm ci && npm run build\`), or leave the input path out.`);
  return main;
}

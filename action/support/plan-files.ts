import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, posix, relative, resolve, sep } from "node:path";
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

export interface NamedPlans {
  readonly plans: readonly PlanFile[];
  /** Files that the input names at the base, and that are there no longer under any name. */
  readonly gone: readonly string[];
}

export interface PlanPlaces {
  /** Where the names of the lines begin. */
  readonly folder: string;
  readonly root: string;
  /** The commit to compare with, if any. @param isMissing whether a line names nothing that is there now */
  readonly base: (isMissing: boolean) => string | undefined;
}

/**
 * The plan files that an input names, each line a file or a pattern, in the order of the lines.
 *
 * @throws ActionError where nothing is named, or a line matches nothing, neither now nor at the base
 */
export function planFiles(lines: readonly string[], { folder, root, base: baseOf }: PlanPlaces): NamedPlans {
  if (lines.length === 0) throw new ActionError("The input plan names no file.");
  const named = lines.map((line) => ({ line, files: filesOf(line, folder, root) }));
  const base = baseOf(named.some(({ files }) => files.length === 0));
  const before = base === undefined ? [] : filesAt(root, base);
  const gone = new Set<string>();
  for (const { line, files } of named) {
    const then = before.filter((file) => isNamed(file, line, folder, root));
    if (files.length === 0 && then.length === 0)
      throw new ActionError(`The input plan names ${JSON.stringify(line)}, and there is no such file beneath ${folder}.`);
    for (const file of then) if (!isThere(root, file)) gone.add(file);
  }
  const files = [...new Set(named.flatMap((one) => one.files))];
  const added = files.filter((file) => !before.includes(file));
  const earlier = base === undefined || added.length === 0 ? new Map<string, string>() : earlierNames({ root, base, added, gone });
  const renamed = new Set(earlier.values());
  return {
    plans: files.map((file) => {
      const baseFile = earlier.get(file);
      return { file, changeset: changesetName(file), ...(baseFile !== undefined && { baseFile }) };
    }),
    gone: [...gone].filter((file) => !renamed.has(file)),
  };
}

function filesOf(line: string, folder: string, root: string): string[] {
  const names = isFile(resolve(folder, line))
    ? [line]
    : globSync(line, { cwd: folder })
        .filter((name) => isFile(resolve(folder, name)))
        .toSorted();
  return names.map((name) => fromRoot(resolve(realpathSync(folder), name), root));
}

/** Whether a line means a file of the repository, which need not be there now. */
function isNamed(file: string, line: string, folder: string, root: string): boolean {
  const home = realpathSync(folder);
  const name = relative(home, join(root, file)).split(sep).join("/");
  const pattern = posix.normalize(isAbsolute(line) ? relative(home, line).split(sep).join("/") : line);
  return name === pattern || posix.matchesGlob(name, pattern);
}

/** In a sparse checkout a file is in the commit only. */
function isThere(root: string, file: string): boolean {
  return isFile(join(root, file)) || fileAt(root, "HEAD", file) !== undefined;
}

interface Earlier {
  readonly root: string;
  readonly base: string;
  readonly added: readonly string[];
  readonly gone: ReadonlySet<string>;
}

/** What added plan files were called at the base: the file with the same plan's name, else the one that git takes it for. */
function earlierNames({ root, base, added, gone }: Earlier): Map<string, string> {
  const names = new Map<string, string>();
  const free = [...gone];
  const take = (file: string, old: string) => {
    names.set(file, old);
    if (free.includes(old)) free.splice(free.indexOf(old), 1);
  };
  for (const file of added) {
    const name = planName(fileAt(root, "HEAD", file));
    const [old, ...more] = name === undefined ? [] : free.filter((one) => planName(fileAt(root, base, one)) === name);
    if (old !== undefined && more.length === 0) take(file, old);
  }
  const taken = new Set(names.values());
  for (const [old, file] of gitRenames(root, base)) if (added.includes(file) && !names.has(file) && !taken.has(old)) take(file, old);
  return names;
}

/** A plan's `name`, where it is written plainly: there is no YAML parser here, and git's guess is left. */
function planName(content: Buffer | undefined): string | undefined {
  return /^name:[ \t]+(["']?)([\w.-]+)\1[ \t]*(?:#.*)?\r?$/m.exec(content?.toString("utf8") ?? "")?.[2];
}

/** @returns pairs of an old and a new name */
function gitRenames(root: string, base: string): (readonly [string, string])[] {
  const fields = gitOutput(root, ["diff", "--no-ext-diff", "--find-renames", "--diff-filter=R", "--name-status", "-z", base, "HEAD"]).split("\0");
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 2 < fields.length; at += 3) pairs.push([fields[at + 1] ?? "", fields[at + 2] ?? ""]);
  return pairs;
}

/** The files of a commit, without links and submodules. */
function filesAt(root: string, commit: string): string[] {
  return gitOutput(root, ["ls-tree", "-r", "-z", "--full-tree", commit])
    .split("\0")
    .filter((entry) => entry.startsWith("100"))
    .map((entry) => entry.slice(entry.indexOf("\t") + 1));
}

function gitOutput(root: string, args: readonly string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 2 ** 29 });
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

import { execFile, execFileSync } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { type Pty, startTerminal } from "../support/terminal.ts";
import { CLI, startCli } from "./cli.ts";

const PLAN = `version: 1
name: media
locations: { here: { type: directory, path: a }, there: { type: directory, path: b } }
syncs:
  photos: { from: here, to: there }
  "shop-2024":
    from: here
    to: \${NOT_SET
  "$(touch hurt)": { from: here, to: there }
`;

/** What is typed, and what stands on the line after Tab. */
const CASES: readonly (readonly [typed: string, completed: string])[] = [
  ["tidemark va", "tidemark validate "],
  ["tidemark plan --det", "tidemark plan --detailed-exitcode "],
  ["tidemark --log-level deb", "tidemark --log-level debug "],
  ["tidemark state reb", "tidemark state rebuild "],
  ["tidemark state rebuild --auto", "tidemark state rebuild --auto-approve "],
  ["tidemark plan med", "tidemark plan media.yaml "],
  ["tidemark plan fol", "tidemark plan folder/"],
  ["tidemark show media.c", "tidemark show media.changes "],
  ["tidemark plan media.yaml --sync sh", "tidemark plan media.yaml --sync shop-2024 "],
  ["tidemark plan media.yaml --sync photos sh", "tidemark plan media.yaml --sync photos shop-2024 "],
  ["tidemark plan media.yaml --sync=sh", "tidemark plan media.yaml --sync=shop-2024 "],
  ["tidemark flow media.yaml ph", "tidemark flow media.yaml photos "],
  ["tidemark validate media.yaml --format ju", "tidemark validate media.yaml --format junit "],
  ["tidemark explain GUARD_EX", "tidemark explain GUARD_EXCEEDED "],
  ["tidemark apply media.yaml --confirm TABLESP", "tidemark apply media.yaml --confirm TABLESPACE_MISSING "],
  ["tidemark completion fi", "tidemark completion fish "],
  ["tidemark plan my", String.raw`tidemark plan my\ plan.yaml `],
];

function isInstalled(shell: string): boolean {
  try {
    execFileSync(shell, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

interface Home {
  readonly folder: TemporaryFolder;
  readonly env: Readonly<Record<string, string>>;
}

/** A folder with plans, in which `tidemark` is the built CLI and each shell finds its script. */
async function makeHome(): Promise<Home & AsyncDisposable> {
  const folder = await temporaryFolder("tidemark-completion-");
  await mkdir(folder.join("bin"));
  await mkdir(folder.join("folder"));
  await writeFile(folder.join("bin/tidemark"), `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  await chmod(folder.join("bin/tidemark"), 0o755);
  for (const name of ["media.yaml", "my plan.yaml"]) await writeFile(folder.join(name), PLAN);
  for (const name of ["media.txt", "media.changes"]) await writeFile(folder.join(name), "");
  const env = { HOME: folder.path, PATH: `${folder.join("bin")}:${process.env["PATH"] ?? ""}` };
  for (const [shell, name] of [
    ["bash", "tidemark.bash"],
    ["zsh", "_tidemark"],
    ["fish", "tidemark.fish"],
  ] as const) {
    const { code, stdout } = await startCli(["completion", shell], { cwd: folder.path, env }).finished;
    expect(code).toBe(0);
    await writeFile(folder.join(name), stdout);
  }
  return { folder, env, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** What was asked of it is done, and its prompt is there. A prompt alone may be one from before. */
async function isReady(shell: Pty): Promise<void> {
  await shell.until("a prompt", (lines) => lines.join("\n").trim() === "ready\n$");
}

async function completes(shell: Pty, [typed, completed]: readonly [string, string]): Promise<void> {
  shell.type(typed);
  await shell.until(typed, (lines) => lines.some((line) => line === `$ ${typed}`));
  shell.press("tab");
  // The screen has no blanks at the ends of its lines: the next word shows that there is one.
  shell.type("END");
  await shell.until(completed, (lines) => lines.some((line) => line === `$ ${completed}END`));
  shell.press("ctrl-u");
  await shell.until("an empty line", (lines) => !lines.some((line) => line.includes("END")));
}

test("bash completes commands, options, plans, names of syncs, words and codes", { timeout: 120_000 }, async () => {
  await using home = await makeHome();
  await using shell = startTerminal(["--noprofile", "--norc", "-i"], { command: "bash", cwd: home.folder.path, env: { ...home.env, PS1: "$ " } });
  shell.type("source ./tidemark.bash; clear; echo rea''dy\r");
  await isReady(shell);
  for (const each of CASES) await completes(shell, each);
});

test.skipIf(!isInstalled("zsh"))("zsh completes the same, where it is installed", { timeout: 120_000 }, async () => {
  await using home = await makeHome();
  await using shell = startTerminal(["-f", "-i"], { command: "zsh", cwd: home.folder.path, env: home.env });
  shell.type("PROMPT='$ ' fpath=($HOME $fpath); unsetopt PROMPT_SP; autoload -U compinit; compinit -u -D; bindkey '^U' kill-whole-line; clear; echo rea''dy\r");
  await isReady(shell);
  for (const each of CASES) await completes(shell, each);
  shell.type("tidemark state ");
  shell.press("tab");
  await shell.shows(/rebuild +-- make the state anew/);
});

describe.skipIf(!isInstalled("fish"))("fish completes the same, where it is installed", () => {
  const complete = async ({ folder, env }: Home, line: string) => {
    const script = 'source ./tidemark.fish; complete -C "$argv[1]"';
    const { stdout } = await promisify(execFile)("fish", ["--no-config", "-c", script, line], { cwd: folder.path, env: { ...env, LANG: "C.UTF-8" } });
    return stdout.split("\n").filter((text) => text !== "");
  };

  test("every case", { timeout: 120_000 }, async () => {
    await using home = await makeHome();
    for (const [typed, completed] of CASES) {
      const found = await complete(home, typed);
      // Fish tells the word itself, as it is before it is quoted.
      const wanted = completed
        .trimEnd()
        .split(/(?<!\\) /)
        .at(-1)
        ?.replaceAll("\\", "");
      expect([typed, found.map((line) => line.split("\t")[0])]).toEqual([typed, [wanted]]);
    }
    expect(await complete(home, "tidemark state ")).toContainEqual(expect.stringMatching(/^rebuild\tmake the state anew/));
  });

  test("in a terminal", async () => {
    await using home = await makeHome();
    await using shell = startTerminal(["--no-config", "-i"], { command: "fish", cwd: home.folder.path, env: home.env });
    await shell.shows(/[#>]/);
    shell.type("source ./tidemark.fish; clear; echo rea''dy\r");
    await shell.shows(/^ready\n.*[#>]/m);
    shell.type("tidemark plan media.yaml --sync sh");
    shell.press("tab");
    shell.type("END");
    await shell.shows("tidemark plan media.yaml --sync shop-2024 END");
  });
});

test("names that a shell could take for more are not offered, and nothing is run", async () => {
  await using home = await makeHome();
  const { stdout, code } = await startCli(["__complete", "syncs", "media.yaml"], { cwd: home.folder.path, env: home.env }).finished;
  expect([code, stdout]).toEqual([0, "photos\nshop-2024\n"]);
  const missing = await startCli(["__complete", "syncs", "nothing.yaml"], { cwd: home.folder.path, env: home.env }).finished;
  expect([missing.code, missing.stdout, missing.stderr]).toEqual([0, "", ""]);
});

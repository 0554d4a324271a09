import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");

export interface ShellResult {
  readonly code: number;
  readonly output: string;
}

export interface ShellOptions {
  readonly shell: "sh" | "bash";
  readonly cwd: string;
  /** A folder of the test's own: the command `tidemark` is put there. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a script as a CI's shell would, with the built CLI as the command `tidemark`. */
export async function runScript(script: string, { shell, cwd, home, env }: ShellOptions): Promise<ShellResult> {
  const bin = join(home, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "tidemark"), `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "dist/main.js")}' "$@"\n`, { mode: 0o755 });
  const path = [bin, join(ROOT, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const child = spawn(shell, ["-e", "-c", script], { cwd, env: { PATH: path, HOME: home, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, output };
}

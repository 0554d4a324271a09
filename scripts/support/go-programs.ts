import { access, constants, mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ENVIRONMENT, ROOT, run } from "./processes.ts";

const TOOLS = join(ROOT, ".tools", "bin");

export interface GoProgram {
  readonly name: string;
  /** Names a program of the user's own; tests read it too. */
  readonly variable: string;
  /** With a version, so that a run tomorrow uses what a run today did. */
  readonly module: string;
}

export interface FoundProgram extends GoProgram {
  /** Absolute path; undefined where it could not be had. */
  readonly path: string | undefined;
  /** Why not. */
  readonly reason: string | undefined;
}

/**
 * Takes a program from its variable, else from `.tools/bin`, else from PATH; else compiles it into
 * `.tools/bin`, which needs Go and takes minutes.
 */
export async function findOrInstall(program: GoProgram): Promise<FoundProgram> {
  const { name, variable, module } = program;
  const existing = process.env[variable] ?? (await findProgram(name));
  if (existing !== undefined) return { ...program, path: existing, reason: undefined };
  if ((await run("go", ["version"])).code !== 0) {
    return { ...program, path: undefined, reason: `not installed, and there is no Go to compile it; ${variable} may name your own` };
  }
  await mkdir(TOOLS, { recursive: true });
  process.stdout.write(`Compiling ${name} into .tools/bin: minutes, once …\n`);
  const { code, output } = await run("go", ["install", module], { environment: { GOBIN: TOOLS } });
  if (code !== 0) throw new Error(`${name} could not be compiled:\n${output}`);
  return { ...program, path: join(TOOLS, name), reason: undefined };
}

/** @returns the absolute path of a program in `.tools/bin` or on PATH */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of [TOOLS, ...(ENVIRONMENT["PATH"] ?? "").split(delimiter)]) {
    const path = join(folder, name);
    const isProgram = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isProgram) return path;
  }
  return undefined;
}

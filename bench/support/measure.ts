import { spawn, type ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ENVIRONMENT } from "../../scripts/support/processes.ts";

export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What one run of a program took, told by the kernel. */
export interface Cost {
  readonly wallMs: number;
  /** User and system time of the program and of what it started. */
  readonly cpuMs: number;
  readonly maxRssMiB: number;
}

export interface Watched {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Aborted when it ended by itself. */
  readonly ended: AbortSignal;
  stop(): void;
}

const LONGEST_OUTPUT = 4000;

/**
 * Runs a program under bench/measure and returns what it cost.
 *
 * @param watch is told when it started, and may stop it: what was asked for was seen
 * @throws where it ends with another code than 0 without having been stopped
 */
export async function measure(measurer: string, folder: string, command: Command, watch?: (started: Watched) => void): Promise<Cost> {
  const resultFile = join(folder, "cost.json");
  const child = spawn(measurer, [resultFile, command.program, ...command.arguments], {
    cwd: folder,
    env: { ...ENVIRONMENT, ...command.environment },
    stdio: ["ignore", "ignore", "pipe"],
    // A group of its own, so that stopping reaches the program and not only the measurer.
    detached: true,
  });
  let stopped = false;
  const end = new AbortController();
  watch?.({
    startedAt: Date.now(),
    ended: end.signal,
    stop: () => {
      stopped = true;
      stopGroup(child);
    },
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-LONGEST_OUTPUT);
  });
  await new Promise<void>((resolve, reject) => child.once("error", reject).once("close", () => resolve()));
  end.abort();
  if (stopped) return { wallMs: 0, cpuMs: 0, maxRssMiB: 0 };
  const cost = await readCost(resultFile);
  if (cost?.code !== 0) throw new Error(`${showCommand(command)} ended with ${cost?.code ?? "no code"}:\n${errors}`);
  return { wallMs: cost.wallMs, cpuMs: cost.userMs + cost.systemMs, maxRssMiB: cost.maxRssKiB / 1024 };
}

/** As a person would type it, with paths and addresses shortened. */
export function showCommand({ program, arguments: given }: Command): string {
  return [program, ...given]
    .map((word) =>
      word
        .replace(/^\/\S*\/(?=[^/])/, "")
        .replace(/http:\/\/127\.0\.0\.1:\d+/, "URL")
        .replaceAll(/postgres:\/\/postgres@127\.0\.0\.1:\d+\//g, "postgres://…/"),
    )
    .join(" ")
    .replace(/^node main\.js/, "tidemark");
}

function stopGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}

async function readCost(file: string): Promise<Readonly<Record<"code" | "wallMs" | "userMs" | "systemMs" | "maxRssKiB", number>> | undefined> {
  const cost: unknown = await readFile(file, "utf8").then(JSON.parse, () => undefined);
  const names = ["code", "wallMs", "userMs", "systemMs", "maxRssKiB"] as const;
  if (typeof cost !== "object" || cost === null) return undefined;
  const found = new Map(Object.entries(cost));
  const number = (name: (typeof names)[number]): number => {
    const value: unknown = found.get(name);
    if (typeof value !== "number") throw new Error(`${file} has no ${name}`);
    return value;
  };
  return { code: number("code"), wallMs: number("wallMs"), userMs: number("userMs"), systemMs: number("systemMs"), maxRssKiB: number("maxRssKiB") };
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { startS3Server, type S3Server } from "../support/s3-server/index.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";

/** As it is shipped: `npm run build` makes it. */
export const CLI = join(import.meta.dirname, "../../dist/main.js");

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout, parsed. */
  json(): Record<string, unknown>[];
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves with the first line of stdout that matches, also an earlier one; rejects where the program ends without it. */
  line(wanted: RegExp): Promise<string>;
}

/** A folder to work in and a server to work against, with the environment that a user would have. */
export interface World extends AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly server: S3Server;
  readonly env: Readonly<Record<string, string>>;
  /** Runs the built CLI to its end. */
  run(...args: readonly string[]): Promise<Finished>;
  start(...args: readonly string[]): Running;
  /** Writes files beneath the folder. */
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
}

export async function makeWorld({ buckets = ["cold"] }: { readonly buckets?: readonly string[] } = {}): Promise<World> {
  const folder = await temporaryFolder("tidemark-e2e-");
  const server = await startS3Server({ buckets: [...buckets] });
  const env = { AK: server.accessKeyId, SK: server.secretAccessKey, ENDPOINT: server.endpoint, HOME: folder.path };
  const start = (...args: readonly string[]) => startCli(args, { cwd: folder.path, env });
  return {
    folder,
    server,
    env,
    start,
    run: (...args) => start(...args).finished,
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(folder.join(name)), { recursive: true });
        await writeFile(folder.join(name), content);
      }
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Starts the built CLI. Nothing of the environment but PATH goes with it. */
export function startCli(args: readonly string[], { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }): Running {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env: { PATH: process.env["PATH"] ?? "", ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  const finished = once(child, "close").then(([code, signal]: (number | NodeJS.Signals | null)[]): Finished => ({
    code: typeof code === "number" ? code : null,
    signal: typeof signal === "string" ? signal : null,
    ...output,
    json: () => output.stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)])),
  }));
  return {
    child,
    finished,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => wanted.test(line));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        void finished.then(({ stdout, stderr }) => reject(new Error(`It ended without ${wanted}:\n${stdout}${stderr}`)));
        look();
      }),
  };
}

/** A plan from the folder `here` into the bucket `cold`. @param rules more keys of the sync, as YAML lines */
export function planFile(rules: readonly string[] = [], { secret = "${SK}", bucket = "cold", name = "nightly" } = {}): string {
  return `version: 1
name: ${name}
locations:
  here: { type: directory, path: ./here }
  cold:
    type: s3
    bucket: ${bucket}
    region: us-east-1
    endpoint: "\${ENDPOINT}"
    credentials: { accessKeyId: "\${AK}", secretAccessKey: "${secret}" }
syncs:
  media:
    from: here
    to: { location: cold, prefix: media/ }
${rules.map((rule) => `    ${rule}\n`).join("")}`;
}

/** The last line, which is the summary. */
export function summaryOf({ stdout, stderr }: Finished): Record<string, unknown> {
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(last);
  } catch {
    throw new Error(`The last line is no summary:\n${stdout}${stderr}`);
  }
}

/** A door that requests wait at. */
export function makeGate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

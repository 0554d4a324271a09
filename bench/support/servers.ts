import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const KEYS = { AWS_ACCESS_KEY_ID: "tidemark", AWS_SECRET_ACCESS_KEY: "secretsecret", AWS_REGION: "us-east-1" } as const;

export interface Counts {
  readonly list: number;
  readonly head: number;
  readonly get: number;
  readonly put: number;
  readonly copy: number;
  /** Milliseconds since the epoch; 0 before the first write. */
  readonly firstWrite: number;
}

export interface BenchServer {
  readonly url: string;
  /** How many objects a bucket holds. */
  objects(bucket: string): Promise<number>;
  counts(): Promise<Counts>;
  resetCounts(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts bench/server, which answers from arithmetic. */
export async function startArithmeticServer(program: string, delayMs: number): Promise<BenchServer> {
  const child = spawn(program, ["-delay-ms", String(delayMs)], { stdio: ["pipe", "pipe", "inherit"] });
  const [url] = await firstLine(child);
  const ask = async (path: string, method = "GET") => {
    const response = await fetch(`${url}/_bench/${path}`, { method });
    return response.text();
  };
  return {
    url,
    objects: async (bucket) => Number(await ask(`objects?bucket=${bucket}`)),
    counts: async () => readCounts(JSON.parse(await ask("counts"))),
    resetCounts: async () => void (await ask("reset", "POST")),
    stop: () => stop(child),
  };
}

/** Starts MinIO over a temporary folder, which is removed when it stops. */
export async function startMinio(program: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-bench-minio-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, ["server", folder, "--address", `127.0.0.1:${port}`, "--quiet"], {
    env: { ...process.env, MINIO_ROOT_USER: KEYS.AWS_ACCESS_KEY_ID, MINIO_ROOT_PASSWORD: KEYS.AWS_SECRET_ACCESS_KEY, MINIO_BROWSER: "off" },
    stdio: "ignore",
  });
  await answers(`${url}/minio/health/ready`, child);
  return {
    url,
    stop: async () => {
      await stop(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function firstLine(child: ChildProcess): Promise<[string]> {
  if (!child.stdout) throw new Error("the server has no output to read its address from");
  for await (const line of createInterface({ input: child.stdout })) return [line];
  throw new Error("the server ended before it told its address");
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} did not become ready`);
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    child.kill("SIGTERM");
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

function readCounts(value: unknown): Counts {
  const found = new Map(Object.entries(value ?? {}));
  const number = (name: string) => Number(found.get(name) ?? 0);
  return { list: number("list"), head: number("head"), get: number("get"), put: number("put"), copy: number("copy"), firstWrite: number("firstWrite") };
}

import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "./temp.ts";

const TOOLS = join(import.meta.dirname, "../../.tools/bin");
const CREDENTIALS = { region: "us-east-1", accessKeyId: "tidemark", secretAccessKey: "secretsecret" };

export interface RunningServer {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** @returns the path of a real server's program, from its variable or `.tools/bin`; undefined where there is none */
export function serverProgram(name: "minio" | "versitygw"): string | undefined {
  const path = process.env[`TIDEMARK_${name.toUpperCase()}`] ?? join(TOOLS, name);
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}

export function startMinio(program: string): Promise<RunningServer> {
  return start(program, {
    args: (port, data) => ["server", join(data, "objects"), "--address", `127.0.0.1:${port}`, "--quiet"],
    environment: { MINIO_ROOT_USER: CREDENTIALS.accessKeyId, MINIO_ROOT_PASSWORD: CREDENTIALS.secretAccessKey, MINIO_BROWSER: "off", MINIO_UPDATE: "off" },
  });
}

export function startVersitygw(program: string): Promise<RunningServer> {
  return start(program, {
    args: (port, data) => ["--port", `127.0.0.1:${port}`, "--quiet", "posix", "--versioning-dir", join(data, "versions"), join(data, "objects")],
    environment: { ROOT_ACCESS_KEY: CREDENTIALS.accessKeyId, ROOT_SECRET_KEY: CREDENTIALS.secretAccessKey },
  });
}

interface Start {
  args(port: number, data: string): readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

async function start(program: string, { args, environment }: Start): Promise<RunningServer> {
  const data = await temporaryFolder("tidemark-server-");
  await Promise.all([mkdir(data.join("objects")), mkdir(data.join("versions"))]);
  const port = await freePort();
  const server = spawn(program, args(port, data.path), { env: { ...process.env, HOME: data.path, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  const output: string[] = [];
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding("utf8").on("data", (text: string) => output.push(text));
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const stop = async () => {
    if (server.exitCode === null) server.kill("SIGTERM");
    await ended;
    await data[Symbol.asyncDispose]();
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await answering(endpoint, server);
  } catch (cause) {
    await stop();
    throw new Error(`${program} did not start: ${output.join("")}`, { cause });
  }
  return { endpoint, ...CREDENTIALS, stop };
}

/** A port that was free a moment ago; the server is told which, since it cannot tell us. */
async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Resolves once it answers S3 requests at all: an unsigned one is refused, and not by a 5xx. */
async function answering(endpoint: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (server.exitCode === null && Date.now() < deadline) {
    try {
      const { status, body } = await fetch(endpoint);
      await body?.cancel();
      if (status < 500) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("no answer");
}

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { openState } from "../../src/state/open.ts";
import { startS3Server, type S3Server } from "./s3-server/index.ts";

export interface KillRounds {
  /** What is synced where. */
  readonly from: "directory" | "s3";
  readonly to: "directory" | "s3";
  /** Threads that transfer; default none. */
  readonly threads?: number;
  /** How many times the built CLI is killed. */
  readonly kills: number;
  /** Of the instants: the same seed kills at the same ones. */
  readonly seed: number;
  /** An empty folder. */
  readonly folder: string;
}

const CLI = join(import.meta.dirname, "../../dist/main.js");
const SMALL = 120;
const LARGE = 2;
const LARGE_BYTES = 40 * 1024 * 1024;
/** The longest that a run is let live, in milliseconds: somewhat more than a whole one takes. */
const LONGEST = 1500;

/**
 * Applies a plan again and again, each time killed with SIGKILL at a random instant, until it was
 * killed often enough; then lets it finish, and looks at what it left.
 *
 * The destination is emptied whenever a run survives, so that there is always something to kill.
 */
export async function killRounds(options: KillRounds): Promise<{ readonly kills: number; readonly finished: number }> {
  const random = lcg(options.seed);
  const world = await makeWorld(options);
  try {
    let kills = 0;
    let finished = 0;
    while (kills < options.kills) {
      const recorded = await recordedKeys(world);
      world.server.requests.reset();
      const killed = await runAndKill(world, Math.floor(random() * LONGEST));
      await expectNothingTwice(world, recorded);
      await expectNothingTorn(world);
      if (killed) kills += 1;
      else {
        finished += 1;
        await expectComplete(world);
        await emptyDestination(world);
      }
    }
    await run(world, ["apply", world.plan, "--auto-approve", "--progress", "none"]);
    await expectComplete(world);
    return { kills, finished };
  } finally {
    await world.server.close();
  }
}

interface World {
  readonly options: KillRounds;
  readonly server: S3Server;
  readonly plan: string;
  readonly files: ReadonlyMap<string, string>;
}

async function makeWorld(options: KillRounds): Promise<World> {
  const { folder, from, to } = options;
  const server = await startS3Server({ buckets: ["source", "destination"] });
  const files = new Map<string, string>();
  await mkdir(join(folder, "source"), { recursive: true });
  await mkdir(join(folder, "destination"), { recursive: true });
  for (let at = 0; at < SMALL + LARGE; at += 1) {
    const key = `${at % 7}/file-${String(at).padStart(4, "0")}`;
    const bytes = at < SMALL ? Buffer.from(`content of ${key}`.repeat(20)) : Buffer.alloc(LARGE_BYTES, `large ${at} `);
    files.set(key, createHash("md5").update(bytes).digest("hex"));
    if (from === "s3") {
      server.put("source", key, bytes);
    } else {
      await mkdir(join(folder, "source", `${at % 7}`), { recursive: true });
      await writeFile(join(folder, "source", key), bytes);
    }
  }
  const s3 = (bucket: string) =>
    `{ type: s3, bucket: ${bucket}, endpoint: "${server.endpoint}", region: ${server.region}, credentials: { accessKeyId: "\${AK}", secretAccessKey: "\${SK}" } }`;
  const directory = (name: string) => `{ type: directory, path: ./${name} }`;
  const plan = join(folder, "plan.yaml");
  await writeFile(
    plan,
    `version: 1
name: killed
locations:
  here: ${from === "s3" ? s3("source") : directory("source")}
  there: ${to === "s3" ? s3("destination") : directory("destination")}
syncs:
  all: { from: { location: here }, to: { location: there }, subtasks: { maxObjects: 40 } }
`,
  );
  // Slow enough that a kill lands in the middle of things.
  server.faults.add({ match: {}, effect: { kind: "slow", delayMs: 3 } });
  return { options, server, plan, files };
}

function start({ server, options }: World, args: readonly string[]) {
  return spawn(process.execPath, [CLI, ...args], {
    cwd: options.folder,
    env: { ...process.env, AK: server.accessKeyId, SK: server.secretAccessKey, TIDEMARK_THREADS: String(options.threads ?? 0) },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function run(world: World, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = start(world, args);
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

/** @returns whether it was killed before it ended by itself */
async function runAndKill(world: World, afterMs: number): Promise<boolean> {
  const child = start(world, ["apply", world.plan, "--auto-approve", "--progress", "none"]);
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  if (signal === "SIGKILL") return true;
  expect(code, output).toBe(0);
  return false;
}

async function recordedKeys({ options }: World): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const state = await openState({ folder: join(options.folder, ".tidemark"), plan: "killed", create: true });
  for await (const page of state.slice("all")) for (const { key } of page) keys.add(key);
  await state.close();
  return keys;
}

/** Nothing that the state had recorded was written again. */
async function expectNothingTwice({ server, options }: World, recorded: ReadonlySet<string>): Promise<void> {
  if (options.to !== "s3") return;
  const again = server.requests.list.filter(
    ({ operation, key }) => ["PutObject", "CopyObject", "CreateMultipartUpload"].includes(operation) && key !== undefined && recorded.has(key),
  );
  expect(again).toEqual([]);
}

/** Whatever is at the destination is whole. */
async function expectNothingTorn(world: World): Promise<void> {
  for (const [key, md5] of await destinationHashes(world)) expect(`${key} ${md5}`).toBe(`${key} ${world.files.get(key)}`);
}

async function expectComplete(world: World): Promise<void> {
  const there = await destinationHashes(world);
  expect([...there.keys()].toSorted()).toEqual([...world.files.keys()].toSorted());
  await expectNothingTorn(world);
  expect(world.server.uploads("destination")).toEqual([]);
  if (world.options.to === "directory") expect(await readdir(join(world.options.folder, "destination"))).not.toContain(".tidemark-tmp");
  const again = await run(world, ["plan", world.plan, "--detailed-exitcode"]);
  expect(again.code, again.output).toBe(0);
}

async function destinationHashes({ options, server }: World): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  const hash = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
  if (options.to === "s3") {
    for (const key of server.keys("destination")) hashes.set(key, hash(server.get("destination", key)));
    return hashes;
  }
  const root = join(options.folder, "destination");
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes(".tidemark-tmp")) continue;
    const path = join(entry.parentPath, entry.name);
    hashes.set(path.slice(root.length + 1), hash(await readFile(path)));
  }
  return hashes;
}

async function emptyDestination({ options, server }: World): Promise<void> {
  for (const key of server.keys("destination")) server.remove("destination", key);
  await rm(join(options.folder, "destination"), { recursive: true, force: true });
  await mkdir(join(options.folder, "destination"));
  await rm(join(options.folder, ".tidemark"), { recursive: true, force: true });
}

/** Numerical Recipes' linear congruential generator: instants that can be had again. */
function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

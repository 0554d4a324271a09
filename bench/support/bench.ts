import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KEYS, startArithmeticServer, startMinio, type BenchServer } from "./servers.ts";
import { startDurable } from "./databases.ts";
import { storeTools, type Tools } from "./tools.ts";
import type { Bench, PlanEnd } from "./workload.ts";

/** Gives a workload its folder and servers, and takes all of them away afterwards. */
export async function withBench<Result>(tools: Tools, scale: number, work: (bench: Bench) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-bench-"));
  const running: { stop(): Promise<void> }[] = [];
  const servers: BenchServer[] = [];
  try {
    return await work({
      tools,
      folder,
      items: (full) => Math.max(1, Math.round(full * scale)),
      servers: () => servers,
      server: async (delayMs = 0) => {
        const server = await startArithmeticServer(storeTools(tools).server, delayMs);
        servers.push(server);
        running.push(server);
        return server;
      },
      minio: async () => {
        const program = storeTools(tools).minio;
        if (program === undefined) throw new Error("MinIO is not installed; `node scripts/install-servers.ts` installs it.");
        const minio = await startMinio(program);
        running.push(minio);
        return minio.url;
      },
      postgres: async (settings) => {
        const server = await startDurable(settings);
        running.push(server);
        return server;
      },
      plan: async (name, from, to, rules = {}) => {
        const file = join(folder, `${name}.json`);
        const plan = {
          version: 1,
          name: "bench",
          locations: { source: location(from), destination: location(to) },
          syncs: { bench: { from: { location: "source" }, to: { location: "destination" }, ...rules } },
        };
        await writeFile(file, JSON.stringify(plan, undefined, 2));
        return file;
      },
    });
  } finally {
    for (const server of running) await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function location(end: PlanEnd): Readonly<Record<string, unknown>> {
  if ("database" in end) return { type: "postgres", url: end.database };
  if ("directory" in end) return { type: "directory", path: end.directory };
  return { type: "s3", bucket: end.bucket, endpoint: end.url, region: KEYS.AWS_REGION };
}

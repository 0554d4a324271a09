/**
 * Runs every workload with Tidemark and its peers in turn, and writes RESULTS.md:
 * `npm run bench [-- --only NAME,…] [--repetitions N] [--scale SHARE] [--tools NAME,…]`.
 *
 * A workload that is run replaces its own results and keeps those of the others. With a scale other than 1,
 * or fewer tools, nothing is written: such figures are for a quick look.
 */
import { parseArgs } from "node:util";
import { findChromium } from "../scripts/support/chromium.ts";
import { withBench } from "./support/bench.ts";
import { measure, showCommand, type Cost } from "./support/measure.ts";
import { keepResults } from "./support/results.ts";
import { describeSamples } from "./support/tables.ts";
import { prepareTools, versions, type Tools } from "./support/tools.ts";
import type { Bench, Contestant, Sample, Workload } from "./support/workload.ts";
import { WORKLOADS } from "./workloads/all.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    tools: { type: "string" },
    repetitions: { type: "string" },
    scale: { type: "string", default: "1" },
  },
});

const only = values.only?.split(",");
const wanted = values.tools?.split(",");
const scale = Number(values.scale);
const unknown = only?.filter((name) => !WORKLOADS.some((workload) => workload.name === name)) ?? [];
if (unknown.length > 0) throw new Error(`There is no workload ${unknown.join(", ")}; there are ${WORKLOADS.map(({ name }) => name).join(", ")}.`);

const chosen = WORKLOADS.filter(({ name }) => only?.includes(name) ?? true);
const tools = await prepareTools({
  tidemark: wanted?.includes("tidemark") ?? true,
  stores: chosen.some(({ needs }) => needs === undefined || needs === "minio"),
  postgres: chosen.some(({ needs }) => needs === "postgres"),
});
for (const workload of chosen) {
  const missing = whatIsMissing(workload, tools);
  if (missing !== undefined) {
    process.stdout.write(`SKIPPED: ${workload.title}: ${missing}\n`);
    continue;
  }
  process.stdout.write(`\n${workload.title}\n`);
  const samples = await runWorkload(workload, tools);
  process.stdout.write(`${describeSamples(workload, samples)}\n`);
  if (scale === 1 && wanted === undefined) await keepResults(workload, samples, await versions(tools, workload.needs));
}

function whatIsMissing({ needs }: Workload, { stores, postgres }: Tools): string | undefined {
  if (needs === "minio" && stores?.minio === undefined) return "MinIO is not installed";
  if (needs === "postgres" && postgres === undefined) return "Debian's PostgreSQL 15 and pgcopydb are not installed";
  if (needs === "chromium" && findChromium() === undefined) return "there is no Chromium";
  return undefined;
}

/** Interleaves the contestants, so that whatever else the machine does meets all of them. */
async function runWorkload(workload: Workload, tools: Tools): Promise<readonly Sample[]> {
  const repetitions = Number(values.repetitions ?? workload.repetitions ?? 3);
  return withBench(tools, scale, async (bench) => {
    const all = await workload.setUp(bench);
    const contestants = all.filter(({ tool }) => wanted?.includes(tool) ?? true);
    const samples = new Map(contestants.map((contestant) => [contestant, { command: "", costs: [] as Cost[], found: undefined as string | undefined }]));
    for (let repetition = 1; repetition <= repetitions; repetition++) {
      for (const [contestant, sample] of samples) {
        const { command, cost } = await runOnce(bench, contestant, repetition);
        sample.command ||= command;
        sample.costs.push(cost);
        process.stdout.write(`  ${contestant.tool.padEnd(9)} ${(cost.wallMs / 1000).toFixed(2)} s\n`);
        if (repetition === repetitions) sample.found = await contestant.inspect?.(repetition);
      }
    }
    return [...samples].map(([{ tool }, { found, ...sample }]) => ({ tool, ...sample, ...(found !== undefined && { found }) }));
  });
}

async function runOnce(bench: Bench, contestant: Contestant, repetition: number): Promise<{ readonly command: string; readonly cost: Cost }> {
  const command = await contestant.command(repetition);
  for (const server of bench.servers()) await server.resetCounts();
  let seen: Promise<number> | undefined;
  const cost = await measure(bench.tools.measurer, bench.folder, command, (started) => {
    seen = contestant.watch?.(started);
  });
  await contestant.verify?.(repetition);
  return { command: showCommand(command), cost: seen === undefined ? cost : { ...cost, wallMs: await seen } };
}

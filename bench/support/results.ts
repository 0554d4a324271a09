import { readFile, writeFile } from "node:fs/promises";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { describeRows, toRows, type Row } from "./tables.ts";
import type { Sample, Workload } from "./workload.ts";
import { WORKLOADS } from "../workloads/all.ts";

const FOLDER = join(import.meta.dirname, "..");
const FIGURES = join(FOLDER, "results.json");
const PAGE = join(FOLDER, "RESULTS.md");

/** What is known of one workload, with where it was found out. */
interface Result {
  readonly date: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

/** Replaces the results of one workload and writes the page anew. */
export async function keepResults(workload: Workload, samples: readonly Sample[], versions: Readonly<Record<string, string>>): Promise<void> {
  const results = await readResults();
  results[workload.name] = { date: new Date().toISOString().slice(0, 10), machine: describeMachine(), versions, rows: toRows(samples) };
  await writeFile(FIGURES, `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(PAGE, page(results));
}

async function readResults(): Promise<Record<string, Result>> {
  const text = await readFile(FIGURES, "utf8").catch(() => "{}");
  // Written by this file alone; what does not fit shows as soon as the page is read.
  return JSON.parse(text) as Record<string, Result>;
}

function page(results: Readonly<Record<string, Result>>): string {
  const known = WORKLOADS.flatMap((workload) => {
    const result = results[workload.name];
    return result ? [{ workload, result }] : [];
  });
  const surroundings = new Set(known.map(({ result }) => describeSurroundings(result)));
  const sections = known.map(({ workload, result }) => {
    const place = surroundings.size > 1 ? `\n\n${describeSurroundings(result)}` : "";
    const commands = result.rows.map(({ command }) => `    ${command}`).join("\n");
    return `## ${workload.title}\n\n\`npm run bench -- --only ${workload.name}\`${place}${workload.note === undefined ? "" : `\n\n${workload.note}`}\n\n${describeRows(workload.goal, result.rows)}\n\n${commands}\n`;
  });
  return `# Results

Written by \`npm run bench\`. Each table is one run in which the programs took turns; times are medians. All work is between processes of one machine, so that ratios count and absolute figures do not. The server answers from arithmetic (bench/server) where the title names no other.

${surroundings.size === 1 ? `${[...surroundings].join("")}\n\n` : ""}${sections.join("\n")}`;
}

function describeSurroundings({ date, machine, versions }: Result): string {
  return `${date}, ${machine}. ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}.`;
}

function describeMachine(): string {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model.trim() ?? "processor"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()} ${release()}`;
}

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
  await writeFile(PAGE, `${page(results)}\n`);
}

async function readResults(): Promise<Record<string, Result>> {
  const text = await readFile(FIGURES, "utf8").catch(() => "{}");
  // Written by this file alone; what does not fit shows as soon as the page is read.
  return JSON.parse(text) as Record<string, Result>;
}

function page(results: Readonly<Record<string, Result>>): string {
  const isDatabase = ({ needs }: Workload) => needs === "postgres";
  return [
    "# Results",
    "Written by `npm run bench`. Each table is one run in which the programs took turns; times are medians. All work is between processes of one machine, so that ratios count and absolute figures do not.",
    ...part(
      "Stores and directories",
      "The server answers from arithmetic (bench/server) where the title names no other.",
      WORKLOADS.filter((workload) => !isDatabase(workload)),
      results,
    ),
    ...part(
      "Databases",
      "Debian's PostgreSQL and pgcopydb. The servers wait for the disk as by default, and all their settings are the default but for those that are named. The time of every copy begins before its database is created; CPU and memory are the client's, without the servers'. `found` is what `diff` tells of `pg_dump -s` of both ends, and `tidemark compare` of their rows.",
      WORKLOADS.filter(isDatabase),
      results,
    ),
  ].join("\n\n");
}

function part(title: string, about: string, workloads: readonly Workload[], results: Readonly<Record<string, Result>>): readonly string[] {
  const surroundings = new Set(workloads.flatMap(({ name }) => (results[name] === undefined ? [] : [describeSurroundings(results[name])])));
  const shared = surroundings.size === 1 ? [...surroundings] : [];
  return [`## ${title}`, about, ...shared, ...workloads.map((workload) => section(workload, results[workload.name], shared.length === 0))];
}

function section({ name, title, note, goal }: Workload, result: Result | undefined, withSurroundings: boolean): string {
  const head = [`### ${title}`, `\`npm run bench -- --only ${name}\``];
  const said = note === undefined ? [] : [note];
  if (result === undefined) return [...head, ...said, "**Not measured yet.**"].join("\n\n");
  const place = withSurroundings ? [describeSurroundings(result)] : [];
  const commands = result.rows.map(({ command }) => `    ${command}`).join("\n");
  return [...head, ...place, ...said, describeRows(goal, result.rows), commands].join("\n\n");
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

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { run } from "../../scripts/support/processes.ts";
import { startPrograms, type PostgresServer } from "../../test/support/postgres/servers.ts";
import type { Command } from "./measure.ts";
import { MAJOR, PROGRAMS } from "./postgres-tools.ts";
import type { Bench } from "./workload.ts";

/** Come after those of the tests, which turn durability off. All else is as PostgreSQL has it by default. */
const AS_DEFAULT = ["fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=100"];

/** pg_regress sets lc_monetary to C in its database; money is compared between servers only where both have the same. */
const INITDB = ["-E", "UTF8", "--locale=C.UTF-8", "--lc-monetary=C"];

/** Starts Debian's server on a free port, with every setting at its default but for those given. */
export function startDurable(settings: readonly string[] = []): Promise<PostgresServer> {
  return startPrograms(PROGRAMS, MAJOR, { settings: [...AS_DEFAULT, ...settings], initdb: INITDB });
}

/** Runs one statement, or several in one transaction. */
export async function query(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A shell command with PostgreSQL's client programs on its PATH, which fails as soon as one part of it does. */
export function shell(script: string): Command {
  return { program: "/bin/bash", arguments: ["-ec", `set -o pipefail; ${script}`], environment: { PATH: `${PROGRAMS}:${process.env["PATH"] ?? ""}` } };
}

/** Creates an empty database beside another: the part of a peer's work that Tidemark does itself. */
export function createDatabase(server: PostgresServer, name: string): string {
  return `psql -qX ${server.url()} -c 'CREATE DATABASE ${name} TEMPLATE template0'`;
}

/** Of the names that `copyName` gives. */
const COPY_PREFIX = "copy_";

export function copyName(tool: string, repetition: number): string {
  return `${COPY_PREFIX}${tool.replaceAll(/\W+/g, "_")}_${repetition}`;
}

/** Takes away what was copied before, and writes out what the servers still hold, so that each run begins alike. */
export async function freshStart(source: PostgresServer, destination: PostgresServer): Promise<void> {
  const old = await query(destination.url(), `SELECT datname FROM pg_database WHERE starts_with(datname, '${COPY_PREFIX}')`);
  for (const { datname } of old) await query(destination.url(), `DROP DATABASE ${String(datname)} WITH (FORCE)`);
  for (const server of new Set([source, destination])) await query(server.url(), "CHECKPOINT");
}

/** How many lines of `pg_dump -s` are only on one side. */
export async function schemaDifference({ folder }: Bench, from: string, to: string): Promise<number> {
  const files: string[] = [];
  for (const [name, url] of Object.entries({ from, to })) {
    const { code, output } = await run(join(PROGRAMS, "pg_dump"), ["-s", url]);
    if (code !== 0) throw new Error(`pg_dump -s ended with ${code}:\n${output.slice(-2000)}`);
    files.push(join(folder, `schema-${name}.sql`));
    // Each dump has a random word of its own there.
    await writeFile(files.at(-1) ?? "", output.replaceAll(/^\\(un)?restrict .*$/gm, ""));
  }
  const { output } = await run("diff", files);
  return output.split("\n").filter((line) => /^[<>]/.test(line)).length;
}

/** What `tidemark compare` finds different: tables and sequences, each once. */
export async function differentRows({ tools, folder }: Bench, plan: string): Promise<readonly string[]> {
  const { code, output } = await run(tools.node, [tools.tidemark, "compare", plan, "--level", "counts,values", "--verbose", "--json"], { directory: folder });
  if (code !== 0 && code !== 2) throw new Error(`tidemark compare ended with ${code}:\n${output.slice(-2000)}`);
  const keys = output.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    const record = new Map(Object.entries(JSON.parse(line) as Record<string, unknown>));
    return record.get("type") === "difference" ? [String(record.get("key")).replace(/ row .*$/s, "")] : [];
  });
  if (code === 2 && keys.length === 0) throw new Error(`tidemark compare found differences and named none:\n${output.slice(-2000)}`);
  return [...new Set(keys)];
}

import type { PostgresServer } from "../../test/support/postgres/servers.ts";
import { tidemark as tidemarkCommand } from "../support/commands.ts";
import { copying, dumpPipe, pgcopydbClone } from "../support/copying.ts";
import { createDatabase, query, shell } from "../support/databases.ts";
import { measure, type Command } from "../support/measure.ts";
import type { Bench, Workload } from "../support/workload.ts";

/** 5 million rows in one of four tables, 755 MB with the indexes. */
const SCALE = 50;
const DATABASE = "shop";
const TABLES = ["pgbench_accounts", "pgbench_branches", "pgbench_history", "pgbench_tellers"] as const;

export const pgbenchCopy: Workload = {
  name: "pgbench-50",
  title: `pgbench at scale ${SCALE}: 5,000,000 rows in one table, 755 MB`,
  note: "From one server to another. Ours with its checks and its plan. pgcopydb with its own numbers of jobs.",
  goal: { faster: { pgcopydb: 1.3, pg_dump: 1 }, maxRssMiB: 250, maxCpuMs: 1500 },
  needs: "postgres",
  setUp: async (bench) => {
    const [source, destination] = [await bench.postgres(), await bench.postgres()];
    await fill(bench, source);
    const { tidemark, peer } = copying({
      bench,
      source,
      destination,
      database: DATABASE,
      check: "SELECT count(*), sum(abalance), max(aid) FROM pgbench_accounts",
    });
    return [tidemark(), peer("pg_dump", dumpPipe), peer("pgcopydb", pgcopydbClone)];
  },
};

export const compareRows: Workload = {
  name: "compare-5m",
  title: "Compare 5,000,000 rows of pgbench",
  note:
    "On two servers. Ours compares definitions, counts, every value and users. pgcopydb 0.10 compares nothing; later ones ask both sides for one sum of 32-bit hashes a table, at the same time, " +
    "which is done here by psql: it would not find which rows differ.",
  goal: { faster: { "pgcopydb's query": 2 } },
  needs: "postgres",
  setUp: async (bench) => {
    const [source, destination] = [await bench.postgres(), await bench.postgres()];
    await fill(bench, source);
    const [from, to] = [source.url(DATABASE), destination.url(DATABASE)];
    await run(bench, shell(`${createDatabase(destination, DATABASE)}; ${dumpPipe(from, to, "")}`));
    for (const url of [from, to]) await query(url, "VACUUM ANALYZE");
    const plan = await bench.plan("plan", { database: from }, { database: to });
    const sums = TABLES.map((table) => `-c 'SELECT count(1), sum(hashtext(t::text)::bigint) FROM ONLY public.${table} AS t'`).join(" ");
    return [
      { tool: "tidemark", command: () => tidemarkCommand(bench, "compare", plan) },
      { tool: "pgcopydb's query", command: () => shell(`psql -qX ${from} ${sums} > from & psql -qX ${to} ${sums} > to; wait $!; cmp from to`) },
    ];
  },
};

async function fill(bench: Bench, server: PostgresServer): Promise<void> {
  await run(bench, shell(`${createDatabase(server, DATABASE)}; pgbench -i -q -s ${bench.items(SCALE)} ${server.url(DATABASE)}`));
}

async function run({ tools, folder }: Bench, command: Command): Promise<void> {
  await measure(tools.measurer, folder, command);
}

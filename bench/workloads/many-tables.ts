import type { PostgresServer } from "../../test/support/postgres/servers.ts";
import { tidemark as tidemarkCommand } from "../support/commands.ts";
import { copying, dumpFolder, pgcopydbClone } from "../support/copying.ts";
import { freshStart, query, shell } from "../support/databases.ts";
import type { Workload } from "../support/workload.ts";

const TO_PLAN = 10_000;
const FEW = 100;
const TO_COPY = 5000;
/** Statements of one transaction, each of which holds locks until its end. */
const AT_ONCE = 500;
/** A dump locks every table in one transaction: more than PostgreSQL has room for by default. */
const SETTINGS = ["max_locks_per_transaction=256"];

export const planTables: Workload = {
  name: "plan-10k-tables",
  title: "Plan 10,000 small tables",
  note: "Ours is `plan` into a database that is not there yet. pg_dump writes the schema to nowhere. The server has room for 25,600 locks: by default it has not for so many tables.",
  goal: { slower: { pg_dump: 2 }, rssTimes: { "tidemark (100 tables)": 1.5 } },
  needs: "postgres",
  setUp: async (bench) => {
    const server = await bench.postgres(SETTINGS);
    await makeTables(server, "many", bench.items(TO_PLAN), 0);
    await makeTables(server, "few", FEW, 0);
    const plan = (name: string) => bench.plan(`plan-${name}`, { database: server.url(name) }, { database: server.url(`${name}_copy`) });
    const [many, few] = [await plan("many"), await plan("few")];
    return [
      { tool: "tidemark", command: (repetition) => tidemarkCommand(bench, "plan", many, "--state", `state-many-${repetition}`) },
      { tool: "pg_dump", command: () => shell(`pg_dump -s ${server.url("many")}`) },
      { tool: "tidemark (100 tables)", command: (repetition) => tidemarkCommand(bench, "plan", few, "--state", `state-few-${repetition}`) },
    ];
  },
};

export const copyTables: Workload = {
  name: "copy-5k-tables",
  title: "Copy 5,000 tables of 100 rows",
  note: "From one server to another. The servers have room for 25,600 locks: by default they have not for so many tables.",
  goal: { faster: { pg_dump: 1, pgcopydb: 1 }, maxRssMiB: 250 },
  needs: "postgres",
  setUp: async (bench) => {
    const [source, destination] = [await bench.postgres(SETTINGS), await bench.postgres(SETTINGS)];
    await makeTables(source, "many", bench.items(TO_COPY), 100);
    await freshStart(source, destination);
    const check = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace";
    const { tidemark, peer } = copying({ bench, source, destination, database: "many", check });
    return [tidemark(), peer("pg_dump", dumpFolder), peer("pgcopydb", pgcopydbClone)];
  },
};

async function makeTables(server: PostgresServer, database: string, count: number, rows: number): Promise<void> {
  await query(server.url(), `CREATE DATABASE ${database}`);
  for (let first = 1; first <= count; first += AT_ONCE) {
    await query(
      server.url(database),
      `DO $$ BEGIN
         FOR i IN ${first}..${Math.min(first + AT_ONCE - 1, count)} LOOP
           EXECUTE format('CREATE TABLE %I (id int PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now())', 't' || i);
           EXECUTE format('INSERT INTO %I SELECT i, ''row '' || i FROM generate_series(1, ${rows}) i', 't' || i);
         END LOOP;
       END $$`,
    );
  }
  await query(server.url(database), "ANALYZE");
}

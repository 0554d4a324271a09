import { copying, dumpFolder, pgcopydbClone } from "../support/copying.ts";
import { makeRegressionDatabase, REGRESSION } from "../support/regression-database.ts";
import type { Workload } from "../support/workload.ts";

export const regression: Workload = {
  name: "postgres-regression",
  title: "PostgreSQL's regression database",
  note:
    "What PostgreSQL's own tests leave behind: hundreds of small tables and some of every kind of object. From one database of a server into another of the same server, which has the roles. " +
    "Ours with its checks and its plan, `objects: { include: all }`. One trigger that is disabled on a partition, which `check` refuses, is enabled beforehand for all.",
  goal: { faster: { pg_dump: 1, pgcopydb: 1 } },
  needs: "postgres",
  setUp: async (bench) => {
    const server = await bench.postgres();
    await makeRegressionDatabase(server, bench.items(100) / 100);
    const { tidemark, peer } = copying({
      bench,
      source: server,
      destination: server,
      database: REGRESSION,
      rules: { objects: { include: "all" } },
      check: "SELECT count(*) AS relations FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'i', 'I', 'S') AND relnamespace >= 16384",
    });
    return [tidemark(), peer("pg_dump", dumpFolder), peer("pgcopydb", pgcopydbClone)];
  },
};

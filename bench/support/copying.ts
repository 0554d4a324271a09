import type { PostgresServer } from "../../test/support/postgres/servers.ts";
import { tidemarkApply } from "./commands.ts";
import { copyName, createDatabase, differentRows, freshStart, query, schemaDifference, shell } from "./databases.ts";
import type { Bench, Contestant, Tool } from "./workload.ts";

export interface Copying {
  readonly bench: Bench;
  readonly source: PostgresServer;
  /** The same server or another. */
  readonly destination: PostgresServer;
  /** At the source. */
  readonly database: string;
  /** Rules of the sync. */
  readonly rules?: Readonly<Record<string, unknown>>;
  /** A query that both ends have to answer alike after each run, and quickly. */
  readonly check: string;
}

type Script = (from: string, to: string, folder: string) => string;

/**
 * Contestants that each copy the database into a new one, with its creation, and for ours with the checks
 * and the plan. What ours made has to be equal in every row; what peers made is told.
 */
export function copying(copying: Copying): { readonly tidemark: () => Contestant; readonly peer: (tool: Tool, script: Script) => Contestant } {
  const { bench, source, destination, database, rules = {} } = copying;
  const from = source.url(database);
  const target = (tool: Tool, repetition: number) => destination.url(copyName(tool, repetition));
  const plan = (tool: Tool, repetition: number) =>
    bench.plan(`plan-${copyName(tool, repetition)}`, { database: from }, { database: target(tool, repetition) }, rules);
  const contestant = (tool: Tool, command: Contestant["command"]): Contestant => ({
    tool,
    command: async (repetition) => {
      await freshStart(source, destination);
      return command(repetition);
    },
    verify: async (repetition) => {
      const [wanted, found] = [await query(from, copying.check), await query(target(tool, repetition), copying.check)];
      if (JSON.stringify(wanted) !== JSON.stringify(found))
        throw new Error(`${copyName(tool, repetition)} holds ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
    },
    inspect: async (repetition) => {
      const lines = await schemaDifference(bench, from, target(tool, repetition));
      const different = await differentRows(bench, await plan(tool, repetition));
      if (tool === "tidemark" && different.length > 0) throw new Error(`Tidemark's copy differs in ${different.join(", ")}`);
      const tables = different.filter((key) => !key.startsWith("sequence-value ")).length;
      const sequences = different.length - tables;
      const told = [
        lines === 0 ? "schema equal" : `schema: ${lines} lines differ`,
        tables === 0 ? "rows equal" : `rows of ${tables} tables differ`,
        ...(sequences > 0 ? [`${sequences} sequences differ`] : []),
      ];
      return told.join(", ");
    },
  });
  return {
    tidemark: () =>
      contestant("tidemark", async (repetition) => tidemarkApply(bench, await plan("tidemark", repetition), `state-${copyName("tidemark", repetition)}`)),
    peer: (tool, script) =>
      contestant(tool, (repetition) => {
        const name = copyName(tool, repetition);
        return shell(`${createDatabase(destination, name)}; ${script(from, target(tool, repetition), name)}`);
      }),
  };
}

/** In two steps, each with two jobs. */
export const dumpFolder: Script = (from, to, folder) => `pg_dump -Fd -j2 -f ${folder} ${from}; pg_restore -j2 -d ${to} ${folder}`;

/** In one go. */
export const dumpPipe: Script = (from, to) => `pg_dump -Fc -Z0 ${from} | pg_restore -d ${to}`;

/** With its own numbers of jobs, four for tables and four for indexes, and a folder of its own, else it takes one beneath /tmp that a run before left. */
export const pgcopydbClone: Script = (from, to, folder) => `pgcopydb clone --source ${from} --target ${to} --dir ${folder}`;

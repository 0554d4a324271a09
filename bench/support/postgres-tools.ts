import { access } from "node:fs/promises";
import { findProgram } from "../../scripts/support/go-programs.ts";
import { run } from "../../scripts/support/processes.ts";

/** The major that Debian 12 has, and for which its pgcopydb is made. */
export const MAJOR = 15;
/** Debian's server and client programs. */
export const PROGRAMS = `/usr/lib/postgresql/${MAJOR}/bin`;

export interface PostgresTools {
  readonly pgcopydb: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Finds Debian's PostgreSQL and pgcopydb, or installs them where we may. undefined where they are not to be had. */
export async function findPostgres(): Promise<PostgresTools | undefined> {
  if (!(await installed()) && process.getuid?.() === 0) {
    process.stdout.write(`Installing postgresql-${MAJOR} and pgcopydb …\n`);
    await run("apt-get", ["update", "-qq"]);
    await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", `postgresql-${MAJOR}`, "pgcopydb"], {
      environment: { DEBIAN_FRONTEND: "noninteractive" },
    });
  }
  const pgcopydb = await findProgram("pgcopydb");
  if (pgcopydb === undefined || !(await installed())) return undefined;
  const word = async (program: string, pattern: RegExp) => pattern.exec((await run(program, ["--version"])).output)?.[1] ?? "";
  return {
    pgcopydb,
    versions: {
      PostgreSQL: await word(`${PROGRAMS}/postgres`, /PostgreSQL\) (\S+)/),
      pgcopydb: await word(pgcopydb, /pgcopydb version (\S+)/),
    },
  };
}

async function installed(): Promise<boolean> {
  const server = await access(`${PROGRAMS}/initdb`).then(
    () => true,
    () => false,
  );
  return server && (await findProgram("pgcopydb")) !== undefined;
}

/** Where a pg_dump of this machine is to be had. */
export interface DumpPrograms {
  /** The one that the user wants; undefined: the one that comes along, where it will do. */
  readonly named?: string | undefined;
  /** Folders with programs, as `PATH` has them. */
  readonly searchPath?: string | undefined;
}

/**
 * What the environment says of them. It is no key of a plan: a plan that somebody else wrote must not
 * run a program, and where programs are differs from machine to machine.
 */
export function dumpProgramsOf(env: Readonly<Record<string, string | undefined>>): DumpPrograms {
  return { named: env["TIDEMARK_PG_DUMP"] || undefined, searchPath: env["PATH"] };
}

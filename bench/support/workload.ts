import type { PostgresServer } from "../../test/support/postgres/servers.ts";
import type { Command, Cost, Watched } from "./measure.ts";
import type { BenchServer } from "./servers.ts";
import type { Tools } from "./tools.ts";

export type Tool =
  | "tidemark"
  | "rclone"
  | "s5cmd"
  | "node"
  | "pg_dump"
  | "pgcopydb"
  | "pgcopydb's query"
  | "tidemark (100 tables)"
  | "tidemark --progress none";

/** One program doing the work of a workload. */
export interface Contestant {
  readonly tool: Tool;
  /** The same for every repetition but for names of empty buckets. */
  command(repetition: number): Promise<Command> | Command;
  /** @throws where the work was not done: a fast failure is no result */
  verify?(repetition: number): Promise<void>;
  /** Looks at what the last repetition made, where that is too slow to do after each. @returns a few words for the results */
  inspect?(repetition: number): Promise<string>;
  /** Measures something else than the time to the end. @returns milliseconds */
  watch?(started: Watched): Promise<number>;
}

/** What a workload may use. Everything it starts or writes here is removed after it. */
export interface Bench {
  readonly tools: Tools;
  /** An empty folder. */
  readonly folder: string;
  /** A share of the items, for a quick look; 1 for results. */
  items(full: number): number;
  /** A server that answers from arithmetic, stopped after the workload. */
  server(delayMs?: number): Promise<BenchServer>;
  /** Those that were started so far. */
  servers(): readonly BenchServer[];
  /** The address of a fresh MinIO, stopped after the workload. */
  minio(): Promise<string>;
  /** A fresh server of Debian's PostgreSQL that waits for the disk as one with data of value does, stopped after the workload. */
  postgres(settings?: readonly string[]): Promise<PostgresServer>;
  /** Writes a plan of one sync, called `bench`, and returns its path. */
  plan(name: string, from: PlanEnd, to: PlanEnd, rules?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** A database is named by its URL. */
export type PlanEnd = { readonly directory: string } | { readonly bucket: string; readonly url: string } | { readonly database: string };

export interface Goal {
  /** At least so many times faster than that peer. */
  readonly faster?: Partial<Record<Tool, number>>;
  /** At most so many times slower than that peer. */
  readonly slower?: Partial<Record<Tool, number>>;
  readonly maxMedianMs?: number;
  readonly maxRssMiB?: number;
  /** User and system time, of ours and of all it starts. */
  readonly maxCpuMs?: number;
  /** At most so many times the memory of that run. */
  readonly rssTimes?: Partial<Record<Tool, number>>;
}

export interface Workload {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly note?: string;
  readonly goal: Goal;
  readonly repetitions?: number;
  /** Beyond the programs for stores, which most need; `nothing`, `chromium` and `postgres` do without those. Left out where it is not there. */
  readonly needs?: "minio" | "postgres" | "chromium" | "nothing";
  setUp(bench: Bench): Promise<readonly Contestant[]>;
}

export interface Sample {
  readonly tool: Tool;
  readonly command: string;
  readonly costs: readonly Cost[];
  /** From `inspect`. */
  readonly found?: string;
}

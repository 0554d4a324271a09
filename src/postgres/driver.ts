import type { PostgresSync } from "../core/sync-plan.ts";
import type { SyncDriver } from "../driver/sync-driver.ts";
import { DatabaseRunSession } from "./apply/session.ts";
import { checkDatabase } from "./check-database.ts";
import { compareDatabase, rebuildDatabase } from "./compare-database.ts";
import { type Environment, resolveEnds } from "./ends.ts";
import { headerOf } from "./header.ts";
import { planDatabase } from "./plan/plan-database.ts";

export interface PostgresDriverOptions {
  /** The process's variables: `PG*`. */
  readonly env: Environment;
  /** From this size on a table is copied in parts by several sessions, in bytes; 1 GiB by default. */
  readonly partedBytes?: number;
}

const PARTED_BYTES = 2 ** 30;

/** Syncs between PostgreSQL databases. */
export function createPostgresDriver({ env, partedBytes = PARTED_BYTES }: PostgresDriverOptions): SyncDriver<PostgresSync> {
  return {
    kind: "postgres",
    header: async (sync) => headerOf(sync, await resolveEnds(sync, env)),
    check: (sync, context) => checkDatabase(sync, env, context),
    async *plan(sync, context) {
      yield* planDatabase(sync, await resolveEnds(sync, env), context);
    },
    async open(sync, context) {
      return new DatabaseRunSession({ sync, ends: await resolveEnds(sync, env), env, context, partedBytes });
    },
    async *compare(sync, context) {
      yield* compareDatabase(sync, await resolveEnds(sync, env), context);
    },
    async *rebuild(sync, context) {
      yield* rebuildDatabase(sync, await resolveEnds(sync, env), context);
    },
  };
}

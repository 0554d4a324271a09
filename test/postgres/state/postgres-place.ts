import { setTimeout } from "node:timers/promises";
import { Secret } from "../../../src/core/secret.ts";
import { openStateSessions } from "../../../src/postgres/state-sessions.ts";
import { openPostgresState, type PostgresStateOptions } from "../../../src/state/postgres/open.ts";
import type { Lease } from "../../../src/state/state-store.ts";
import type { WholeState } from "../../../src/state/whole.ts";
import type { StatePlace } from "../../state/state-conformance.ts";
import { makeDatabase, type TestDatabase } from "../../support/postgres/databases.ts";
import type { Major } from "../../support/postgres/servers.ts";
import { postgresLocation } from "../../support/sync-plans.ts";

export const SCHEMA = 'odd "schema';

export interface PostgresPlace extends StatePlace {
  readonly database: TestDatabase;
  kill(lease: Pick<Lease, "destination" | "epoch">): Promise<void>;
  open(options?: Partial<PostgresStateOptions> & { readonly url?: string }): Promise<WholeState>;
}

export async function postgresPlace(major: Major): Promise<PostgresPlace> {
  const database = await makeDatabase(major);
  /** As if the process or the way to it had gone: its session ends, nothing is given back. */
  const kill = async ({ destination, epoch }: Pick<Lease, "destination" | "epoch">) => {
    const backends = await database.sql<{ backend: number }>(
      `SELECT backend, pg_terminate_backend(backend) FROM "odd ""schema".tidemark_locks WHERE destination = '${destination}' AND epoch = ${epoch}`,
    );
    for (const { backend } of backends) {
      while ((await database.sql(`SELECT 1 FROM pg_stat_activity WHERE pid = ${backend}`)).length > 0) await setTimeout(5);
    }
  };
  return {
    database,
    kill,
    async lapse(leases, kept) {
      for (const lease of leases) await kill(lease);
      for (const lease of kept) await lease.beat();
    },
    async open({ url = database.url, ...options } = {}) {
      const sessions = await openStateSessions(postgresLocation("state", { url: new Secret(url, "${URL}") }), {});
      return openPostgresState({ sessions, schema: SCHEMA, plan: "nightly", access: "create", ...options });
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

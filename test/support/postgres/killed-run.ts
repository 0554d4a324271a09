/** A process that plans and applies a sync, to be killed while it does: `node killed-run.ts FROM TO FOLDER OVER`, the last as JSON. */
import { join } from "node:path";
import { Secret } from "../../../src/core/secret.ts";
import type { PostgresSync } from "../../../src/core/sync-plan.ts";
import { applyChangeset } from "../../../src/engine/apply.ts";
import type { Drivers } from "../../../src/engine/drivers.ts";
import { planChangeset } from "../../../src/engine/plan.ts";
import { createPostgresDriver } from "../../../src/postgres/driver.ts";
import { openState } from "../../../src/state/open.ts";
import { postgresLocation, postgresSync, syncPlan } from "../sync-plans.ts";

const [from = "", to = "", folder = "", over = "{}"] = process.argv.slice(2);
const drivers: Drivers = { for: async () => createPostgresDriver({ env: {} }) };
const never = new AbortController().signal;
const sync = postgresSync({
  from: { location: postgresLocation("source", { url: new Secret(from, "${FROM}") }) },
  to: { location: postgresLocation("destination", { url: new Secret(to, "${TO}") }) },
  // Written by the test that starts it.
  ...(JSON.parse(over) as Partial<PostgresSync>),
});
const plan = syncPlan(join(folder, "plan.yaml"), sync);
const state = await openState({ folder: join(folder, ".tidemark"), plan: "test-plan", create: true });
const changeset = await planChangeset({
  plan,
  planFile: "plan.yaml",
  planHash: "hash",
  drivers,
  state,
  path: join(folder, "changeset-killed"),
  listSkips: true,
  compare: false,
  tidemark: "0.0.0",
  signal: never,
  emit: () => {},
});
await applyChangeset({ changeset, plan, planHash: "hash", drivers, state, owner: "test", stop: never, abort: never, emit: () => {} });

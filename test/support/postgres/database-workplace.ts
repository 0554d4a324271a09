import type { ActionKind, NumberedAction } from "../../../src/changeset/action.ts";
import type { Changeset } from "../../../src/changeset/changeset.ts";
import type { TidemarkEvent } from "../../../src/core/events.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { PostgresSync } from "../../../src/core/sync-plan.ts";
import { applyChangeset } from "../../../src/engine/apply.ts";
import type { Drivers } from "../../../src/engine/drivers.ts";
import { planChangeset } from "../../../src/engine/plan.ts";
import type { ApplyOptions, RunResult } from "../../../src/engine/run.ts";
import { createPostgresDriver } from "../../../src/postgres/driver.ts";
import { openState } from "../../../src/state/open.ts";
import type { StateStore } from "../../../src/state/state-store.ts";
import { postgresLocation, postgresSync, syncPlan } from "../sync-plans.ts";
import { type TemporaryFolder, temporaryFolder } from "../temp.ts";

/** Tables of tests are small: so is what is copied in parts. */
const PARTED_BYTES = 2 ** 20;
const never = new AbortController().signal;

export interface DatabaseEnds {
  /** Connection URLs. */
  readonly from: string;
  readonly to: string;
}

/** A sync between two databases with the state of its plan; the state is gone when it goes out of scope, the databases are the test's. */
export class DatabaseWorkplace implements AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly state: StateStore;
  readonly events: TidemarkEvent[] = [];
  readonly #ends: DatabaseEnds;
  readonly #drivers: Drivers;
  readonly #changesets: Changeset[] = [];

  /** @param env variables of the process, e.g. `TIDEMARK_PG_DUMP` */
  static async make(ends: DatabaseEnds, env: Readonly<Record<string, string>> = {}): Promise<DatabaseWorkplace> {
    const folder = await temporaryFolder();
    const drivers: Drivers = { for: async () => createPostgresDriver({ env, partedBytes: PARTED_BYTES }) };
    return new DatabaseWorkplace(ends, drivers, folder, await openState({ folder: folder.join(".tidemark"), plan: "test-plan", create: true }));
  }

  private constructor(ends: DatabaseEnds, drivers: Drivers, folder: TemporaryFolder, state: StateStore) {
    this.#ends = ends;
    this.#drivers = drivers;
    this.folder = folder;
    this.state = state;
  }

  sync(over: Partial<PostgresSync> = {}): PostgresSync {
    const { from, to } = this.#ends;
    return postgresSync({
      from: { location: postgresLocation("source", { url: new Secret(from, "${FROM}") }) },
      to: { location: postgresLocation("destination", { url: new Secret(to, "${TO}") }) },
      // Roles are the server's, and those of tests beside this one come and go.
      accounts: { include: "none", exclude: [] },
      ...over,
    });
  }

  async plan(over: Partial<PostgresSync> = {}, { compare = false }: { readonly compare?: boolean } = {}): Promise<Changeset> {
    const changeset = await planChangeset({
      plan: syncPlan(this.folder.join("plan.yaml"), this.sync(over)),
      planFile: "plan.yaml",
      planHash: "hash",
      drivers: this.#drivers,
      state: this.state,
      path: this.folder.join(`changeset-${this.#changesets.length}`),
      listSkips: true,
      compare,
      tidemark: "0.0.0",
      signal: never,
      emit: (event) => this.events.push(event),
    });
    this.#changesets.push(changeset);
    return changeset;
  }

  apply(changeset: Changeset, over: Partial<PostgresSync> = {}, other: Partial<ApplyOptions> = {}): Promise<RunResult> {
    return applyChangeset({
      changeset,
      plan: syncPlan(this.folder.join("plan.yaml"), this.sync(over)),
      planHash: "hash",
      drivers: this.#drivers,
      state: this.state,
      owner: "test",
      stop: never,
      abort: never,
      emit: (event) => this.events.push(event),
      ...other,
    });
  }

  /** Plans and applies. */
  async run(over: Partial<PostgresSync> = {}): Promise<RunResult> {
    return this.apply(await this.plan(over), over);
  }

  /** What the last run could not do, as `key: code message`. */
  get problems(): readonly string[] {
    return this.events.flatMap((event) => (event.type === "itemProblem" ? [`${event.key}: ${event.code} ${event.message}`] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const changeset of this.#changesets) changeset.close();
    await this.state.close();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** The actions of some kinds as `key reason`. */
export function listed(changeset: Changeset, ...kinds: readonly ActionKind[]): readonly string[] {
  return Array.from(changeset.actions({ kinds }), ({ key, reason }: NumberedAction) => `${key} ${reason}`);
}

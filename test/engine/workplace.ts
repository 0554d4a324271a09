import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Changeset } from "../../src/changeset/changeset.ts";
import type { ObjectSync } from "../../src/core/sync-plan.ts";
import { applyChangeset } from "../../src/engine/apply.ts";
import type { Drivers } from "../../src/engine/drivers.ts";
import { planChangeset } from "../../src/engine/plan.ts";
import type { ApplyOptions, RunResult } from "../../src/engine/run.ts";
import { createObjectsDriver } from "../../src/objects/driver.ts";
import { openState } from "../../src/state/open.ts";
import type { StateStore } from "../../src/state/state-store.ts";
import { directoryLocation, objectSync, syncPlan } from "../support/sync-plans.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";

export const never = new AbortController().signal;
export const drivers: Drivers = { for: async () => createObjectsDriver({ ownPaths: [] }) };

/** A folder `from` that is synced into a folder `to`, and the state of that plan; all gone when it goes out of scope. */
export class Workplace implements AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly state: StateStore;
  readonly #changesets: Changeset[] = [];

  static async make(): Promise<Workplace> {
    const folder = await temporaryFolder();
    for (const name of ["from", "to"]) await mkdir(folder.join(name));
    return new Workplace(folder, await openState({ folder: folder.join(".tidemark"), plan: "test-plan", create: true }));
  }

  private constructor(folder: TemporaryFolder, state: StateStore) {
    this.folder = folder;
    this.state = state;
  }

  async write(path: string, text: string, seconds = 1000): Promise<void> {
    await mkdir(dirname(this.folder.join(path)), { recursive: true });
    await writeFile(this.folder.join(path), text);
    await utimes(this.folder.join(path), seconds, seconds);
  }

  async plan(...syncs: readonly Partial<ObjectSync>[]): Promise<Changeset> {
    const changeset = await planChangeset({
      plan: this.#plan(syncs),
      planFile: "plan.yaml",
      planHash: "hash",
      drivers,
      state: this.state,
      path: this.folder.join(`changeset-${this.#changesets.length}`),
      listSkips: true,
      tidemark: "0.0.0",
      signal: never,
      emit: () => {},
    });
    this.#changesets.push(changeset);
    return changeset;
  }

  /** Applies it for these syncs, with other parts where a test says so. */
  apply(changeset: Changeset, syncs: readonly Partial<ObjectSync>[], other: Partial<ApplyOptions> = {}): Promise<RunResult> {
    const plan = this.#plan(syncs);
    return applyChangeset({
      changeset,
      plan,
      planHash: "hash",
      drivers,
      state: this.state,
      owner: "test",
      stop: never,
      abort: never,
      emit: () => {},
      ...other,
    });
  }

  #plan(syncs: readonly Partial<ObjectSync>[]) {
    const [from, to] = [directoryLocation(this.folder.join("from")), directoryLocation(this.folder.join("to"))];
    return syncPlan(this.folder.join("plan.yaml"), ...syncs.map((over) => objectSync(from, to, over)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const changeset of this.#changesets) changeset.close();
    await this.state.close();
    await this.folder[Symbol.asyncDispose]();
  }
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Changeset } from "../changeset/changeset.ts";
import { partialPath } from "../changeset/write.ts";
import type { Emit } from "../core/events.ts";
import { planChangeset } from "../engine/plan.ts";
import { type Context, VERSION } from "./context.ts";
import { makeDrivers } from "./drivers.ts";
import type { LoadedPlan } from "./load-plan.ts";
import { openPlanState, ownPaths } from "./plan-source.ts";

export interface MakeChangesetOptions {
  readonly context: Context;
  readonly loaded: LoadedPlan;
  readonly syncs?: readonly string[];
  /** `--state`. */
  readonly state?: string;
  /** Where it is kept; undefined: a temporary file that goes with it. */
  readonly out?: string;
  /** Other files that this command writes. */
  readonly alsoWritten?: readonly string[];
  readonly listSkips: boolean;
  /** `--compare`. */
  readonly compare?: boolean;
  readonly emit: Emit;
}

export interface MadeChangeset extends AsyncDisposable {
  readonly changeset: Changeset;
}

/** Plans, into a file that is kept or into one that goes away with the result. */
export async function makeChangeset(options: MakeChangesetOptions): Promise<MadeChangeset> {
  const { context, loaded, out } = options;
  const folder = out === undefined ? await mkdtemp(join(tmpdir(), "tidemark-")) : undefined;
  const path = folder === undefined ? resolve(out ?? "") : join(folder, "changes");
  const clean = async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const partial = partialPath(path);
    const state = await openPlanState(loaded.plan, options.state, "read");
    try {
      const changeset = await planChangeset({
        plan: loaded.plan,
        planFile: loaded.file,
        planHash: loaded.hash,
        syncs: options.syncs,
        drivers: makeDrivers(ownPaths(loaded.plan, options.state, [path, partial, `${partial}-journal`, ...(options.alsoWritten ?? [])])),
        state,
        path,
        listSkips: options.listSkips,
        compare: options.compare,
        tidemark: VERSION,
        signal: context.host.interrupts.stop,
        emit: options.emit,
      });
      return {
        changeset,
        async [Symbol.asyncDispose]() {
          changeset.close();
          await clean();
        },
      };
    } finally {
      await state.close();
    }
  } catch (error) {
    await clean();
    throw error;
  }
}

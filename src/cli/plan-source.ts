import { resolve } from "node:path";
import type { SyncPlan } from "../core/sync-plan.ts";
import { TidemarkError } from "../core/errors.ts";
import type { StateStore } from "../state/state-store.ts";

/** The folder of a plan's state: `--state`, then the plan's own word. */
export function stateFolder(plan: SyncPlan, override: string | undefined): string {
  if (override !== undefined) return resolve(override);
  if (plan.state.kind === "folder") return plan.state.path;
  throw new TidemarkError("FEATURE_NOT_AVAILABLE", "A state that is kept in a location is not available in this version of Tidemark.", {
    hint: "Leave `state:` out, name a folder there, or use --state DIR.",
  });
}

/**
 * Opens the state of a plan.
 *
 * @param access `read` makes and changes nothing, and reads a missing state as an empty one; `write`
 *   leaves a missing one missing; `create` makes it
 */
export async function openPlanState(plan: SyncPlan, override: string | undefined, access: "read" | "write" | "create"): Promise<StateStore> {
  const { openState, openStateReadOnly } = await import("../state/open.ts");
  const place = { folder: stateFolder(plan, override), plan: plan.name };
  return access === "read" ? openStateReadOnly(place) : openState({ ...place, create: access === "create" });
}

/** Files that a sync must neither copy nor delete, though they may lie within one of its directories. */
export function ownPaths(plan: SyncPlan, stateOverride: string | undefined, files: readonly (string | undefined)[] = []): string[] {
  const folder = plan.state.kind === "folder" || stateOverride !== undefined ? [stateFolder(plan, stateOverride)] : [];
  const written = files.flatMap((file) => (file === undefined ? [] : [resolve(file)]));
  return [...folder, ...written];
}

import { resolve } from "node:path";
import type { SyncPlan } from "../core/sync-plan.ts";
import type { StateObjects } from "../state/journal/state-objects.ts";
import type { WholeState } from "../state/whole.ts";
import { type OpenPlace, statePlace } from "./state-place.ts";

export type StateAccess = "read" | "write" | "create";

/** The folder of a plan's state: `--state`, then the plan's own word. @returns undefined where it is kept in a location */
export function stateFolder(plan: SyncPlan, override: string | undefined): string | undefined {
  const place = statePlace(plan, override);
  return place.kind === "folder" ? place.path : undefined;
}

/**
 * Opens the state of a plan.
 *
 * @param override `--state`
 * @param access `read` makes and changes nothing, and reads a missing state as an empty one; `write`
 *   leaves a missing one missing; `create` makes it
 */
export function openPlanState(plan: SyncPlan, override: string | undefined, access: StateAccess): Promise<WholeState> {
  return openStateAt(plan, statePlace(plan, override), { access });
}

/** Opens the state of a plan at a place. Each kind of place is loaded when it is asked for. */
export async function openStateAt(
  { name: plan }: SyncPlan,
  place: OpenPlace,
  { access, evenMoved }: { readonly access: StateAccess; readonly evenMoved?: boolean },
): Promise<WholeState> {
  switch (place.kind) {
    case "folder": {
      const { openState, openStateReadOnly } = await import("../state/open.ts");
      const options = { folder: place.path, plan, evenMoved };
      return access === "read" ? openStateReadOnly(options) : openState({ ...options, create: access === "create" });
    }
    case "s3": {
      const [objects, { openJournal }] = await Promise.all([openStateObjects(place), import("../state/journal/open.ts")]);
      return openJournal({ objects, plan, access, evenMoved });
    }
    case "postgres": {
      const [{ openStateSessions }, { openPostgresState }] = await Promise.all([import("../postgres/state-sessions.ts"), import("../state/postgres/open.ts")]);
      return openPostgresState({ sessions: await openStateSessions(place.location, process.env), schema: place.schema, plan, access, evenMoved });
    }
  }
}

/** The objects that a state in a store is made of. Close them. */
export async function openStateObjects({ location, prefix }: Extract<OpenPlace, { readonly kind: "s3" }>): Promise<StateObjects> {
  const { openS3StateObjects } = await import("../objects/stores/s3/state-objects.ts");
  return openS3StateObjects(location, prefix);
}

/** Files that a sync must neither copy nor delete, though they may lie within one of its directories. */
export function ownPaths(plan: SyncPlan, stateOverride: string | undefined, files: readonly (string | undefined)[] = []): string[] {
  const folder = stateFolder(plan, stateOverride);
  const written = files.flatMap((file) => (file === undefined ? [] : [resolve(file)]));
  return folder === undefined ? written : [folder, ...written];
}

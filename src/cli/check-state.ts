import { TidemarkError } from "../core/errors.ts";
import type { SyncPlan } from "../core/sync-plan.ts";
import type { Check } from "../driver/sync-driver.ts";
import { openStateAt, openStateObjects } from "./plan-source.ts";
import { type OpenPlace, placeName, statePlace } from "./state-place.ts";

/**
 * Tries the place of a state that is kept in a location: that it is reached and read, and of a store that
 * writes keep to their conditions. Leaves nothing behind.
 *
 * @param override `--state`
 * @returns nothing of a folder: whoever runs the plan has it, and the first run makes it
 */
export async function* checkState(plan: SyncPlan, override: string | undefined): AsyncGenerator<Check> {
  let subject = "state";
  try {
    const place = statePlace(plan, override);
    if (place.kind === "folder") return;
    subject = `state in ${placeName(plan, place)}`;
    await tryPlace(plan, place);
    yield { sync: undefined, code: "STATE_PLACE", status: "pass", subject, message: "It can be read, and runs can exclude each other there.", hint: undefined };
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    yield { sync: undefined, code: error.code, status: "fail", subject, message: error.message, hint: error.hint };
  }
}

async function tryPlace(plan: SyncPlan, place: OpenPlace): Promise<void> {
  await (await openStateAt(plan, place, { access: "read" })).close();
  if (place.kind !== "s3") return;
  const { probeConditions } = await import("../state/journal/probe.ts");
  const objects = await openStateObjects(place);
  try {
    await probeConditions(objects);
  } finally {
    await objects.close();
  }
}

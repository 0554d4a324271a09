import { resolve } from "node:path";
import { TidemarkError } from "../core/errors.ts";
import type { Location, StatePlace, SyncPlan } from "../core/sync-plan.ts";

const LOCATION = "location:";
const DEFAULT_PREFIX = "tidemark/";
const DEFAULT_SCHEMA = "tidemark";

/** Where a state is, with every default filled in. */
export type OpenPlace =
  | { readonly kind: "folder"; readonly path: string }
  /** @param prefix beneath the location's own; of this plan only */
  | { readonly kind: "s3"; readonly location: Extract<Location, { type: "s3" }>; readonly prefix: string }
  | { readonly kind: "postgres"; readonly location: Extract<Location, { type: "postgres" }>; readonly schema: string };

/**
 * Where the state of a plan is: what the command line says, else the plan.
 *
 * @param said a folder, or `location:NAME`, `location:NAME/PREFIX/`, `location:NAME/SCHEMA`
 * @throws TidemarkError `STATE_PLACE_UNKNOWN`
 */
export function statePlace(plan: SyncPlan, said: string | undefined): OpenPlace {
  const place = said === undefined ? plan.state : readPlace(said);
  if (place.kind === "folder") return place;
  const location = plan.locations.get(place.location);
  switch (location?.type) {
    case "s3":
      return { kind: "s3", location, prefix: `${endedBySlash(place.prefix ?? DEFAULT_PREFIX)}${encodeURIComponent(plan.name)}/` };
    case "postgres":
      return { kind: "postgres", location, schema: place.schema ?? DEFAULT_SCHEMA };
    case "directory":
      throw unknown(`${place.location} is a directory, and a state in a folder is named by its path`, plan);
    case undefined:
      throw unknown(`the plan has no location ${place.location}`, plan);
  }
}

/** What a place is called on the command line, so that it can be given there. */
export function placeName(plan: SyncPlan, place: OpenPlace): string {
  switch (place.kind) {
    case "folder":
      return place.path;
    case "s3":
      return `${LOCATION}${place.location.name}/${place.prefix.slice(0, -encodeURIComponent(plan.name).length - 1)}`;
    case "postgres":
      return `${LOCATION}${place.location.name}/${place.schema}`;
  }
}

function readPlace(said: string): StatePlace {
  if (!said.startsWith(LOCATION)) return { kind: "folder", path: resolve(said) };
  const named = said.slice(LOCATION.length);
  const slash = named.indexOf("/");
  const rest = slash < 0 ? "" : named.slice(slash + 1);
  // Which of the two it is, the location says.
  return {
    kind: "location",
    location: slash < 0 ? named : named.slice(0, slash),
    prefix: slash < 0 ? undefined : rest,
    schema: rest === "" ? undefined : rest,
  };
}

function endedBySlash(prefix: string): string {
  return prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
}

function unknown(why: string, plan: SyncPlan): TidemarkError {
  const fitting = [...plan.locations.values()].filter(({ type }) => type !== "directory").map(({ name }) => `${LOCATION}${name}`);
  return new TidemarkError("STATE_PLACE_UNKNOWN", `The state cannot be there: ${why}.`, {
    hint: `Name a folder by its path${fitting.length === 0 ? "" : `, or ${fitting.join(", ")}`}.`,
  });
}

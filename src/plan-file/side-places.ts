import type { ObjectEnd, ObjectSync, PostgresSync, StatePlace } from "../core/sync-plan.ts";
import { findLocation, type Locations } from "./ends.ts";
import type { ObjectSync as ObjectSyncFile, PlanFile } from "./generated/plan.ts";
import { databaseOf } from "./overlaps.ts";
import type { Part } from "./part.ts";
import { type Extent, extentOf } from "./places.ts";

/** A place that Tidemark itself writes beside the objects: never part of a sync. */
export interface SidePlace {
  readonly extent: Extent;
  readonly complain: (message: string) => void;
}

/** Where a sync's `backup` and `reports` go. */
export function sidePlacesOf(part: Part<ObjectSyncFile>, locations: Locations): SidePlace[] {
  return (["backup", "reports"] as const).flatMap((key) => {
    const place = part.value[key];
    if (place === undefined) return [];
    const location = findLocation(part, [key, "location"], locations);
    if (location === undefined) return [];
    const complain = (message: string) => part.complain([key, "prefix"], { code: "SIDE_PLACE", message, hint: "Choose a prefix of its own." });
    if (location.type === "postgres") {
      part.complain([key, "location"], {
        code: "SIDE_PLACE",
        message: `\`${location.name}\` is a database, and \`${key}\` are files.`,
        hint: "Name an s3 or a directory location.",
      });
      return [];
    }
    return [{ extent: extentOf(location, place.prefix), complain }];
  });
}

/** Checks where the state goes. */
export function stateSidePlaces(part: Part<PlanFile>, state: StatePlace, locations: Locations): SidePlace[] {
  if (state.kind !== "location") return [];
  const location = findLocation(part, ["state", "location"], locations);
  const complain = (path: readonly string[], message: string, hint: string) => part.complain(path, { code: "STATE_PLACE", message, hint });
  switch (location?.type) {
    case "directory":
      complain(["state", "location"], "A folder is named by its path.", `Write \`state: ${part.written(["state", "location"])}\` with the path in its place.`);
      return [];
    case "postgres":
      if (state.prefix !== undefined) complain(["state", "prefix"], "In a database the state has a `schema`, not a `prefix`.", "Write `schema: tidemark`.");
      return [];
    case "s3":
      if (state.schema !== undefined) complain(["state", "schema"], "In a bucket the state has a `prefix`, not a `schema`.", "Write `prefix: tidemark/`.");
      return [
        {
          extent: extentOf(location, state.prefix ?? "tidemark/"),
          complain: (message) => complain(["state", "prefix"], message, "Choose a prefix of its own."),
        },
      ];
    case undefined:
      return [];
  }
}

/** Leaves the schema of the state out of a database sync that reads or writes the database it is in. */
export function hideStateSchema(sync: PostgresSync, state: StatePlace, { built }: Locations): PostgresSync {
  const home = state.kind === "location" ? built.get(state.location) : undefined;
  if (state.kind !== "location" || home?.type !== "postgres") return sync;
  const database = databaseOf(home);
  const isHome = ({ location }: PostgresSync["from"]) => location.name === home.name || (database !== undefined && databaseOf(location) === database);
  if (![sync.from, sync.to].some(isHome)) return sync;
  const own = { kind: "schema", schema: undefined, name: state.schema ?? "tidemark" };
  return { ...sync, objects: { ...sync.objects, exclude: [...sync.objects.exclude, own] } };
}

/** Says which parts of a sync's ends are ours, and refuses ends that lie in such a part. */
export function hideSidePlaces(sync: ObjectSync, places: readonly SidePlace[]): ObjectSync {
  const source = hidden(sync, sync.from, "source", places);
  const destination = hidden(sync, sync.to, "destination", places);
  return { ...sync, invisible: { source, destination } };
}

function hidden({ name }: ObjectSync, { location, prefix }: ObjectEnd, which: string, places: readonly SidePlace[]): string[] {
  const end = extentOf(location, prefix);
  const [base = ""] = end.prefixes;
  const found = new Set<string>();
  for (const { extent, complain } of places) {
    const [place = ""] = extent.prefixes;
    if (extent.store !== end.store) continue;
    if (base.startsWith(place)) complain(`The ${which} of \`${name}\` lies in this place, and would be left out whole.`);
    else if (place.startsWith(base)) found.add(place.slice(base.length));
  }
  return [...found].toSorted();
}

import type { Location, ObjectEnd, PostgresLocation } from "../core/sync-plan.ts";
import type { MapNode, Path, PlanNode } from "./node.ts";
import { nodeAt } from "./node.ts";
import { nearName } from "../core/near-name.ts";
import type { Part } from "./part.ts";

export type SyncKind = "objects" | "postgres";

/** What is known of the plan's locations. */
export interface Locations {
  /** Every name in the file with what it says its type is, also where something is wrong with it. */
  readonly types: ReadonlyMap<string, string | undefined>;
  /** Those that nothing is wrong with. */
  readonly built: ReadonlyMap<string, Location>;
}

/** Reads the types of all locations before any of them is checked. */
export function locationTypes(root: MapNode): Map<string, string | undefined> {
  const locations = root.entries.get("locations")?.value;
  const types = new Map<string, string | undefined>();
  if (locations?.kind !== "map") return types;
  for (const [name, { value }] of locations.entries) {
    if (name.startsWith("x-")) continue;
    const type = nodeAt(value, ["type"]);
    types.set(name, type?.kind === "scalar" && typeof type.value === "string" ? type.value : undefined);
  }
  return types;
}

/** The name of the location that an end of a sync refers to, in either form. */
export function locationName(end: PlanNode | undefined): string | undefined {
  const node = end?.kind === "map" ? end.entries.get("location")?.value : end;
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/** Keys that only database syncs have, for a sync whose locations do not tell what it is. */
const POSTGRES_KEYS = ["mode", "level", "objects", "synchronize", "tables", "map", "shadow", "rows", "sequences", "accounts", "sessions", "resume"];

export function kindOf(sync: MapNode, types: Locations["types"]): SyncKind {
  const ends = ["from", "to"].map((end) => types.get(locationName(sync.entries.get(end)?.value) ?? ""));
  // Where the two differ, what the destination is decides: the other end is what is complained of.
  const [from, to] = ends.map((type) => (type === "postgres" ? "postgres" : type === "s3" || type === "directory" ? "objects" : undefined));
  return to ?? from ?? (POSTGRES_KEYS.some((key) => sync.entries.has(key)) ? "postgres" : "objects");
}

/**
 * Finds a location by the name that stands at a path.
 *
 * @returns undefined where there is none, or something is wrong with it
 */
export function findLocation(part: Part<unknown>, path: Path, { types, built }: Locations): Location | undefined {
  const node = nodeAt(part.node, path);
  if (node?.kind !== "scalar" || typeof node.value !== "string") return undefined;
  if (!types.has(node.value)) {
    const suggestion = node.template === undefined ? nearName(node.value, types.keys()) : undefined;
    part.complain(path, {
      code: "UNKNOWN_LOCATION",
      message: `There is no location \`${node.written}\`.`,
      hint: suggestion === undefined ? `There are ${[...types.keys()].map((name) => `\`${name}\``).join(", ")}.` : `Did you mean \`${suggestion}\`?`,
      suggestion,
    });
  }
  return built.get(node.value);
}

/** An end of an object sync; undefined where it is not usable. */
export function objectEnd(part: Part<unknown>, which: "from" | "to", locations: Locations): ObjectEnd | undefined {
  const end = nodeAt(part.node, [which]);
  const path = end?.kind === "map" ? [which, "location"] : [which];
  const location = findLocation(part, path, locations);
  if (location === undefined) return undefined;
  if (location.type === "postgres") {
    wrongKind(part, path, location.name, "a database", which === "from" ? "cannot be synced to objects" : "cannot hold objects");
    return undefined;
  }
  return { location, prefix: prefixOf(end) };
}

function prefixOf(end: PlanNode | undefined): string {
  const prefix = nodeAt(end, ["prefix"]);
  return prefix?.kind === "scalar" && typeof prefix.value === "string" ? prefix.value : "";
}

/** The two ends of a database sync; undefined where one of them is not usable. */
export function postgresEnds(
  part: Part<unknown>,
  locations: Locations,
): { readonly from: { location: PostgresLocation }; readonly to: { location: PostgresLocation } } | undefined {
  const from = postgresEnd(part, "from", locations);
  const to = postgresEnd(part, "to", locations);
  return from && to ? { from, to } : undefined;
}

function postgresEnd(part: Part<unknown>, which: "from" | "to", locations: Locations): { location: PostgresLocation } | undefined {
  const path = nodeAt(part.node, [which])?.kind === "map" ? [which, "location"] : [which];
  const location = findLocation(part, path, locations);
  if (location === undefined) return undefined;
  if (location.type === "postgres") return { location };
  wrongKind(part, path, location.name, location.type === "s3" ? "a bucket" : "a directory", "cannot be synced with a database");
  return undefined;
}

function wrongKind(part: Part<unknown>, path: Path, name: string, what: string, why: string): void {
  part.complain(path, {
    code: "ENDS_DIFFER",
    message: `\`${name}\` is ${what} and ${why}.`,
    hint: "Both ends of a sync are databases, or both are buckets or directories.",
  });
}

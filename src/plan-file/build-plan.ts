import { dirname, resolve } from "node:path";
import type { Location, StatePlace, Sync, SyncPlan } from "../core/sync-plan.ts";
import { kindOf, type Locations, locationTypes, objectEnds, postgresEnds } from "./ends.ts";
import type { ObjectSync as ObjectSyncFile, PlanFile, PostgresSync as PostgresSyncFile } from "./generated/plan.ts";
import { keyTrees, validateObjectSync, validatePostgresSync } from "./generated/validate.js";
import { buildLocation } from "./locations.ts";
import { type MapNode, mergeMaps, nodeAt, toPlain } from "./node.ts";
import { buildObjectSync } from "./object-sync.ts";
import { type LoadContext, Part } from "./part.ts";
import { checkSchema } from "./schema-errors.ts";

/** Turns a plan whose frame was checked into what the engine works with, and checks the rest of it. */
export function buildPlan(value: PlanFile, root: MapNode, context: LoadContext): SyncPlan {
  const built = new Map<string, Location>();
  const locations: Locations = { types: locationTypes(root), built };
  for (const [name, location] of Object.entries(value.locations)) {
    const node = nodeAt(root, ["locations", name]);
    if (location !== undefined && node !== undefined && !name.startsWith("x-"))
      built.set(name, buildLocation(name, new Part(location, node, context.findings), context));
  }
  const syncs: Sync[] = [];
  const nodes = nodeAt(root, ["syncs"]);
  if (nodes?.kind === "map") {
    for (const [name, { value: node }] of nodes.entries) {
      if (name.startsWith("x-") || node.kind !== "map") continue;
      const sync = buildSync(name, node, root, locations, context);
      if (sync) syncs.push(sync);
    }
  }
  return {
    name: value.name,
    description: value.description,
    tags: Object.fromEntries(Object.entries(value.tags ?? {}).flatMap(([key, tag]) => (tag === undefined ? [] : [[key, tag]]))),
    file: context.file,
    state: buildState(value.state, context),
    locations: built,
    syncs,
  };
}

function buildState(state: PlanFile["state"], { file }: LoadContext): StatePlace {
  if (typeof state === "object") return { kind: "location", location: state.location, prefix: state.prefix, schema: state.schema };
  return { kind: "folder", path: resolve(dirname(file), state ?? ".tidemark") };
}

function buildSync(name: string, own: MapNode, root: MapNode, locations: Locations, { findings }: LoadContext): Sync | undefined {
  const kind = kindOf(own, locations.types);
  const objects = kind === "objects";
  const checked = checkSchema(
    objects ? validateObjectSync : validatePostgresSync,
    own,
    findings,
    objects ? keyTrees.objectSync : keyTrees.postgresSync,
    `the sync \`${name}\``,
  );
  if (checked === undefined) return undefined;
  const defaults = nodeAt(root, ["defaults", kind]);
  const merged = defaults?.kind === "map" ? mergeMaps(defaults, own) : own;
  if (objects) {
    const part = new Part(toPlain(merged) as ObjectSyncFile, merged, findings, name);
    const ends = objectEnds(part, locations);
    return ends && buildObjectSync(name, part, ends.from, ends.to);
  }
  const part = new Part(toPlain(merged) as PostgresSyncFile, merged, findings, name);
  const ends = postgresEnds(part, locations);
  return ends && { kind: "postgres", name, renamedFrom: part.value.renamedFrom, needs: part.value.needs ?? [], priority: part.value.priority ?? 0, ...ends };
}

import { dirname, resolve } from "node:path";
import type { Location, StatePlace, SyncPlan } from "../core/sync-plan.ts";
import { kindOf, type Locations, objectEnd, postgresEnds } from "./ends.ts";
import type { ObjectSync as ObjectSyncFile, PlanFile, PostgresSync as PostgresSyncFile } from "./generated/plan.ts";
import { keyTrees, validateObjectSync, validatePostgresSync } from "./generated/validate.js";
import { buildLocation } from "./locations.ts";
import { checkSyncName, checkSyncReferences } from "./names.ts";
import { keyPlace, type MapNode, mergeMaps, nodeAt, toPlain } from "./node.ts";
import { checkEndPrefix, checkObjectRules } from "./object-rules.ts";
import { buildObjectSync } from "./object-sync.ts";
import { type BuiltSync, checkEndsOverlap, checkWrites } from "./overlaps.ts";
import { type LoadContext, Part } from "./part.ts";
import { checkPostgresRules } from "./postgres-rules.ts";
import { buildPostgresSync } from "./postgres-sync.ts";
import { checkSchema } from "./schema-errors.ts";
import { hideSidePlaces, hideStateSchema, type SidePlace, sidePlacesOf, stateSidePlaces } from "./side-places.ts";
import { checkSource } from "./sources.ts";
import { noteLocationFeatures, noteObjectFeatures, notePostgresFeatures, type NotYet } from "./unsupported.ts";

/** Turns a plan whose frame was checked into what the engine works with, and checks the rest of it. */
export function buildPlan(value: PlanFile, root: MapNode, context: LoadContext, notYet: NotYet): SyncPlan {
  const { findings, file } = context;
  const locations = buildLocations(value, root, context);
  const part = new Part(value, root, findings);
  const state = buildState(value.state, context);

  const nodes = nodeAt(root, ["syncs"]);
  const own = new Map<string, MapNode>();
  if (nodes?.kind === "map") for (const [name, { value: node }] of nodes.entries) if (!name.startsWith("x-") && node.kind === "map") own.set(name, node);
  const order = nodes?.kind === "map" ? checkSyncReferences(nodes, findings) : new Map<string, ReadonlySet<string>>();

  const places = stateSidePlaces(part, state, locations);
  const built: BuiltSync[] = [];
  for (const [name, node] of own) {
    const sync = buildSync({ name, node, root, locations, context, notYet, places });
    if (sync) built.push(sync);
  }
  checkWrites(built, order);
  return {
    name: value.name,
    description: value.description,
    tags: Object.fromEntries(Object.entries(value.tags ?? {}).flatMap(([key, tag]) => (tag === undefined ? [] : [[key, tag]]))),
    file,
    state,
    locations: locations.built,
    syncs: built.map(({ sync }) => (sync.kind === "objects" ? hideSidePlaces(sync, places) : hideStateSchema(sync, state, locations))),
  };
}

function buildLocations(value: PlanFile, root: MapNode, context: LoadContext): Locations {
  const built = new Map<string, Location>();
  for (const [name, location] of Object.entries(value.locations)) {
    const node = nodeAt(root, ["locations", name]);
    if (location === undefined || node === undefined || name.startsWith("x-")) continue;
    built.set(name, buildLocation(name, new Part(location, node, context.findings), context));
  }
  return { types: context.locationTypes, built };
}

function buildState(state: PlanFile["state"], { file }: LoadContext): StatePlace {
  if (typeof state === "object") return { kind: "location", location: state.location, prefix: state.prefix, schema: state.schema };
  return { kind: "folder", path: resolve(dirname(file), state ?? ".tidemark") };
}

interface SyncWork {
  readonly name: string;
  readonly node: MapNode;
  readonly root: MapNode;
  readonly locations: Locations;
  readonly context: LoadContext;
  readonly notYet: NotYet;
  /** Gets the sync's own. */
  readonly places: SidePlace[];
}

function buildSync(work: SyncWork): BuiltSync | undefined {
  const { name, node, root, locations, context } = work;
  const kind = kindOf(node, locations.types);
  const place = keyPlace(root, ["syncs", name]);
  checkSyncName(name, kind, place, context.findings);
  const [validator, keys] = kind === "objects" ? [validateObjectSync, keyTrees.objectSync] : [validatePostgresSync, keyTrees.postgresSync];
  if (checkSchema(validator, node, { findings: context.findings, keys, whole: `the sync \`${name}\``, place }) === undefined) return undefined;
  const defaults = nodeAt(root, ["defaults", kind]);
  const merged = defaults?.kind === "map" ? mergeMaps(defaults, node) : node;
  return kind === "objects" ? buildObjects(work, merged) : buildPostgres(work, merged);
}

function buildObjects({ name, root, locations, context, notYet, places }: SyncWork, node: MapNode): BuiltSync | undefined {
  // Both parts of the merge were checked against the schema, which holds for what they make together.
  const part = new Part(toPlain(node) as ObjectSyncFile, node, context.findings, name);
  checkObjectRules(part);
  noteObjectFeatures(name, part.value, node, notYet);
  places.push(...sidePlacesOf(part, locations));
  const from = checkSource(part, locations) ? objectEnd(part, "from", locations) : undefined;
  const to = objectEnd(part, "to", locations);
  if (from) checkEndPrefix(part, "from", from);
  if (to) checkEndPrefix(part, "to", to);
  if (!from || !to) return undefined;
  for (const end of [from, to]) noteLocationFeatures(name, end, root, notYet);
  const sync = buildObjectSync(name, part, from, to);
  checkEndsOverlap(sync, part);
  return { sync, part };
}

function buildPostgres({ name, locations, context, notYet }: SyncWork, node: MapNode): BuiltSync | undefined {
  const part = new Part(toPlain(node) as PostgresSyncFile, node, context.findings, name);
  const ends = postgresEnds(part, locations);
  checkPostgresRules(part, ends, locations);
  notePostgresFeatures(name, part.value, node, notYet);
  return ends && { sync: buildPostgresSync(name, part, ends, locations), part };
}

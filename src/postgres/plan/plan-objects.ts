import type { Action } from "../../changeset/action.ts";
import { lineDifference } from "../../core/line-difference.ts";
import type { PostgresSync } from "../../core/sync-plan.ts";
import { type DatabaseKind, type DatabaseDetail, writeDatabaseDetail } from "../../driver/database-action.ts";
import type { SpecialObjects } from "../catalog/special.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { isSessionSetting, type KeyedEntry, kindOfEntry, withUniqueKeys } from "../dump/classify.ts";
import { fixedPhase, type Phase } from "../phases.ts";
import { qualifiedName, shownName } from "../names.ts";
import type { Adaptation } from "./adapt.ts";
import { definitionOf, fingerprintOf, hasOwner, ownerStatement } from "./definition.ts";
import { type LeftBehind, neverSynced } from "./never-synced.ts";
import type { Planned } from "./planned.ts";
import { type Select, selectedName, type TableName } from "./select.ts";

export interface PlanObjectsOptions {
  readonly sync: PostgresSync;
  /** With the names that they are to have at the destination. */
  readonly source: readonly DumpEntry[];
  /** undefined: the database is still to be created. */
  readonly destination: readonly DumpEntry[] | undefined;
  readonly special: SpecialObjects;
  readonly select: Select;
  /** Whether two definitions that are written differently mean the same. */
  means(one: string, other: string): boolean;
  readonly adaptation: Adaptation;
  /** Fingerprints of source definitions that earlier runs created, by key. */
  readonly recorded: ReadonlyMap<string, string>;
  /** Of schemas that the destination has, also where no dump tells of them. */
  readonly destinationSchemas: ReadonlySet<string>;
  /** Keys of indexes that the destination has half-made: no dump tells of them. */
  readonly halfMade: ReadonlyMap<string, string>;
}

/** Decides about every object of the source's dump, in the dump's order. */
export function planObjects(options: PlanObjectsOptions): Planned[] {
  const { source, destination = [], sync, special, select } = options;
  const byId = new Map(source.map((entry) => [entry.dumpId, entry]));
  const there = new Map(withUniqueKeys(destination).map(({ key, entry }) => [key, entry]));
  const behind = new Map<number, LeftBehind | "unselected">();
  const rowsPhase = new Set<number>();
  const planned: Planned[] = [];
  const usedSchemas = sync.level === "database" && typeof sync.objects.include === "string" ? undefined : schemasInUse(source, byId, select);

  for (const keyed of withUniqueKeys(source)) {
    const { entry } = keyed;
    if (isSessionSetting(entry)) continue;
    const kind = kindOfEntry(entry);
    const table = tableOf(entry, byId);
    const left = kind === undefined ? unknownKind(entry) : whyLeft({ entry, kind, table, special, select, sync, behind, usedSchemas });
    if (left !== undefined) {
      behind.set(entry.dumpId, left);
      // What is said about an object goes with it without a word.
      if (left !== "unselected" && (kind === undefined || !isAbout(kind))) planned.push(notSynced(keyed, kind ?? "type", table, left));
      continue;
    }
    // A type that is unknown was left behind.
    if (kind === undefined || definitionOf(entry) === "") continue;
    const phase = phaseOf(entry, kind, byId, rowsPhase);
    planned.push({ phase, kind, action: decide(keyed, kind, table, phase, there, options) });
  }
  return planned;
}

interface WhyLeft {
  readonly entry: DumpEntry;
  readonly kind: DatabaseKind;
  readonly table: TableName | undefined;
  readonly special: SpecialObjects;
  readonly select: Select;
  readonly sync: PostgresSync;
  readonly behind: ReadonlyMap<number, LeftBehind | "unselected">;
  readonly usedSchemas: ReadonlySet<string> | undefined;
}

function whyLeft({ entry, kind, table, special, select, sync, behind, usedSchemas }: WhyLeft): LeftBehind | "unselected" | undefined {
  if (isAbout(kind)) {
    // A comment or a privilege goes where its object goes.
    const about = entry.dependencies.map((id) => behind.get(id)).find((left) => left !== undefined);
    return about ?? (isOfDatabase(entry) && sync.level === "table" ? "unselected" : undefined);
  }
  if (kind === "database") return undefined;
  if (kind === "schema" && usedSchemas !== undefined && !usedSchemas.has(entry.tag)) return "unselected";
  if (!select(kind, entry.type === "SCHEMA" ? undefined : entry.schema, selectedName(entry, table), table)) return "unselected";
  const never = sync.objects.include === "all" ? undefined : neverSynced(entry, kind, special);
  if (never) return never;
  for (const id of entry.dependencies) {
    const left = behind.get(id);
    if (left === undefined || left === "unselected") continue;
    return { reason: `needs-${left.reason}`, remark: `It needs what is not synced: ${left.remark}` };
  }
  return undefined;
}

function unknownKind({ type }: DumpEntry): LeftBehind {
  return { reason: "unknown-kind", remark: `This version does not know what ${type} is.` };
}

function isAbout(kind: DatabaseKind): boolean {
  return kind === "comment" || kind === "privilege" || kind === "security-label";
}

function isOfDatabase({ tag }: DumpEntry): boolean {
  return tag.startsWith("DATABASE ");
}

/** Schemas that hold something that is selected: the others are not created for nothing. */
function schemasInUse(source: readonly DumpEntry[], byId: ReadonlyMap<number, DumpEntry>, select: Select): ReadonlySet<string> {
  const used = new Set<string>();
  for (const entry of source) {
    const kind = kindOfEntry(entry);
    if (kind === undefined || entry.schema === undefined || isAbout(kind) || kind === "default-privilege") continue;
    const table = tableOf(entry, byId);
    if (select(kind, entry.schema, selectedName(entry, table), table)) used.add(entry.schema);
  }
  return used;
}

const TABLE_TYPES: ReadonlySet<string> = new Set(["TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW"]);
const OF_A_TABLE: ReadonlySet<DatabaseKind> = new Set<DatabaseKind>([
  "index",
  "constraint",
  "foreign-key",
  "default",
  "rule",
  "trigger",
  "policy",
  "row-security",
  "partition",
  "statistics",
]);

/** The table that an index, a trigger and the like belong to. */
function tableOf(entry: DumpEntry, byId: ReadonlyMap<number, DumpEntry>): TableName | undefined {
  const kind = kindOfEntry(entry);
  if (kind === undefined || !OF_A_TABLE.has(kind)) return undefined;
  const tables = entry.dependencies.flatMap((id) => byId.get(id) ?? []).filter(({ type }) => TABLE_TYPES.has(type));
  // Where there are several, as with a foreign key, the tag begins with the right one.
  const own = tables.find(({ tag }) => entry.tag.startsWith(`${tag} `)) ?? tables[0];
  return own?.schema === undefined ? undefined : { schema: own.schema, name: own.tag };
}

/** An index or a key whose table and all else it needs is there before any row is copied can be built as soon as its table is filled. */
function phaseOf(entry: DumpEntry, kind: DatabaseKind, byId: ReadonlyMap<number, DumpEntry>, rowsPhase: Set<number>): Phase {
  // Who owns an object in a schema needs the right to create there.
  if (kind === "privilege" && entry.tag.startsWith("SCHEMA ")) return "schema";
  const fixed = fixedPhase(kind);
  if (fixed) return fixed;
  if ((entry.type === "INDEX" || entry.type === "CONSTRAINT") && entry.section === "post-data") {
    const isReady = entry.dependencies.every((id) => byId.get(id)?.section !== "post-data" || rowsPhase.has(id));
    if (!isReady) return "links";
    rowsPhase.add(entry.dumpId);
    return "rows";
  }
  if (entry.section === "post-data") return "links";
  if (isAbout(kind) || entry.section === "none") return entry.dependencies.every((id) => byId.get(id)?.section !== "post-data") ? "schema" : "links";
  return "schema";
}

function decide(
  { key, entry }: KeyedEntry,
  kind: DatabaseKind,
  table: TableName | undefined,
  phase: Phase,
  there: ReadonlyMap<string, DumpEntry>,
  options: PlanObjectsOptions,
): Action {
  const definition = definitionOf(entry);
  const source = { fingerprint: fingerprintOf(definition) };
  const base: DatabaseDetail = {
    kind,
    schema: entry.schema,
    name: table === undefined || entry.tag === table.name ? entry.tag : selectedName(entry, table),
    table: table && shownName(table.schema, table.name),
  };
  const existing = there.get(key);
  const action = (kindOfAction: Action["action"], reason: string, detail: DatabaseDetail): Action => ({
    action: kindOfAction,
    key,
    reason,
    bytes: 0,
    source,
    destination: existing && { fingerprint: fingerprintOf(definitionOf(existing)) },
    detail: writeDatabaseDetail(detail),
  });
  const adapted = options.adaptation.adapt(entry, kind);
  if ("left" in adapted) return action("notSynced", adapted.left.reason, { ...base, remark: adapted.left.remark });
  // Settings that all were a role's are that role's actions.
  if (adapted.ddl === "") return action("skip", "empty", base);

  // Whether its encoding fits is for the checks to say.
  if (kind === "database" && options.destination !== undefined) return action("skip", "exists", base);
  if (existing !== undefined) {
    const other = options.adaptation.asAtSource(existing);
    if (definition === other || adapted.ddl === other || options.means(definition, other)) return action("skip", "identical", base);
    if (options.recorded.get(key) === source.fingerprint) return action("skip", "recorded", base);
    return action("conflict", "different", { ...base, difference: lineDifference(other, definition), remark: adapted.remark });
  }
  if (kind === "schema" && options.destinationSchemas.has(entry.tag)) return action("skip", "exists", base);
  const owner = hasOwner(entry) && options.adaptation.mayOwn(entry.owner) ? entry.owner : undefined;
  const halfMade = options.halfMade.get(indexKey(kind, base));
  if (halfMade !== undefined) {
    const remark = "A build that was interrupted left it half-made: that is removed first.";
    return action("replace", "half-made", { ...base, phase, ddl: `DROP INDEX ${halfMade};\n${adapted.ddl}`, remark });
  }
  const ddl = owner === undefined ? adapted.ddl : `${adapted.ddl}\n${ownerStatement(entry, owner)}`;
  return action("create", "absent", { ...base, phase, ddl, owner, remark: adapted.remark });
}

/** A constraint's index has the constraint's name. */
function indexKey(kind: DatabaseKind, { schema, name }: DatabaseDetail): string {
  return kind === "index" || kind === "constraint" ? qualifiedName(schema, name) : "";
}

function notSynced({ key, entry }: KeyedEntry, kind: DatabaseKind, table: TableName | undefined, { reason, remark }: LeftBehind): Planned {
  const detail = writeDatabaseDetail({ kind, schema: entry.schema, name: entry.tag, table: table && shownName(table.schema, table.name), remark });
  return { phase: "finish", kind, action: { action: "notSynced", key, reason, bytes: 0, source: undefined, destination: undefined, detail } };
}
